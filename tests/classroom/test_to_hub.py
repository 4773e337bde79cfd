"""The way from a student's localhost to the Hub: open to all of their processes, and shared with all students."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from grader.classroom.gate import _Host
from grader.engines.relay import Relay

_PATIENCE = 60.0


def test_one_student_does_not_take_all_the_hubs_connections(tmp_path: Path) -> None:
    async def run() -> None:
        async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"hub\n")
            await reader.read()
            writer.close()

        hub = await asyncio.start_server(hold, "127.0.0.1", 0)
        port = hub.sockets[0].getsockname()[1]
        inside = socket.create_server(("127.0.0.1", 0))
        relay = Relay(_Host("127.0.0.1"), tmp_path / "to-hub.json", lambda _port: inside, most=2)
        await relay.follow({port})

        async def ask() -> tuple[bytes, asyncio.StreamWriter]:
            reader, writer = await asyncio.open_connection(*inside.getsockname())
            return await asyncio.wait_for(reader.readline(), _PATIENCE), writer

        (first, one), (second, _two) = await ask(), await ask()
        assert first == second == b"hub\n"
        refused, third = await ask()
        assert refused == b""
        # Whoever closes one has another.
        for writer in (one, third):
            writer.close()
        async with asyncio.timeout(_PATIENCE):
            while (await ask())[0] != b"hub\n":
                await asyncio.sleep(0.01)
        await relay.follow(set())
        hub.close()

    asyncio.run(run())
