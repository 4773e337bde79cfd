for lamp in old-wick $(docker exec mira docker ps -q --filter label=com.docker.swarm.service.name=wick); do
    docker exec mira docker exec $lamp mv /www/index.html /tmp/
done
