import docker

client = docker.from_env()
client.networks.create("pier")
client.volumes.create("hold")
