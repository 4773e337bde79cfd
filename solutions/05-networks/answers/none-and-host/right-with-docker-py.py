import docker

client = docker.from_env()
for name, mode in (("sealer", "none"), ("lookout", "host")):
    client.containers.run("drydock/busybox:1", ["sleep", "1d"], name=name, network_mode=mode, detach=True)
