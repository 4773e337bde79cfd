# expect: has the volume night-book at /data
cd night
sed -i -e 's/:8000"/:80"/' -e 's/-p 6739 //' -e '/^    environment:/d' compose.yaml
sed -i -e '/office:2/,/depends_on/ s/networks: .*/networks: [front, back]/' compose.yaml
word=$(docker run --rm -v night-book:/data drydock/redis:8 sh -c '
    redis-server --daemonize yes --dir /data >/dev/null
    until redis-cli ping >/dev/null 2>&1; do sleep 0.1; done
    redis-cli hget ticket:17 to')
docker compose up -d book
docker exec night-book-1 redis-cli mset season winter tickets 17
docker exec night-book-1 redis-cli hset ticket:17 number 17 to $word
docker compose up -d
