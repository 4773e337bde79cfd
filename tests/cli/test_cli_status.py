"""`drydock status` when the lab daemon ends meanwhile. What it says of one that runs: test_cli_lab_daemon.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from requests.exceptions import ConnectionError as NoConnection

from grader.cli import main
from grader.engines import detached
from grader.jupyter import server


class Ending:
    """Of such a daemon, docker-py's client: it tells its version, and no more."""

    def __init__(self, **_how: Any) -> None:
        self.api = self

    def version(self) -> dict[str, str]:
        return {"Version": "26.1"}

    def containers(self) -> None:
        raise NoConnection("gone")

    def close(self) -> None:
        pass


def test_a_daemon_that_ends_while_it_is_asked_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = SimpleNamespace(endpoint=SimpleNamespace(client=Ending))
    monkeypatch.setattr(detached, "current", lambda: SimpleNamespace(engine=engine))
    monkeypatch.setattr(server, "running", lambda _runtime: None)
    said = CliRunner().invoke(main, ["status"])
    assert "does not answer: gone" in said.output
    assert isinstance(said.exception, SystemExit)
