docker run --name tight --network narrow --cpu-quota 10000 -m 16m --memory-swap 16m --pids-limit 10 \
    -v "$PWD/quay:/quay" drydock/busybox:1 sh /quay/fetch.sh http://warehouse/cargo
docker run --name loose --network narrow -v "$PWD/quay:/quay" drydock/busybox:1 sh /quay/fetch.sh http://warehouse/cargo
