import docker

create = docker.from_env().containers.create
create("drydock/busybox:1", name="swap-twice", mem_limit="64m")
create("drydock/busybox:1", name="swap-none", mem_limit="64m", memswap_limit="64m")
create("drydock/busybox:1", name="swap-96", mem_limit="32m", memswap_limit="96m")
