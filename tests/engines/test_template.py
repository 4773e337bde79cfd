"""Which templates stay when another is made, and what is said when none can be."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Self

import pytest
from docker.errors import ImageLoadError

from grader.engines import EngineError, template
from grader.engines.native import NativeEngine
from grader.engines.releases import Release


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


@pytest.mark.skipif(os.geteuid() != 0, reason="the native engine's folders are another user's")
def test_a_removal_that_was_killed_is_ended_by_the_next_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(tmp_path / "run"))
    old = tmp_path / "templates" / "native-old"
    old.mkdir(parents=True)
    (old / "complete").touch()

    def killed(_path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(NativeEngine, "remove_tree", killed)
        template._remove_old(NativeEngine, old.parent, keep=0)
    assert [path.name.startswith(".native-old") for path in old.parent.iterdir()] == [True]
    template._clear(NativeEngine, old.parent)
    assert list(old.parent.iterdir()) == []


class _Full:
    """An engine whose disk is full when the images come."""

    def __init__(self, **_options: object) -> None:
        self.endpoint = self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None: ...

    def client(self, **_options: object) -> Self:
        return self

    @property
    def images(self) -> Self:
        return self

    def load(self, _stream: object) -> None:
        raise ImageLoadError("write /layer.tar: no space left on device")

    @staticmethod
    def remove_tree(_path: Path) -> None: ...


def test_a_disk_that_is_full_while_images_are_loaded_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(tmp_path / "run"))
    (tmp_path / "image.tar").touch()
    course = SimpleNamespace(archives=[tmp_path / "image.tar"])
    with pytest.raises(EngineError, match=r"can't be made: write .*no space left on device") as raised:
        template._build(_Full, course, tmp_path / "native-1", Release())  # type: ignore[arg-type]
    assert raised.value.remedy.startswith("df -h ")


class _Sound(_Full):
    """One that has loaded them."""

    keeper = 0

    def load(self, _stream: object) -> None: ...

    def close(self) -> None: ...


def test_a_template_is_complete_when_a_power_cut_would_leave_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody ever looks at what is in it again."""
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(tmp_path / "run"))
    place, there = tmp_path / "native-1", []

    def split(_kind: object, _data: Path, work: Path, **_how: object) -> None:
        (work / "layers").mkdir()

    def synced() -> None:
        work = tmp_path / ".native-1"
        there.append(({path.name for path in work.iterdir()}, place.exists()))

    monkeypatch.setattr(template, "_split", split)
    monkeypatch.setattr(os, "sync", synced)
    template._build(_Sound, SimpleNamespace(archives=[]), place, Release())  # type: ignore[arg-type]
    assert there == [({"layers"}, False)]
    assert {path.name for path in place.iterdir()} == {"layers", "complete"}
