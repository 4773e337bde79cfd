import docker

version = check.value("tools-version", of=range(2, 90))  # noqa: F821
docker.from_env().images.get("drydock/busybox:1").tag("harbour/tools", str(version))
