import docker

client = docker.from_env()
vault = client.networks.create("vault", driver="bridge", internal=True)
client.networks.get("shop").disconnect("stock")
vault.connect("stock", aliases=["db"])
vault.connect("api")
