import docker

client = docker.from_env()
words = " ".join(step["CreatedBy"] for step in client.images.get("ferry:1").history()).split()
token = next(word for word in words if word.startswith("TOKEN="))
client.containers.run("ferry:1", [token.removeprefix("TOKEN=")], name="aboard")
