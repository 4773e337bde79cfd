import docker

api = docker.from_env().api
made = api.exec_create("gatehouse", ["sh", "/hail.sh"], stdin=True)
raw = api.exec_start(made["Id"], socket=True)
wire = getattr(raw, "_sock", raw)
# docker-py leaves what came together with the head in the response's buffer (docker/docker-py issue 3332).
reader = raw._response.raw._fp.fp
seen = b""
while b"countersign " not in seen or len(seen.partition(b"countersign ")[2]) < 12:
    seen += reader.read1(4096)
wire.sendall(seen.partition(b"countersign ")[2][:12] + b"\n")
while reader.read1(4096):
    pass
