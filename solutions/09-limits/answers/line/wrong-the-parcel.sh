# expect: tight: no such number
box="--cpus 0.1 --memory 16m --pids-limit 10"
docker run -d --name loose --network narrow -v "$PWD/quay:/quay:ro" drydock/busybox:1 sh /quay/fetch.sh http://warehouse/cargo
docker run -d --name tight $box --network narrow -v "$PWD/quay:/quay:ro" drydock/busybox:1 sh /quay/fetch.sh http://warehouse/parcel
docker wait loose tight
