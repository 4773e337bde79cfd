# expect: has the same digest
printf 'FROM drydock/busybox:1\nLABEL milled=monday again=yes\n' | docker build -q -t localhost:8181/flour:good -
docker push -q localhost:8181/flour:good
