import time

import docker

client = docker.from_env()
mole = client.containers.run("drydock/nginx:1", name="mole", detach=True)
gull = client.containers.run("drydock/busybox:1", ["sleep", "1d"], name="gull", detach=True)
members = client.networks.get("bridge").attrs["Containers"].values()
address = next(member["IPv4Address"] for member in members if member["Name"] == "mole").partition("/")[0]
while mole.exec_run(["wget", "-q", "-O", "/dev/null", "http://127.0.0.1/"]).exit_code != 0:
    time.sleep(0.1)
gull.exec_run(["wget", "-q", "-O", "-", f"http://{address}/by-address"])
