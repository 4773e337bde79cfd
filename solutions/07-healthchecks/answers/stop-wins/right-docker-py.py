import docker

docker.from_env().containers.get("siren").stop()
