"""The way out for image builds on an engine that has no network but its own: an HTTP proxy.

Its listening socket is made inside the engine's network namespace, and its connections go out from here.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from grader.engines.protocol import Engine

_LISTEN_INSIDE = """
import socket, sys
with socket.create_server(("0.0.0.0", 0), backlog=128) as made:
    socket.send_fds(socket.socket(fileno=int(sys.argv[1])), [b"."], [made.fileno()])
"""


def listen_inside(engine: Engine) -> socket.socket:
    """A socket that listens in the engine's network namespace, in this process's hands."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        argv = engine.enter([sys.executable, "-I", "-S", "-c", _LISTEN_INSIDE, str(theirs.fileno())])
        subprocess.run(argv, pass_fds=[theirs.fileno()], check=True)
        _message, (descriptor,), _flags, _address = socket.recv_fds(ours, 1, 1)
    return socket.socket(fileno=descriptor)


@contextmanager
def way_out(engine: Engine) -> Iterator[int]:
    """A proxy for the engine's containers while this is open; gives its port."""
    loop = asyncio.new_event_loop()
    listener = listen_inside(engine)
    server = loop.run_until_complete(asyncio.start_server(_serve, sock=listener))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection: CONNECT for https; for http the address's host is the place, and the connection ends with it."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
        head = await reader.readuntil(b"\r\n\r\n")
        method, address, version = head.split(b"\r\n", 1)[0].decode().split(" ")
        if method == "CONNECT":
            host, _colon, port = address.rpartition(":")
            there = await asyncio.open_connection(host, int(port))
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        else:
            url = urlsplit(address)
            there = await asyncio.open_connection(url.hostname, url.port or 80)
            place = f"{url.path or '/'}{'?' + url.query if url.query else ''}"
            lines = [
                line for line in head.split(b"\r\n")[1:-2] if not line.lower().startswith((b"connection:", b"proxy-"))
            ]
            there[1].write(
                b"\r\n".join([f"{method} {place} {version}".encode(), *lines, b"Connection: close", b"", b""])
            )
        await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))
    writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(262_144):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        if writer.can_write_eof():
            writer.write_eof()
