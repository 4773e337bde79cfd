"""Who has the daemon's socket, and lays hands on the containers by which a check tries what is allowed."""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

import pytest
from docker.errors import APIError

from grader.checks import CheckFailed, Checks, CouldNotCheck, Status, TaskReport, commands
from grader.checks.container import effects
from grader.checks.files import read_entry
from grader.checks.image import contents
from grader.engines.protocol import Engine
from grader.report.render import report_as_text

pytestmark = pytest.mark.daemon


@pytest.fixture(scope="module")
def strong(stage: Engine) -> Iterator[Engine]:
    """An engine with a container that may do all, and its client."""
    with closing(stage.endpoint.client()) as client:
        client.containers.run("drydock/busybox:1", "sleep 1d", name="m-strong", privileged=True, detach=True)
    yield stage


def lay(client: Any, twin: str) -> None:
    """A program that ends as one does which the kernel has refused."""
    packed, script = io.BytesIO(), b"#!/bin/sh\nexit 1\n"
    with tarfile.open(fileobj=packed, mode="w") as archive:
        about = tarfile.TarInfo(f"{effects._FOLDER}/mount-0")
        about.mode, about.size = 0o755, len(script)
        archive.addfile(about, io.BytesIO(script))
    client.api.put_archive(twin, "/", packed.getvalue())


def run_in(client: Any, twin: str) -> None:
    client.api.exec_start(client.api.exec_create(twin, ["true"])["Id"])


def rename(client: Any, twin: str) -> None:
    client.api.rename(twin, f"drydock-check-{twin[:6]}")


def flood(client: Any, twin: str) -> None:
    lay(client, twin)
    for number in range(140):
        client.api.create_volume(f"m-{number}")
        client.api.remove_volume(f"m-{number}")


def cannot_mount(engine: Engine) -> TaskReport:
    with closing(Checks(engine.endpoint.host, deadline=200)) as check:
        with suppress(CheckFailed, CouldNotCheck), check.task("job", hint="Look.") as t:
            t.container("m-strong").cannot("mount")
        return check.reports["job"]


@pytest.mark.parametrize("hand", [lay, run_in, rename, flood])
def test_a_twin_that_somebody_laid_hands_on_says_nothing(
    strong: Engine, monkeypatch: pytest.MonkeyPatch, hand: Callable[[Any, str], None]
) -> None:
    execute = commands.execute

    def after_it(daemon: Any, twin: str, *words: Any, **named: Any) -> Any:
        with closing(strong.endpoint.client()) as client:
            hand(client, twin)
        return execute(daemon, twin, *words, **named)

    monkeypatch.setattr(commands, "execute", after_it)
    report = cannot_mount(strong)
    assert report.status is Status.FAILED, report_as_text(report)
    said = "remembers only its last" if hand is flood else "had a hand in a container of the check"
    assert said in report_as_text(report)


def test_a_twin_that_nobody_has_touched_is_believed(strong: Engine) -> None:
    report = cannot_mount(strong)
    assert report.status is Status.FAILED, report_as_text(report)
    assert "mount: done" in report_as_text(report)


def test_nothing_is_laid_into_the_container_by_which_an_images_files_are_read(
    stage: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("laid"))
    refused = []

    def after_it(daemon: Any, box: str, path: str) -> Any:
        with closing(stage.endpoint.client()) as client:
            try:
                client.api.put_archive(box, posixpath.dirname(path), packed.getvalue())
            except APIError as error:
                refused.append(error)
        return read_entry(daemon, box, path)

    monkeypatch.setattr(contents, "read_entry", after_it)
    check = Checks(stage.endpoint.host, deadline=200)
    with closing(check), suppress(CheckFailed, CouldNotCheck), check.task("job", hint="Look.") as t:
        t.image("drydock/busybox:1").has_file("/laid")
    assert refused
    assert check.reports["job"].status is Status.FAILED, report_as_text(check.reports["job"])
    assert "nothing at" in report_as_text(check.reports["job"])
