# The night ferry opens: sh open.sh FAULT PORT WORD
cd "$(dirname "$0")" || exit
[ ! -e compose.yaml ] || docker compose down -v >/dev/null 2>&1
docker volume rm -f night-book >/dev/null 2>&1
# Yesterday's book, with the ticket of a passenger who waits at the counter.
docker run --rm -v night-book:/data drydock/redis:8 sh -c '
    redis-server --daemonize yes --dir /data
    for _ in $(seq 400); do redis-cli ping && break; sleep 0.1; done
    redis-cli mset season winter tickets 17
    redis-cli hset ticket:17 number 17 to "$0" state printed
    redis-cli shutdown save' "$3" >/dev/null 2>&1

case $1 in
name) fault='environment: {BOOK_HOST: bock}' networks='front, back' ;;
password) fault='environment: {BOOK_PASSWORD: swordfish}' networks='front, back' ;;
network) fault='environment: {}' networks=front ;;
esac
# What somebody has mended already stays.
[ -e compose.yaml ] || cat >compose.yaml <<EOF
services:
  web:
    image: drydock/nginx:1
    ports: ["$2:8000"]
    networks: [front]
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
  api:
    image: ferry/office:2
    $fault
    networks: [$networks]
    depends_on:
      book: {condition: service_healthy}
  book:
    image: drydock/redis:8
    networks: [back]
    volumes: ["night-book:/data"]
    healthcheck: {test: redis-cli -p 6739 ping, interval: 1s, retries: 6}
networks:
  front:
  back:
volumes:
  night-book:
EOF
docker compose up -d 2>&1 | tail -n 1
