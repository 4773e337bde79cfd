"""Sandboxes that are made ready, handed out and interrupted; and the size of their folders: no daemon."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.author.trial import StoppableSandboxes
from grader.engines import EngineError
from grader.sandbox import sandbox as module
from grader.sandbox.bounds import Bounds
from grader.sandbox.sandbox import SandboxSupply, bounded


class Straw:
    """A sandbox as far as a supply looks at it."""

    declared_images = ()

    def __init__(self, opened: Callable[[], object] = int) -> None:
        self.open = opened
        self.closed = False

    def close(self) -> None:
        self.closed = True


def test_who_is_interrupted_while_a_sandbox_is_made_ready_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    supply, straw, waited_for = SandboxSupply(Bounds(), "native"), Straw(), threading.Event()

    def made(_supply: SandboxSupply, _images: Sequence[str]) -> Straw:
        waited_for.wait()
        os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait(0.5)  # while the main thread is waiting for this one
        return straw

    monkeypatch.setattr(SandboxSupply, "_open", made)
    supply.prepare()
    # A worker of pytest-xdist ignores the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            waited_for.set()
            with supply.take():
                pass
    finally:
        signal.signal(signal.SIGINT, before)
    supply.close()
    assert straw.closed


def test_a_sandbox_that_can_not_be_ended_ends_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck(Straw):
        def close(self) -> None:
            raise OSError("busy")

    monkeypatch.setattr(SandboxSupply, "_open", lambda _supply, _images: Stuck())
    supply = SandboxSupply(Bounds(), "native")
    supply.prepare()
    supply.close()


def test_what_opens_while_the_proof_is_interrupted_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    server: Any = None
    sandboxes = StoppableSandboxes("native", server, Bounds())

    def opened() -> None:
        with pytest.raises(KeyboardInterrupt), sandboxes.until_interrupted():
            raise KeyboardInterrupt

    straw = Straw(opened)
    straw.discard_engine = int  # type: ignore[attr-defined]
    monkeypatch.setattr("grader.author.trial.Sandbox", lambda *_arguments: straw)
    with pytest.raises(EngineError, match="interrupted"), sandboxes.opened():
        pytest.fail("it was handed out")
    assert straw.closed


def test_root_that_may_not_mount_does_without_a_size_only_where_there_are_no_walls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = subprocess.CompletedProcess([], 32, "", "mount: permission denied.\n")
    monkeypatch.setattr(module.os, "geteuid", lambda: 0)
    monkeypatch.setattr(module, "kernel_at_least", lambda *_version: True)
    monkeypatch.setattr(module.subprocess, "run", lambda *_words, **_more: refused)
    with bounded(tmp_path, 1000, must=False):
        pass
    with pytest.raises(EngineError, match="permission denied") as trouble, bounded(tmp_path, 1000, must=True):
        pytest.fail("there is no size")
    assert "SYS_ADMIN" in trouble.value.remedy
