"""Published ports on this machine's localhost come and go with containers, and with the networks they are on."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from engine_tests import eventually

from grader.engines import engine_named
from grader.engines.local_ports import LocalPorts
from grader.engines.namespaces import NamespaceEngine
from grader.engines.published_ports import run

pytestmark = [pytest.mark.daemon, pytest.mark.deep]
PORT = 18_093


@pytest.fixture
def engine() -> Iterator[NamespaceEngine]:
    with engine_named("native") as engine:
        assert isinstance(engine, NamespaceEngine)
        yield engine


def relay(engine: NamespaceEngine) -> None:
    threading.Thread(target=lambda: asyncio.run(run(engine)), daemon=True).start()


def listening_becomes(status: Path, wanted: set[int]) -> bool:
    """Whether the relay's own note says so within a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError, ValueError):
            if set(json.loads(status.read_text())["listening"]) == wanted:
                return True
        time.sleep(0.05)
    return False


def test_a_port_appears_with_the_network_that_can_publish_it(engine: NamespaceEngine) -> None:
    client, status = engine.endpoint.client(), engine.folder.ports
    relay(engine)
    assert listening_becomes(status, set())
    closed, first, second = (client.networks.create(name, internal=name == "closed") for name in ("closed", "a1", "b2"))
    web = client.containers.run("drydock/nginx:1", name="web", network="closed", ports={"80/tcp": PORT}, detach=True)
    with pytest.raises(URLError):
        urlopen(f"http://127.0.0.1:{PORT}/", timeout=3)
    for network in (first, second):
        network.connect(web)
        assert listening_becomes(status, {PORT})
        eventually(lambda: answers(PORT))
        network.disconnect(web)
        assert listening_becomes(status, set())
    closed.disconnect(web)


def test_a_note_that_can_not_be_written_does_not_end_the_relay(engine: NamespaceEngine) -> None:
    client, status = engine.endpoint.client(), engine.folder.ports
    status.mkdir()
    relay(engine)
    web = client.containers.run("drydock/nginx:1", ports={"80/tcp": PORT}, detach=True)
    eventually(lambda: answers(PORT))
    status.rmdir()
    web.kill()
    assert listening_becomes(status, set())


def answers(port: int, address: str = "") -> bool:
    with suppress(OSError, HTTPException), urlopen(address or f"http://127.0.0.1:{port}/", timeout=9) as page:
        return b"nginx" in page.read()
    return False


def test_an_event_that_is_too_long_to_be_read_is_heard_all_the_same(engine: NamespaceEngine) -> None:
    client, status = engine.endpoint.client(), engine.folder.ports
    relay(engine)
    assert listening_becomes(status, set())
    labels = {"long": "x" * 5 * 2**20}
    client.containers.run("drydock/nginx:1", name="long", ports={"80/tcp": PORT}, labels=labels, detach=True)
    assert listening_becomes(status, {PORT})
    client.api.kill("long")
    assert listening_becomes(status, set())


def test_a_port_that_is_somebody_elses_is_opened_at_another_address(engine: NamespaceEngine) -> None:
    client, note = engine.endpoint.client(), engine.folder.ports
    with socket.create_server(("127.0.0.1", PORT)):
        relay(engine)
        web = client.containers.run("drydock/nginx:1", ports={"80/tcp": PORT}, detach=True)
        eventually(lambda: (LocalPorts.read(note) or LocalPorts()).elsewhere != {})
        ports = LocalPorts.read(note)
        assert ports is not None and ports.listening == set() and "in use" in ports.refused[PORT]
        (warning,) = ports.warnings()
        (address,) = re.findall(r"http://127\.0\.0\.[0-9]+:18093/", warning)
        eventually(lambda: answers(PORT, address))
    web.kill()
    eventually(lambda: LocalPorts.read(note) == LocalPorts())
    with pytest.raises(URLError):
        urlopen(address, timeout=3)
