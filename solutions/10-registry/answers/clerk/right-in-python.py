import docker

docker.from_env().containers.get("clerk").update(mem_limit="32m", memswap_limit="32m")
