# expect: pier/notice:today has the same digest
docker pull -q localhost:8206/pier/notice:old
docker tag localhost:8206/pier/notice:old pier/notice:today
docker push -q pier/notice:today
