import docker

siren = docker.from_env().containers.get("siren")
siren.stop()
siren.update(restart_policy={"Name": "unless-stopped"})
