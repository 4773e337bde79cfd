"""What doctor says of a machine before any engine is asked."""

from __future__ import annotations

import platform
import shutil

import pytest

from grader.cli import machine
from grader.cli.machine import Level, facts


@pytest.mark.parametrize(
    ("kernels", "level", "says"),
    [
        ("x86_64", Level.OK, "amd64"),
        ("aarch64", Level.NOTE, "programs for amd64 don't start without an emulator"),
        ("riscv64", Level.BAD, "amd64, arm64 only"),
    ],
)
def test_the_doctor_says_what_differs_on_another_processor(
    kernels: str, level: Level, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: kernels)
    (fact,) = [fact for fact in facts({}) if fact.topic == "processor"]
    assert fact.level is level
    assert says in fact.what


@pytest.mark.parametrize(("apt", "level"), [("/usr/bin/apt-get", Level.BAD), (None, Level.NOTE)])
def test_what_only_debian_has_is_no_fault_elsewhere(
    apt: str | None, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = machine.Package(("/nowhere/at/all",), "docker.io", "the Docker daemon")
    monkeypatch.setattr(machine, "packages", lambda _wanted: iter([gone]))
    monkeypatch.setattr(shutil, "which", lambda _name, **_where: apt)
    (fact,) = machine._packages()
    assert (fact.level, bool(fact.remedy)) == (level, apt is not None)
