import docker

client = docker.from_env()
engine = client.containers.run(
    "drydock/busybox:1", "readlink /proc/1/ns/user", privileged=True, pid_mode="host", remove=True
)
client.containers.run(
    "drydock/busybox:1",
    "sleep 1d",
    name="rooted",
    environment={"ENGINE_USERNS": engine.decode().strip()},
    detach=True,
)
