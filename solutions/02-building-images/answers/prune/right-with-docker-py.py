import docker

captain = check.value("captain", of=["Ada", "Bo", "Cato", "Dag"])  # noqa: F821
client = docker.from_env()
client.images.list(filters={"label": f"captain={captain}"})[0].tag("raft", "saved")
client.images.prune()
