"""Who has the daemon's socket, and lays hands on the containers by which a check tries what is allowed."""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError

from grader.checks import CheckFailed, Checks, CouldNotCheck, Status, TaskReport, commands, folder, meddling, throwaway
from grader.checks.commands import Outcome
from grader.checks.container import effects, inside
from grader.checks.files import read_entry
from grader.checks.image import contents
from grader.engines.protocol import Engine
from grader.report.render import report_as_text
from tests.checks.conftest import engine_with

pytestmark = pytest.mark.daemon


@pytest.fixture(scope="module")
def strong(stage: Engine) -> Iterator[Engine]:
    """An engine with a container that may do all, and its client."""
    with closing(stage.endpoint.client()) as client:
        client.containers.run("drydock/busybox:1", "sleep 1d", name="m-strong", privileged=True, detach=True)
    yield stage


@pytest.fixture(scope="module")
def plain() -> Iterator[Engine]:
    """An engine on which no container may do much."""
    with engine_with() as engine, closing(engine.endpoint.client()) as client:
        client.containers.run("drydock/busybox:1", "sleep 1d", name="m-plain", detach=True)
        yield engine


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


def flood_and_pose(client: Any, twin: str) -> None:
    """A container whose name begins with the twin's ID: the daemon tells of both when it is asked about one."""
    flood(client, twin)
    client.api.remove_container(client.api.create_container("drydock/busybox:1", name=f"{twin}-x")["Id"])


def cannot_mount(engine: Engine) -> TaskReport:
    with closing(Checks(engine.endpoint.host, deadline=200)) as check:
        with suppress(CheckFailed, CouldNotCheck), check.task("job", hint="Look.") as t:
            t.container("m-strong").cannot("mount")
        return check.reports["job"]


@pytest.mark.parametrize("hand", [lay, run_in, rename, flood, flood_and_pose])
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
    said = "remembers only its last" if hand in (flood, flood_and_pose) else "had a hand in a container of the check"
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


