# As soon as mast knows of the foghorn, a ship is lost. Nobody needs to do anything for it.
set -- $VALUE_SIGNAL_FLEET
docker exec lightship docker start "$2" >/dev/null
docker exec -d lightship sh -c "sleep 3
until wget -q -O - http://mast:9090/api/v1/alertmanagers | grep -q foghorn:9093; do sleep 1; done
docker kill $2"
