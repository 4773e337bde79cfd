import docker

docker.from_env().containers.run(
    "drydock/registry:2",
    name="depot",
    ports={"5000/tcp": 8091},
    volumes={"depot-goods": {"bind": "/var/lib/registry", "mode": "rw"}},
    restart_policy={"Name": "unless-stopped"},
    detach=True,
)
