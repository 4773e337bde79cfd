import docker

docker.from_env().images.get("drydock/busybox:1").tag("harbour/tools", "1")
