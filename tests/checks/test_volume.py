"""Two folders are the same where all that is in them is, and a check says what it can't read."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from grader.checks import volume
from grader.checks.volume import Tree, read_tree
from grader.docker_api.daemon import Daemon
from grader.docker_api.errors import Obstructed

_KINDS = {"dir": tarfile.DIRTYPE, "file": tarfile.REGTYPE, "hard": tarfile.LNKTYPE, "soft": tarfile.SYMTYPE}
_IN_IT = (("v", "dir"), ("v/box", "dir"), ("v/box/list", "file"), ("v/twin", "hard"), ("v/way", "soft"))


def _archive(change: Callable[[tarfile.TarInfo], None] = lambda about: None, text: bytes = b"milk") -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, kind in _IN_IT:
            about = tarfile.TarInfo(name)
            about.type = _KINDS[kind]
            about.linkname = {"hard": "v/box/list", "soft": "box"}.get(kind, "")
            about.size = len(text) if kind == "file" else 0
            if name != "v":
                change(about)
            archive.addfile(about, io.BytesIO(text))
    return content.getvalue()


def _read(archive: bytes) -> Tree:
    @contextmanager
    def stream(*_words: Any, **_named: Any) -> Iterator[Any]:
        yield SimpleNamespace(raw=io.BytesIO(archive))

    return read_tree(cast(Daemon, SimpleNamespace(stream=stream)), "box", "/v", "Volume v")


def _of(name: str, **changed: Any) -> Callable[[tarfile.TarInfo], None]:
    def change(about: tarfile.TarInfo) -> None:
        if about.name == name:
            for key, value in changed.items():
                setattr(about, key, value)

    return change


def test_a_hard_link_is_what_it_leads_to_and_the_root_does_not_count() -> None:
    found = _read(_archive())
    assert sorted(found) == ["box", "box/list", "twin", "way"]
    assert found["twin"] == found["box/list"]


@pytest.mark.parametrize(
    "other",
    [
        _archive(text=b"silk"),
        _archive(_of("v/box/list", mode=0o600)),
        _archive(_of("v/box", uid=7)),
        _archive(_of("v/way", gid=7)),
        _archive(_of("v/way", linkname="boxes")),
    ],
    ids=["byte", "mode", "owner", "group", "target"],
)
def test_every_difference_counts(other: bytes) -> None:
    assert _read(other) != _read(_archive())


def test_times_do_not() -> None:
    assert _read(_archive(_of("v/box/list", mtime=99))) == _read(_archive())


@pytest.mark.parametrize(("limit", "value"), [("_MOST", 2), ("_LARGEST", 3)])
def test_too_much_is_said(limit: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume, limit, value)
    with pytest.raises(Obstructed, match="Volume v has too much in it"):
        _read(_archive())
