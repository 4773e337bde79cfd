# expect: has no limit on memory
docker run -d --name loose --network narrow --memory 16m --pids-limit 10 -v "$PWD/quay:/quay:ro" drydock/busybox:1 sh /quay/fetch.sh http://warehouse/cargo
docker run -d --name tight --network narrow --cpus 0.1 --memory 16m --pids-limit 10 -v "$PWD/quay:/quay:ro" drydock/busybox:1 sh /quay/fetch.sh http://warehouse/cargo
docker wait loose tight
