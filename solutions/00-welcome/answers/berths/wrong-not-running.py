# expect: created, never started
import docker

client = docker.from_env()
for number in (1, 2, 3):
    client.containers.create(
        "drydock/busybox:1", "sleep 1d", name=f"berth-{number}", labels={"berth": str(number)}
    )
