import os
import time

import docker

office = docker.from_env().containers.run(
    "drydock/busybox:1",
    "sh /office/office.sh",
    name="office",
    volumes={os.path.abspath("office"): {"bind": "/office", "mode": "ro"}},
    detach=True,
)
while b"open" not in office.logs():
    time.sleep(0.1)
office.stop()
