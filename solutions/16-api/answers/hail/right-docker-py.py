import docker

api = docker.from_env().api
made = api.exec_create("gatehouse", ["sh", "/hail.sh"], stdin=True)
raw = api.exec_start(made["Id"], socket=True)
wire = getattr(raw, "_sock", raw)
seen = b""
while b"countersign " not in seen or len(seen.partition(b"countersign ")[2]) < 12:
    seen += wire.recv(4096)
wire.sendall(seen.partition(b"countersign ")[2][:12] + b"\n")
while wire.recv(4096):
    pass
