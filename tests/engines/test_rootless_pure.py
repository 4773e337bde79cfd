"""The rootless engine's parts that need no daemon."""

from __future__ import annotations

import pytest

from grader.engines import rootless
from grader.engines.rootless import RootlessEngine


def test_a_user_without_a_name_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 54321)
    monkeypatch.setattr("os.getuid", lambda: 54321)
    monkeypatch.setattr(rootless, "_ID_TOOLS", ())
    found = RootlessEngine._look_around(())
    assert not found.works and "54321 has no name" in found.reason
