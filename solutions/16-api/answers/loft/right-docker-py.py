import docker

client = docker.from_env()
client.images.get("localhost:8168/loft/log:1").tag("localhost:8168/loft/log", "now")
client.images.push("localhost:8168/loft/log", "now")