def test_who_removes_that_container_has_not_removed_a_file(stage: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def after_it(daemon: Any, box: str, path: str) -> Any:
        with closing(stage.endpoint.client()) as client:
            client.api.remove_container(box)
        return read_entry(daemon, box, path)

    monkeypatch.setattr(contents, "read_entry", after_it)
    check = Checks(stage.endpoint.host, deadline=200)
    with closing(check), suppress(CheckFailed, CouldNotCheck), check.task("job", hint="Look.") as t:
        t.image("drydock/busybox:1").has_no_file("/bin/busybox")
    assert check.reports["job"].status is Status.FAILED, report_as_text(check.reports["job"])
    assert "No such container" in report_as_text(check.reports["job"])


def replace_the_file(client: Any, judging: str) -> None:
    packed, line = io.BytesIO(), b"fine\n"
    with tarfile.open(fileobj=packed, mode="w") as archive:
        about = tarfile.TarInfo("lab/words")
        about.size = len(line)
        archive.addfile(about, io.BytesIO(line))
    client.api.put_archive(judging, "/", packed.getvalue())


@pytest.mark.parametrize("hand", [replace_the_file, rename])
def test_what_judges_a_file_and_was_not_left_alone_says_nothing(
    stage: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hand: Callable[[Any, str], None]
) -> None:
    (tmp_path / "words").write_text("bad\n")
    start = throwaway.start

    def after_it(daemon: Any, judging: str, **named: Any) -> Outcome:
        with closing(stage.endpoint.client()) as client:
            hand(client, judging)
        return start(daemon, judging, **named)

    monkeypatch.setattr(folder, "start", after_it)
    check = Checks(stage.endpoint.host, deadline=200, folder=folder.Place(str(tmp_path)))
    with closing(check), suppress(CheckFailed, CouldNotCheck), check.task("job", hint="Look.") as t:
        t.folder(".").satisfies("words", "grep -q fine", of="drydock/busybox:1")
    report = check.reports["job"]
    assert report.status is Status.FAILED, report_as_text(report)
    assert "had a hand in a container of the check" in report_as_text(report)


def look_of(engine: Engine, monkeypatch: pytest.MonkeyPatch, code: int | None) -> TaskReport:
    monkeypatch.setattr(inside, "run", lambda *_words, **_named: Outcome(code, "", ""))
    with closing(Checks(engine.endpoint.host, deadline=200)) as check:
        with suppress(CheckFailed, CouldNotCheck), check.task("job", hint="Look.") as t:
            t.container("m-plain").has_env_of_engine("NS", "user")
        return check.reports["job"]


@pytest.mark.parametrize("code", [None, 127, 137])
def test_a_look_at_the_engines_side_that_was_cut_off_is_no_excuse(
    plain: Engine, monkeypatch: pytest.MonkeyPatch, code: int | None
) -> None:
    report = look_of(plain, monkeypatch, code)
    assert report.status is Status.FAILED, report_as_text(report)


def test_what_of_ours_is_undone_is_theirs_who_had_a_hand_in_it(plain: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or room on the disk for nothing; of nobody else."""
    report = look_of(plain, monkeypatch, 1)
    assert report.status is Status.COULD_NOT_CHECK, report_as_text(report)
    with monkeypatch.context() as patch:
        patch.setattr(meddling, "_has_room", lambda _daemon: False)
        report = look_of(plain, monkeypatch, 1)
    assert report.status is Status.FAILED, report_as_text(report)
    assert "the engine's disk is full" in report_as_text(report)
    monkeypatch.undo()
    rights_of: dict[str, dict[str, Any]] = {
        "m-pid": {"pid_mode": "host"},
        "m-root": {"volumes": ["/:/all"]},
        # No bind, as the daemon tells of it.
        "m-volume": {"volumes": ["m-sys:/s"]},
    }
    with closing(plain.endpoint.client()) as client:
        client.api.create_volume("m-sys", driver_opts={"type": "none", "o": "bind", "device": "/sys"})
        for name, rights in rights_of.items():
            hand = client.containers.run("drydock/busybox:1", "sleep 1d", name=name, detach=True, **rights)
            try:
                report = look_of(plain, monkeypatch, 1)
            finally:
                hand.remove(force=True)
            assert report.status is Status.FAILED, report_as_text(report)
            assert f"with such rights: {name}" in report_as_text(report)


def test_a_program_of_ours_that_came_to_no_end_was_stopped(plain: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects.Effects, "_outcome", lambda *_words: Outcome(None, "", ""))
    with closing(Checks(plain.endpoint.host, deadline=200)) as check:
        with suppress(CheckFailed, CouldNotCheck), check.task("job", hint="Look.") as t:
            t.container("m-plain").cannot("mount")
        assert check.reports["job"].status is Status.FAILED, report_as_text(check.reports["job"])


def test_labels_say_nothing_of_what_happened_when_the_daemon_has_forgotten_the_beginning(plain: Engine) -> None:
    """It writes them over what it tells of each event. What it tells itself is still believed."""
    ends, there = ["sh", "-c", "until [ -e /end ]; do sleep 0.1; done; exit 3"], {}
    with closing(plain.endpoint.client()) as client, closing(Checks(plain.endpoint.host, deadline=200)) as check:
        for name, labels in {"m-forger": {"exitCode": "137", "oldName": "ghost"}, "m-honest": {}}.items():
            there[name] = client.containers.run("drydock/busybox:1", ends, name=name, labels=labels, detach=True)
        for number in range(140):
            client.api.create_volume(f"m-{number}")
            client.api.remove_volume(f"m-{number}")
        for container in there.values():
            with suppress(APIError):  # It may have ended before docker-py asks for the exit code.
                container.exec_run("touch /end")
            container.wait()
        with suppress(CheckFailed, CouldNotCheck), check.task("job", hint="Look.") as t:
            t.event("container", "die", "m-forger", exitCode="137").happened()
            t.container("ghost").is_gone(after_existing=True)
            t.event("container", "die", "m-honest", exitCode="3").happened()
        for container in there.values():
            container.remove()
    passed = [one.status is Status.PASSED for one in check.reports["job"].verdicts]
    assert passed == [False, False, True], report_as_text(check.reports["job"])
