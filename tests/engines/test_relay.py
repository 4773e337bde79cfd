"""Published ports on this machine's localhost come and go with containers, and with the networks they are on."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from grader.engines import engine_named
from grader.engines.namespaces import NamespaceEngine
from grader.engines.relay import run

pytestmark = pytest.mark.daemon
PORT = 18_093


@pytest.fixture
def relayed() -> Iterator[NamespaceEngine]:
    with engine_named("native") as engine:
        assert isinstance(engine, NamespaceEngine)
        threading.Thread(target=lambda: asyncio.run(run(engine)), daemon=True).start()
        assert listening_becomes(engine.folder.path / "relay.json", set())
        yield engine


def listening_becomes(status: Path, wanted: set[int]) -> bool:
    """Whether the relay's own note says so within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(OSError, ValueError):
            if set(json.loads(status.read_text())["listening"]) == wanted:
                return True
        time.sleep(0.05)
    return False


def test_a_port_appears_with_the_network_that_can_publish_it(relayed: NamespaceEngine) -> None:
    client, status = relayed.endpoint.client(), relayed.folder.path / "relay.json"
    closed, first, second = (client.networks.create(name, internal=name == "closed") for name in ("closed", "a1", "b2"))
    web = client.containers.run("drydock/nginx:1", name="web", network="closed", ports={"80/tcp": PORT}, detach=True)
    with pytest.raises(URLError):
        urlopen(f"http://127.0.0.1:{PORT}/", timeout=3)
    for network in (first, second):
        network.connect(web)
        assert listening_becomes(status, {PORT})
        with urlopen(f"http://127.0.0.1:{PORT}/", timeout=9) as page:
            assert b"nginx" in page.read()
        network.disconnect(web)
        assert listening_becomes(status, set())
    closed.disconnect(web)
