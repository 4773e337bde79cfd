# expect: Container siren is stopped
docker exec siren kill 1
until [ "$(docker inspect --format '{{.RestartCount}} {{.State.Running}}' siren)" = "2 true" ]; do sleep 0.1; done
