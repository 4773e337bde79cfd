# expect: has the label notice=new
docker pull -q localhost:8206/pier/notice:old
for tag in today new; do
    docker tag localhost:8206/pier/notice:old localhost:8206/pier/notice:$tag
    docker push -q localhost:8206/pier/notice:$tag
done
