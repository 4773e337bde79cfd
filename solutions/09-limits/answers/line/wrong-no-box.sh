# expect: Container tight is limited to memory 16MiB, cpus 0.1, pids 10
for visitor in loose tight; do
    docker run -d --name $visitor --network narrow -v "$PWD/quay:/quay:ro" drydock/busybox:1 \
        sh /quay/fetch.sh http://warehouse/cargo
done
docker wait loose tight
