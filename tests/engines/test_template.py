"""Which templates stay when another is made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.engines import template
from grader.engines.native import NativeEngine


@pytest.mark.skipif(os.geteuid() != 0, reason="the native engine's folders are another user's")
def test_the_template_that_is_used_stays_and_the_one_that_nobody_uses_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir()
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(runtime))
    places = [tmp_path / f"native-{name}" for name in ("first", "second", "third", "fourth")]
    for age, place in enumerate(reversed(places), start=1):
        place.mkdir()
        (place / "complete").touch()
        for path in (place, place / "complete"):
            os.utime(path, (age * -1000 + 1e9, age * -1000 + 1e9))
    template._note_use(places[0])
    template._remove_old(NativeEngine, tmp_path, keep=3)
    assert [place.name for place in places if place.exists()] == ["native-first", "native-third", "native-fourth"]
