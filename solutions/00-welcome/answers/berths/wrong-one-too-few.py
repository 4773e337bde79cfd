# expect: there is no container named berth-3
import docker

client = docker.from_env()
for number in range(1, 3):
    client.containers.run(
        "drydock/busybox:1", "sleep 1d", name=f"berth-{number}", labels={"berth": str(number)}, detach=True
    )
