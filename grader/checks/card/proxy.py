"""The socket of a world, between an experiment and the daemon: requests come in, are read, written anew, and go on.

The daemon can't read what goes on otherwise than we did, whatever a client has written. Runs in the world (world.py):
standard library only.
"""

import json
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from grader.checks.card.policy import STREAMED

REAL = "/var/run/docker.sock"
PIECE = 64 * 1024
#: Of a request that is read as a whole.
LARGEST = 64 * 1024 * 1024
#: After these both sides talk freely.
HIJACKED = re.compile(r"POST /(containers/[^/]+/attach|exec/[^/]+/start|session|grpc)")
#: What the daemon shall get for method, target and body. Raises Replied.
Asked = Callable[[str, str, bytes], tuple[str, bytes]]


class Replied(Exception):
    """An answer in the daemon's place."""


def answer(status: int, body: Any = None) -> bytes:
    data = b"" if body is None else json.dumps({"message": body} if isinstance(body, str) else body).encode()
    kind = b"Content-Type: application/json\r\nApi-Version: 1.40\r\n"
    return b"HTTP/1.1 %d Bent\r\n%bContent-Length: %d\r\n\r\n%b" % (status, kind, len(data), data)


def read_head(source: Any) -> tuple[str, str, list[tuple[bytes, bytes]]] | None:
    """Method, target and headers; None at the end. Raises ValueError."""
    line = source.readline()
    if not line:
        return None
    method, target, version = line.decode("ascii").split()
    if version not in ("HTTP/1.0", "HTTP/1.1"):
        raise ValueError(version)
    head = []
    while (line := source.readline()).strip(b"\r\n"):
        name, colon, value = line.rstrip(b"\r\n").partition(b":")
        if not colon or name != name.strip():
            raise ValueError(line)
        head.append((name.lower(), value.strip()))
    return method, target, head


def read_chunks(source: Any) -> bytes:
    data = bytearray()
    while size := int(source.readline().split(b";")[0], 16):
        data += source.read(size)
        source.readline()
        if len(data) > LARGEST:
            raise ValueError("too large")
    while source.readline().strip(b"\r\n"):
        pass
    return bytes(data)


def serve(client: socket.socket, asked_for: Asked) -> None:
    """One connection, request after request."""
    daemon = socket.socket(socket.AF_UNIX)
    daemon.connect(REAL)
    back = threading.Thread(target=copy, args=[daemon, client], daemon=True)
    back.start()
    source = client.makefile("rb")
    try:
        while read := read_head(source):
            method, target, head = read
            kinds = {value.lower() for name, value in head if name == b"transfer-encoding"}
            lengths = {int(value) for name, value in head if name == b"content-length"}
            if kinds - {b"chunked"} or len(lengths) > 1 or max(lengths, default=0) > LARGEST:
                return
            plain = re.sub(r"^/v[\d.]+", "", target.partition("?")[0])
            streamed = bool(kinds) and STREAMED.fullmatch(f"{method} {plain}") is not None
            data = b"" if streamed else read_chunks(source) if kinds else source.read(max(lengths, default=0))
            hijacked = HIJACKED.fullmatch(f"{method} {plain}") and next((v for n, v in head if n == b"upgrade"), b"")
            try:
                target, data = asked_for(method, target, data)
            except Replied as answered:
                client.sendall(answered.args[0])
                if streamed:
                    return
                continue
            ours = (b"content-length", b"transfer-encoding", b"upgrade", b"connection", b"expect")
            last = any(name == b"connection" and value.lower() == b"close" for name, value in head)
            head = [(name, value) for name, value in head if name not in ours]
            head.append((b"transfer-encoding", b"chunked") if streamed else (b"content-length", b"%d" % len(data)))
            if hijacked:
                head += [(b"connection", b"Upgrade"), (b"upgrade", hijacked)]
            elif last:
                head.append((b"connection", b"close"))
            lines = b"".join(b"%b: %b\r\n" % one for one in head)
            request = f"{method} {target} HTTP/1.1\r\n".encode() + lines + b"\r\n" + data
            if hijacked:
                hijack(source, client, request)
                return
            daemon.sendall(request)
            if streamed:
                pass_chunks(source, daemon)
    except (OSError, ValueError):
        pass
    finally:
        end(daemon)
        back.join()
        client.close()
        daemon.close()


def hijack(source: Any, client: socket.socket, request: bytes) -> None:
    """A request after which both sides talk freely: only when the daemon says that it is one (101)."""
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.connect(REAL)
        daemon.sendall(request)
        answers = daemon.makefile("rb")
        head = [answers.readline()]
        while head[-1].strip():
            head.append(answers.readline())
        client.sendall(b"".join(head))
        on = threading.Thread(target=pass_on, args=[source, daemon], daemon=True)
        if head[0].split()[1:2] == [b"101"]:
            on.start()
        else:
            end(daemon)
        while data := answers.read1(PIECE):
            client.sendall(data)
        client.shutdown(socket.SHUT_RDWR)
        if on.ident:
            on.join()


def pass_on(source: Any, daemon: socket.socket) -> None:
    try:
        while data := source.read1(PIECE):
            daemon.sendall(data)
    except OSError:
        pass
    end(daemon)


def pass_chunks(source: Any, daemon: socket.socket) -> None:
    while line := source.readline():
        size = int(line.split(b";")[0], 16)
        daemon.sendall(b"%x\r\n" % size + (source.read(size) if size else b"") + b"\r\n")
        source.readline()
        if not size:
            return


def copy(daemon: socket.socket, client: socket.socket) -> None:
    try:
        while data := daemon.recv(PIECE):
            client.sendall(data)
    except OSError:
        pass
    end(client)


def end(side: socket.socket) -> None:
    with suppress(OSError):
        side.shutdown(socket.SHUT_WR)


def welcome(door: socket.socket, asked_for: Asked) -> None:
    while True:
        threading.Thread(target=serve, args=[door.accept()[0], asked_for], daemon=True).start()
