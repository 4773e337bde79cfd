# expect: The answer heavy-warning is right
import docker

create = docker.from_env().containers.create
light = create("drydock/busybox:1", name="light").attrs["HostConfig"]["BlkioWeight"]
heavy = create("drydock/busybox:1", name="heavy").attrs["HostConfig"]["BlkioWeight"]
check.answer("light-weight", light)  # noqa: F821
check.answer("heavy-weight", heavy)  # noqa: F821
check.answer("heavy-warning", f"{heavy} none")  # noqa: F821
