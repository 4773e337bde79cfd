"""What students see of the course, brought up to date."""

from __future__ import annotations

from pathlib import Path

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
