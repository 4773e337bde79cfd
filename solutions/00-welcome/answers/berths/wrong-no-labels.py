# expect: berth=1
import docker

client = docker.from_env()
for number in (1, 2, 3):
    client.containers.run("drydock/busybox:1", "sleep 1d", name=f"berth-{number}", detach=True)
