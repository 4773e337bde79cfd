"""``drydock serve``: what it starts the Hub with. Nothing is started."""

from __future__ import annotations

import os
import pwd
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.classroom import hub
from grader.classroom.places import ClassFolder
from grader.cli import serve


class _Started(Exception):
    pass


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that has all that a class needs, and no port of the Hub's taken; the folder in which the teacher is."""
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "course.toml").touch()
    monkeypatch.setattr(hub.os, "geteuid", lambda: 0)
    monkeypatch.setattr(hub.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(hub, "_is_taken", lambda port: port == 8000)
    monkeypatch.setattr(serve, "_make_template", lambda _place: None)
    monkeypatch.chdir(desk)
    return desk


@pytest.fixture
def in_the_background() -> Iterator[None]:
    """As a script's `&` starts a command."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("in_the_background")
@pytest.mark.parametrize("name", ["class.py", "jupyterhub_config.py"])
def test_a_configuration_of_ones_own_is_the_one_beside_the_teacher(
    machine: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    place = ClassFolder(machine.parent / "class")
    place.hub.mkdir(parents=True)
    # Of an earlier start without one.
    (place.hub / "jupyterhub_config.py").touch()
    told: list[str] = []

    def started(_program: str, words: list[str]) -> None:
        told.extend(words)
        raise _Started

    monkeypatch.setattr(os, "execv", started)
    asked = ["--folder", str(place.path), "--config", name]
    missing = CliRunner().invoke(serve.command, asked)
    assert missing.exit_code == 2 and "does not exist" in missing.output
    (machine / name).touch()
    # Where the Hub listens it says itself: port 8000 is nothing to it.
    done = CliRunner().invoke(serve.command, asked)
    assert isinstance(done.exception, _Started), done.output
    assert told == [sys.executable, "-m", "jupyterhub", "-f", str(machine / name)]
    assert Path.cwd() == place.hub and "address" not in done.output
    # The Hub ends its services by it.
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--memory", "2GB"),
        ("--memory", "none"),
        ("--memory", "0.0G"),
        ("--disk", "-1G"),
        ("--port", "99999"),
        ("--cpus", "0"),
        ("--cpus", "-1"),
        ("--cpus", "inf"),
    ],
)
def test_what_would_end_in_a_traceback_at_the_first_login_is_refused_at_once(
    machine: Path, option: str, said: str
) -> None:
    done = CliRunner().invoke(serve.command, ["--folder", str(machine / "class"), option, said])
    assert done.exit_code == 2 and said.removeprefix("-") in done.output and not (machine / "class").exists()


def test_half_of_a_size_is_one(machine: Path) -> None:
    words = ["--folder", str(machine / "class"), "--memory", "0.5G", "--cpus", "0.5", "--print-config"]
    done = CliRunner().invoke(serve.command, words)
    assert "mem_limit = '0.5G'" in done.output and "cpu_limit = 0.5" in done.output, done.output


def test_a_port_that_the_hub_uses_itself_is_refused(machine: Path) -> None:
    done = CliRunner().invoke(serve.command, ["--folder", str(machine / "class"), "--port", "8081"])
    assert "uses port 8081 itself" in str(done.exception)


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a folder to another user")
def test_a_teacher_who_owns_what_root_runs_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve, "PACKAGE_ROOT", tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path.parent))
    serve._tell_who_is_root(["root", "daemon", "no-such-account"])
    assert capsys.readouterr().err == ""
    os.chown(tmp_path, pwd.getpwnam("daemon").pw_uid, -1)
    serve._tell_who_is_root(["root", "daemon", "no-such-account"])
    told = capsys.readouterr().err
    assert f"daemon owns {tmp_path}, from which root runs Drydock" in told and told.count(" owns ") == 1
