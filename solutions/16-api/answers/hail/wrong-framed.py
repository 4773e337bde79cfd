# expect: /gate
import struct

from bridge.wire import call, connect, exactly, head, send

made = call(
    "POST",
    "/containers/gatehouse/exec",
    {"AttachStdin": True, "AttachStdout": True, "AttachStderr": True, "Cmd": ["sh", "/hail.sh"]},
)
with connect() as wire:
    send(wire, "POST", f"/exec/{made['Id']}/start", {"Tty": False}, "Connection: Upgrade", "Upgrade: tcp")
    head(wire)
    while header := exactly(wire, 8):
        kind, size = struct.unpack(">BxxxL", header)
        text = exactly(wire, size)
        if text.startswith(b"countersign"):
            word = text.split()[1] + b"\n"
            wire.sendall(struct.pack(">BxxxL", 0, len(word)) + word)
