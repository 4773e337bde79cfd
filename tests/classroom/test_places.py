"""What students see of the course, brought up to date."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.classroom.places import ClassFolder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _shown(place: ClassFolder) -> dict[str, str]:
    return {str(path.relative_to(place.shown)): path.read_text() for path in place.shown.rglob("*") if path.is_file()}


def test_a_file_of_a_lab_may_become_a_folder_and_a_folder_a_file(tmp_path: Path) -> None:
    place, course = ClassFolder(tmp_path / "class"), tmp_path / "course"
    place.make()
    lab = course / "labs/01-first"
    for name in ("site", "data/a", "gone/b"):
        _write(lab / name, "old")
    _write(course / "solutions/01-first/01-first.ipynb", "secret")
    place.show(course)
    assert set(_shown(place)) == {f"labs/01-first/{name}" for name in ("site", "data/a", "gone/b")}
    (lab / "site").unlink()
    for name in ("data", "gone"):
        (lab / name / ("a" if name == "data" else "b")).unlink()
        (lab / name).rmdir()
    _write(lab / "site/index.html", "new")
    _write(lab / "data", "new")
    place.show(course)
    assert _shown(place) == {"labs/01-first/site/index.html": "new", "labs/01-first/data": "new"}
    assert not (place.shown / "labs/01-first/gone").exists()


def test_what_is_shown_follows_what_is_released(tmp_path: Path) -> None:
    place, course = ClassFolder(tmp_path / "class"), tmp_path / "course"
    place.make()
    # A folder's time is of a coarse clock.
    os.utime(place.outbound, ns=(0, 0))
    _write(course / "labs/01-first/a", "first")
    first = place.show(course)
    _write(course / "labs/02-second/a", "second")
    assert place.show(course, first) == first
    assert set(_shown(place)) == {"labs/01-first/a"}
    (place.outbound / "02-second").mkdir()
    assert place.show(course, first) > first
    assert set(_shown(place)) == {"labs/01-first/a", "labs/02-second/a"}


@pytest.mark.parametrize("link", ["course.toml", "docs", "labs", "labs/01-first", "labs/01-first/key"])
def test_no_link_is_shown(tmp_path: Path, link: str) -> None:
    """The course is the teacher's, and what root reads is not."""
    place, course, private = ClassFolder(tmp_path / "class"), tmp_path / "course", tmp_path / "private"
    place.make()
    for name in ("key", "glossary.md", "01-first/key"):
        _write(private / name, "secret")
    _write(course / "labs/02-second/a", "shown")
    if link == "labs":
        (course / "labs").rename(tmp_path / "old")
    (course / link).parent.mkdir(exist_ok=True)
    (course / link).symlink_to(private / "key" if link.endswith(("key", "toml")) else private)
    place.show(course)
    assert _shown(place) == ({} if link == "labs" else {"labs/02-second/a": "shown"})


def test_what_becomes_a_link_as_it_is_shown_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, course = ClassFolder(tmp_path / "class"), tmp_path / "course"
    place.make()
    _write(tmp_path / "private/key", "secret")
    (course / "labs/01-first").mkdir(parents=True)
    (course / "labs/01-first/key").symlink_to(tmp_path / "private/key")
    # As it was when it was looked at: a plain file.
    monkeypatch.setattr(Path, "resolve", lambda path: path)
    with pytest.raises(OSError):
        place.show(course)
    assert _shown(place) == {}
