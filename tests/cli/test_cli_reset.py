"""`drydock reset` whose second half fails. What it does with a daemon: test_cli_lab_daemon.py."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from grader.cli import lab_daemon, main, reset
from grader.engines import EngineError, detached


@pytest.mark.parametrize("fails", ["the new one's start", "an image"])
def test_where_no_new_daemon_is_ready_the_notes_of_the_old_one_are_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fails: str
) -> None:
    done = []

    def disk_is_full(*_what: Any) -> None:
        raise EngineError("The disk is full.", "df")

    old = SimpleNamespace(forget=lambda _folder: done.append("data gone"))
    monkeypatch.setattr(detached, "_alone", nullcontext)
    monkeypatch.setattr(detached, "current", lambda: None)
    monkeypatch.setattr(detached, "_last", lambda: ("native", ()))
    monkeypatch.setattr(detached, "_end_unfinished", lambda: False)
    monkeypatch.setattr(detached, "lab_folder", lambda: tmp_path)
    monkeypatch.setattr(detached, "engine_class", lambda _kind: old)
    monkeypatch.setattr(detached, "_start", lambda *_how: SimpleNamespace(kind="native"))
    monkeypatch.setattr(lab_daemon, "bring_images", disk_is_full)
    if fails != "an image":
        monkeypatch.setattr(detached, "_start", disk_is_full)
    monkeypatch.setattr(reset, "reset_mark", lambda: None)
    monkeypatch.setattr(reset, "forget_what_ran", lambda: done.append("forgotten"))
    said = CliRunner().invoke(main, ["reset"])
    assert "The disk is full." in said.output
    assert done == ["data gone", "forgotten"]
