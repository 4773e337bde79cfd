# expect: pier/notice:today has the same digest
printf 'FROM drydock/busybox:1\nLABEL notice=old\nLABEL again=yes\n' | docker build -q -t localhost:8206/pier/notice:today -
docker push -q localhost:8206/pier/notice:today
