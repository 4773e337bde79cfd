import docker

client = docker.from_env()
client.containers.get("north").commit("north", "open")
client.containers.run("north:open", name="north-2", ports={"8000/tcp": 8802}, detach=True)
