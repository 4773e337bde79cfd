import docker
from docker.errors import ContainerError

berth = check.value("berth", of=range(1000, 8000))  # noqa: F821
try:
    docker.from_env().containers.run(
        "drydock/busybox:1",
        ["wget", "-q", "-O", "-", f"http://localhost:8080/berth-{berth}"],
        name="courier",
        network_mode="host",
        remove=True,
    )
except ContainerError as error:
    print(error)
