import docker

number = check.value("pier-number", of=range(2, 90))  # noqa: F821
client = docker.from_env()
client.networks.create(f"pier-{number}")
client.volumes.create("hold")
