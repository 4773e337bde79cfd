import docker

client = docker.from_env()
client.containers.get("scrap").remove()
client.containers.get("anchor").start()
