# expect: The answer light-weight is right
import docker

create = docker.from_env().containers.create
create("drydock/busybox:1", name="light")
heavy = create("drydock/busybox:1", name="heavy", blkio_weight=700)
check.answer("light-weight", 100)  # noqa: F821
check.answer("heavy-weight", heavy.attrs["HostConfig"]["BlkioWeight"])  # noqa: F821
check.answer("heavy-warning", "0 discarded" if heavy.attrs["HostConfig"]["BlkioWeight"] == 0 else "700 none")  # noqa: F821
