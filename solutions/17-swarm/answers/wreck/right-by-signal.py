import docker

docker.from_env().containers.get("spica").kill(signal="SIGKILL")
