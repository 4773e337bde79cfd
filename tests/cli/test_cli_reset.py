"""`drydock reset` whose second half fails. What it does with a daemon: test_cli_lab_daemon.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from grader.cli import lab_daemon, main, reset
from grader.engines import EngineError, detached


def test_where_an_image_cannot_be_brought_the_notes_of_the_old_daemon_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def disk_is_full(*_what: Any) -> None:
        raise EngineError("The disk is full.", "df")

    monkeypatch.setattr(detached, "reset", lambda **_how: done.append("reset") or SimpleNamespace(kind="native"))
    monkeypatch.setattr(lab_daemon, "bring_images", disk_is_full)
    monkeypatch.setattr(reset, "reset_mark", lambda: None)
    monkeypatch.setattr(reset, "forget_what_ran", lambda: done.append("forgotten"))
    said = CliRunner().invoke(main, ["reset"])
    assert "The disk is full." in said.output
    assert done == ["reset", "forgotten"]
