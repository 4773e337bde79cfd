from urllib.error import HTTPError
from urllib.request import urlopen

import docker

client = docker.from_env()
quiet = client.containers.run("drydock/nginx:1", name="quiet", detach=True)
quiet.reload()
address = quiet.attrs["NetworkSettings"]["Networks"]["bridge"]["IPAddress"]
client.containers.run(
    "drydock/busybox:1", ["sh", "-c", f"wget -O - http://{address}/proof; true"], network_mode="host", remove=True
)
