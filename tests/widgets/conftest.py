"""The worker's daemon as a lab's first cell leaves it: named by DOCKER_HOST."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from student_shell import Shell

from grader.engines.protocol import Engine


@pytest.fixture
def sh(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """Run shell commands as a student's cell does. What carries the label w=1 is removed afterwards."""
    monkeypatch.setenv("DOCKER_HOST", engine.endpoint.host)

    def run(script: str) -> str:
        done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    yield run
    run("docker ps --all --quiet --filter label=w | xargs --no-run-if-empty docker rm --force --volumes")
    run("docker images --quiet --filter label=w | xargs --no-run-if-empty docker rmi --force")
    run("docker volume ls --quiet --filter label=w | xargs --no-run-if-empty docker volume rm")
    run("docker network ls --quiet --filter label=w | xargs --no-run-if-empty docker network rm")
