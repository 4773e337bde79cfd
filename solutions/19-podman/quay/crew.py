"""Signs on three sailors, with whoever DOCKER_HOST names. The word after the program's name is their ship."""

import sys

import docker

client = docker.from_env()
print("Asked:", client.version()["Components"][0]["Name"])
for name in ("bosun", "cook", "gunner"):
    sailor = client.containers.run(
        "drydock/busybox:1", ["sleep", "1d"], name=name, labels={"ship": sys.argv[1]}, detach=True
    )
    print(sailor.name, sailor.short_id)
