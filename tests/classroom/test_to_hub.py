"""The way from a student's localhost to the Hub: open to all of their processes, and shared with all students."""

from __future__ import annotations

import asyncio
import re
import socket
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlparse

import pytest

from grader.classroom.gate import HUB_INSIDE, Gate, Order, _Host
from grader.classroom.places import ClassError
from grader.course.settings import settings
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
        relay = Relay(_Host("127.0.0.1", port), tmp_path / "to-hub.json", lambda _port: inside, most=2)
        # Another port inside than outside.
        await relay.follow({HUB_INSIDE})

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


_COURSE = Path(__file__).parents[2]


def test_the_hubs_port_inside_is_none_that_a_lab_or_a_machine_gives(tmp_path: Path) -> None:
    """Or that task could not be done on a class server: whoever has the port first, keeps it."""
    api = {f"JUPYTERHUB_{what}_URL": "http://127.0.0.1:8081/hub/api" for what in ("API", "ACTIVITY")}
    environment = Gate(Order(str(tmp_path), str(_COURSE), "ada", 0, environment=api))._environment()
    inside = urlparse(environment["JUPYTERHUB_API_URL"])
    assert environment["JUPYTERHUB_ACTIVITY_URL"] == inside.geturl() == f"http://127.0.0.1:{HUB_INSIDE}/hub/api"
    assert HUB_INSIDE not in settings(_COURSE).ports
    assert [
        path.name for path in _COURSE.glob("labs/*/*.ipynb") if re.search(rf"\b{HUB_INSIDE}\b", path.read_text())
    ] == []
    # For -p 80 and for who connects: the kernel's range, as it is unless somebody changes it.
    assert not 32768 <= HUB_INSIDE <= 60999


def test_a_server_whose_way_to_the_hub_is_taken_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    api = {f"JUPYTERHUB_{what}_URL": "http://127.0.0.1:9/hub/api" for what in ("API", "ACTIVITY")}
    gate = Gate(Order(str(tmp_path), str(_COURSE), "ada", 0, environment=api))
    gate._student.path.mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = lambda _port: socket.create_server(taken.getsockname())  # noqa: E731
        monkeypatch.setattr(gate, "_engine", object())
        monkeypatch.setattr(gate, "_server", object())
        monkeypatch.setattr(gate, "_connector", SimpleNamespace(listen=listen))
        with pytest.raises(ClassError, match=f"Port {HUB_INSIDE}") as raised:
            asyncio.run(gate.serve())
    assert raised.value.remedy == f"touch '{gate._student.teachers_reset}'"
