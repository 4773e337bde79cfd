import docker

client = docker.from_env()
north = client.containers.get("north")
safe = client.containers.create("drydock/busybox:1", name="safe")
for path in ("/srv/booth/tickets.txt", "/srv/booth/fares.json", "/tmp/waiting-list.txt"):
    stream, facts = north.get_archive(path)
    safe.put_archive("/mnt", b"".join(stream))
