docker exec lugger tar -c -C /var/lib/docker/volumes/soundings/_data . >soundings.tar
docker exec cutter docker volume create soundings
docker exec -i cutter tar -x -C /var/lib/docker/volumes/soundings/_data <soundings.tar
