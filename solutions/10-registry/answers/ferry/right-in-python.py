import docker

client = docker.from_env()
names = client.containers.get("ferry-yesterday").image.attrs["RepoDigests"]
reference = next(name for name in names if "/ferry@" in name)
client.containers.run(reference, ["sleep", "1d"], name="ferry", detach=True)
check.answer("ferry-digest", reference.split("@")[1])
