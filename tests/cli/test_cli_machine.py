"""What doctor says of a machine before any engine is asked."""

from __future__ import annotations

import platform

import pytest

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
