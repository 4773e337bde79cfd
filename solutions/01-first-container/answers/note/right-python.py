import docker

berth = check.value("berth", of=range(1000, 8000))  # noqa: F821
docker.from_env().containers.run("drydock/busybox:1", ["echo", f"Berth {berth} is free"], name="note")
