import time

import docker

client = docker.from_env()
second = 10**9
test = {"test": ["CMD", "python3", "lookout.py", "probe"], "interval": second // 2, "timeout": 4 * second, "retries": 1}
hazy = client.containers.run("lookout:0", name="hazy", detach=True, healthcheck=test)


def wait_for(state, since):
    events = client.events(since=since, until=int(time.time()) + 40, filters={"container": "hazy"}, decode=True)
    for event in events:
        if event["Action"] == f"health_status: {state}":
            return event
    return None


wait_for("healthy", int(time.time()) - 300)
before = time.time()
hazy.exec_run("wget -q -O - http://localhost:8000/fog", detach=True)
event = wait_for("unhealthy", before)
text = f"{event['Action']} {event['Actor']['ID']} name={event['Actor']['Attributes']['name']}"
client.containers.run("drydock/busybox:1", ["echo", text], name="bell")
hazy.restart()
