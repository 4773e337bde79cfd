# expect: Container siren is stopped
docker exec siren kill 1
until [ "$(docker logs siren | grep -c howl)" = 3 ]; do sleep 0.3; done
