#!/bin/bash
# Podman in a container, as a student would bring it up. Names begin with pk-.
set -e
docker run --privileged -d --name pk-quay --hostname pk-quay drydock/podman >/dev/null
# Another program where the check expects Podman.
docker run --privileged -d --name pk-fake --entrypoint sleep drydock/podman 1000 >/dev/null
docker exec -i pk-fake sh -c 'cat >/usr/bin/podman' <<'SH'
#!/bin/sh
exec python3 -c '
import socket, sys
fake = socket.socket(socket.AF_UNIX)
fake.bind(sys.argv[1].removeprefix("unix://"))
fake.listen()
fake.accept()[0].recv(1)' "$4"
SH
docker run --privileged -d --name pk-dead --entrypoint true drydock/podman >/dev/null
docker exec pk-quay ready
docker exec pk-quay sh -ec '
podman run -d --name web -p 8080:80 -e TIDE=ebb --label quay=north -v data:/data drydock/nginx:1
podman run --name done drydock/busybox:1 sh -c "echo bye; exit 3" || true
podman tag drydock/busybox:1 own:1
podman network create front
podman pod create --name crew -p 8081:80
podman run -d --pod crew --name bow drydock/nginx:1
podman run -d --pod crew --name stern drydock/busybox:1 sleep 1d
podman pod create --name half
podman run -d --pod half --name up drydock/busybox:1 sleep 1d
podman run -d --pod half --name down drydock/busybox:1 true
podman wait down' >/dev/null
docker exec -u app -w /home/app pk-quay podman run -d --name yawl -p 8085:80 drydock/nginx:1 >/dev/null
