"""How a student's server ends, by hand or by the culler of `drydock serve`, and what is there when it is back."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hub_client import PATIENCE, Hub, open_hub

from grader.classroom.hub import Wanted, configuration
from grader.classroom.places import ClassFolder, StudentFolder
from grader.classroom.running import gate_of
from grader.cli.serve import command

_IMAGE = "drydock/busybox:1"
_ENDLESS = "sh -c 'trap : TERM; while :; do sleep 1; done'"


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with open_hub() as hub:
        hub.begin("ada")
        hub.await_server("ada")
        hub.sh("ada", f"docker run -d --name always --restart always {_IMAGE} sleep 100000; echo mine > mine")
        yield hub


def _ada(hub: Hub) -> StudentFolder:
    return ClassFolder(hub.folder).student("ada")


def _look(hub: Hub) -> str:
    hub.begin("ada")
    hub.await_server("ada")
    return hub.sh("ada", "cat mine; docker ps --format '{{.Names}}'")


@pytest.mark.daemon
@pytest.mark.weekly
def test_a_container_that_does_not_end_is_killed_at_its_servers_end(hub: Hub) -> None:
    """By what Docker noted and by no clock: Docker itself would give this container a day."""
    hub.sh("ada", f"docker run -d --name stubborn --stop-timeout 86400 {_IMAGE} {_ENDLESS}")
    hub.stop("ada")
    # The gate came to its end by itself: one that is killed leaves the disk where it is.
    assert gate_of(_ada(hub)) is None and not _ada(hub).disk.is_mount()
    ended = datetime.now(UTC)
    assert _look(hub) == "mine\nalways\n"
    said = hub.sh("ada", "docker inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.State.FinishedAt}}' stubborn")
    status, code, at = said.split()
    # Noted then, and not by the Docker of the next start, which found nothing of it.
    assert (status, code) == ("exited", "137") and datetime.fromisoformat(at) < ended, said


def _culler(seconds: int) -> str:
    """The culler's service and its role as `drydock serve` configures them, and nothing else of its settings."""
    served = configuration(Wanted(ClassFolder(Path("/nowhere")), Path("/nowhere"), idle_minutes=10))
    lines = ["", "import sys"]
    for node in ast.parse(served).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List):
            items = [item for item in map(ast.unparse, node.value.elts) if "'name': 'cull'" in item]
            lines += [f"{ast.unparse(node.targets[0])}.append({item})" for item in items]
    text = "\n".join([*lines, ""])
    assert len(lines) == 4 and "--timeout=600" in text, text
    return text.replace("--timeout=600", f"--timeout={seconds}")


@pytest.mark.daemon
@pytest.mark.weekly
def test_an_idle_server_is_culled_and_comes_back_with_what_was_in_it(hub: Hub) -> None:
    hub.end()
    hub.configure(_culler(4))
    hub.start()
    deadline = time.monotonic() + PATIENCE
    while hub.is_ready("ada") or gate_of(_ada(hub)) is not None:
        assert time.monotonic() < deadline, hub.log.read_text()[-3000:]
        time.sleep(0.5)
    assert "Culling server ada" in hub.log.read_text()
    assert not _ada(hub).disk.is_mount()
    # Nobody is as quick as that at work.
    hub.end()
    hub.configure()
    hub.start()
    assert _look(hub) == "mine\nalways\n"


def test_nobody_is_to_be_culled_sooner_than_the_hub_learns_that_they_work() -> None:
    """JupyterHub's last_activity_interval is five minutes, and so is its servers' own."""
    said = CliRunner().invoke(command, ["--idle", "9", "--print-config"])
    assert said.exit_code == 2 and "x>=10" in said.output
