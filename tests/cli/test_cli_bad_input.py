"""What goes wrong before anything runs: one sentence, the next command, exit code 3, and nothing lost."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from student_desk import DRYDOCK, Desk


def _is_clear(stderr: str) -> bool:
    """The last two lines are the sentence and what to do."""
    sentence, step = stderr.splitlines()[-2:]
    return sentence.startswith("Error: ") and step.startswith("Next: ") and "Traceback" not in stderr


def test_help_lists_the_commands_and_an_unknown_one_is_refused(desk: Desk) -> None:
    listed = desk.drydock("--help").stdout
    for name in ("author", "check", "doctor", "down", "env", "lab", "reset", "status", "up"):
        assert f"\n  {name} " in listed
    done = desk.drydock("dotcor")
    assert done.returncode == 2
    assert "There is no command “dotcor”. Run: drydock --help" in done.stderr


def test_doctor_for_machines(desk: Desk) -> None:
    done = desk.drydock("doctor", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == (0 if report["healthy"] else 1)
    assert {engine["kind"] for engine in report["engines"]} >= {"native", "rootless", "dind", "host"}
    assert report["cgroup_version"] in (1, 2, None)
    assert all(fact["level"] in ("ok", "note", "bad") for fact in report["facts"])


def test_doctor_names_what_is_missing_and_the_command(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.cli import machine

    gone = machine.Package(("/nowhere/at/all",), "docker.io", "the Docker daemon")
    monkeypatch.setattr(machine, "packages", lambda wanted: iter([gone]))
    (fact,) = machine._packages()
    assert fact.what == "docker.io is missing (the Docker daemon)"
    assert fact.remedy.endswith("apt-get install docker.io")


def test_outside_a_course(desk: Desk, tmp_path: Path) -> None:
    done = desk.drydock("check", "00", DRYDOCK_COURSE=str(tmp_path))
    assert (done.returncode, _is_clear(done.stderr)) == (3, True), done.stderr


def test_a_workspace_notebook_that_is_none_is_not_overwritten(desk: Desk) -> None:
    notebook = desk.root / "workspace" / "labs" / "00-tiny" / "00-tiny.ipynb"
    notebook.parent.mkdir(parents=True, exist_ok=True)
    notebook.write_text("half a file")
    done = desk.drydock("lab", "00", "--no-browser")
    assert (done.returncode, _is_clear(done.stderr)) == (3, True), done.stderr
    assert "is not a notebook" in done.stderr
    assert "drydock reset 00-tiny --notebook" in done.stderr
    assert notebook.read_text() == "half a file"
    shutil.rmtree(desk.root / "workspace")


def test_a_lab_without_a_release_and_one_that_is_unknown(desk: Desk) -> None:
    unknown = desk.drydock("lab", "docker-in-space")
    assert unknown.stderr.endswith("Next: Name one of: 00-tiny\n")
    page = desk.root / "labs" / "00-tiny" / "00-tiny.ipynb"
    kept = page.read_bytes()
    page.write_text('{"nbformat": 4, "cells": []}')
    try:
        done = desk.drydock("check", "00")
        assert (done.returncode, _is_clear(done.stderr)) == (3, True), done.stderr
        assert "has no cells" in done.stderr
    finally:
        page.write_bytes(kept)


def test_where_no_engine_works_three_ways_are_named(desk: Desk, tmp_path: Path) -> None:
    """In a user namespace without ids, and without QEMU: not root, no ids to map, no Docker, no virtual machine."""
    for program in Path("/usr/bin").iterdir():
        if not program.name.startswith("qemu"):
            (tmp_path / program.name).symlink_to(program)
    done = desk.run(["unshare", "--user", str(DRYDOCK), "up"], PATH=str(tmp_path))
    assert done.returncode == 3
    assert done.stderr.startswith("Error: No engine works on this machine. native: ")
    assert [line.strip()[:2] for line in done.stderr.splitlines()[-3:]] == ["1.", "2.", "3."]
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_loses_nothing(desk: Desk) -> None:
    """A real one: the workspace on a file system of 16 KiB, and not enough room for the lab's files."""
    workspace = desk.root / "workspace"
    workspace.mkdir(exist_ok=True)
    mount = 'mount -t tmpfs -o size=16k none "$1" && echo mine > "$1/notes"'
    script = f'{mount} && "$2" lab 00; code=$?; cat "$1/notes"; exit $code'
    big = desk.root / "labs" / "00-tiny" / "site" / "big.bin"
    big.write_bytes(bytes(100_000))
    try:
        done = desk.run(
            ["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", str(workspace), str(DRYDOCK)]
        )
    finally:
        big.unlink()
        shutil.rmtree(workspace)
    assert (done.returncode, _is_clear(done.stderr)) == (3, True), done.stderr
    assert "The disk is full" in done.stderr
    assert done.stdout == "mine\n"


def test_a_place_that_is_not_as_it_should_be_is_named(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = desk.drydock("status", XDG_STATE_HOME=str(tmp_path / "file"), DRYDOCK_RUNTIME=str(tmp_path / "file" / "run"))
    assert (done.returncode, _is_clear(done.stderr)) == (3, True), done.stderr
    assert str(tmp_path / "file") in done.stderr
