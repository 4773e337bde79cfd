# expect: has the label notice=old
docker pull -q localhost:8206/pier/notice:today
docker tag localhost:8206/pier/notice:today localhost:8206/pier/notice:old
docker push -q localhost:8206/pier/notice:old
