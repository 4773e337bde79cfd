"""The way from a student's localhost to the Hub: open to all of their processes, and shared with all students."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlparse

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from grader.classroom.gate import HUB_INSIDE, Gate, Order
from grader.classroom.places import ClassError
from grader.classroom.to_hub import TheHub
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
        relay = Relay(
            TheHub(f"http://127.0.0.1:{port}/hub/api"), tmp_path / "to-hub.json", lambda _port: inside, most=2
        )
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


class _Page(RequestHandler):
    def get(self) -> None:
        self.finish(f"page {self.request.path}\n")

    post = get


_READ = b"GET /hub/api/user HTTP/1.1\r\nHost: hub\r\n"
_LOGIN = b"POST /hub/login HTTP/1.1\r\nHost: hub\r\nContent-Length: 0\r\n\r\n"
_PASSED = ("/hub/api/user", "/hub/api", "/hub/api?a=b", "/hub/api/oauth2/token")
_REFUSED = ("/hub/login", "/hub/apis", "/", "http://hub/hub/login", "/hub/../hub/login", "/user/bob/hub/api/")


def test_a_student_asks_the_hub_for_its_api_alone(tmp_path: Path) -> None:
    """By a server of the Hub's kind. A password that is tried costs the machine, not the student's limits."""

    async def run() -> None:
        outside, port = bind_unused_port()
        hub = HTTPServer(Application([(r".*", _Page)]))
        hub.add_socket(outside)
        inside = socket.create_server(("127.0.0.1", 0))
        way = TheHub(f"http://127.0.0.1:{port}/hub/api")
        relay = Relay(way, tmp_path / "to-hub.json", lambda _port: inside, admit=way.admit)
        await relay.follow({HUB_INSIDE})

        async def ask(request: bytes, *, ends: bool = False) -> list[str]:
            """The pages that come of it, until the other side closes."""
            reader, writer = await asyncio.open_connection(*inside.getsockname())
            writer.write(request)
            if ends:
                writer.write_eof()
            said = b""
            # Where bytes come that nobody reads any more, the end is a reset.
            with contextlib.suppress(ConnectionError):
                while data := await asyncio.wait_for(reader.read(65_536), _PATIENCE):
                    said += data
            writer.close()
            return re.findall(r"^page (\S+)$", said.decode(), re.MULTILINE)

        for path in _PASSED:
            assert await ask(f"GET {path} HTTP/1.1\r\nHost: hub\r\n\r\n".encode()) == [path.partition("?")[0]]
        for path in _REFUSED:
            assert await ask(f"GET {path} HTTP/1.1\r\nHost: hub\r\n\r\n".encode()) == [], path
        # A connection is for one request, whatever it says itself; with a body, too.
        for kept in (b"", b"Connection: keep-alive\r\n", b"connection:x\r\nConnection: keep-alive\r\n"):
            assert await ask(_READ + kept + b"\r\n" + _LOGIN) == ["/hub/api/user"]
        posted = _READ.replace(b"GET", b"POST")
        assert await ask(posted + b"Content-Length: 3\r\n\r\nabc" + _LOGIN) == ["/hub/api/user"]
        assert await ask(posted + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + _LOGIN) == [
            "/hub/api/user"
        ]
        # What tornado might read in another way than we do.
        for odd in (
            b"X: a\nConnection: keep-alive\r\n",
            b"\r\n",
            b" Connection: keep-alive\r\n",
            b"Connection : x\r\n",
        ):
            assert set(await ask(_READ + odd + b"\r\n" + _LOGIN)) <= {"/hub/api/user"}, odd
        for begun in (
            _LOGIN.replace(b"\r", b""),
            b"\r\n" + _LOGIN,
            b"\n" + _LOGIN,
            b"GET /hub/api HTTP/1.1\n" + _LOGIN,
        ):
            assert await ask(begun, ends=True) == [], begun
        assert await ask(_READ + b"X: " + b"x" * 70_000 + b"\r\n\r\n") == []
        await relay.follow(set())
        hub.stop()

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
