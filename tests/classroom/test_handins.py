"""What is in a student's folder is theirs in every way: what of it comes into the exchange, and as whose."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from grader.classroom import handins
from grader.classroom.places import ClassError, ClassFolder, StudentFolder, checked_name

_LAB = "01-first"
_OLD = "2020-01-01 00:00:00.000000 UTC"


@pytest.fixture
def place(tmp_path: Path) -> ClassFolder:
    place = ClassFolder(tmp_path / "class")
    for folder in (place.inbound, place.outbound / _LAB, place.feedback):
        folder.mkdir(parents=True)
    return place


def _student(place: ClassFolder, name: str) -> StudentFolder:
    student = StudentFolder(place.students / name)
    student.outbox.mkdir(parents=True)
    student.feedback.mkdir()
    return student


def _hand_in(student: StudentFolder, entry: str, secret: str = "s") -> Path:
    folder = student.outbox / entry
    folder.mkdir()
    (folder / f"{_LAB}.ipynb").write_text("work")
    (folder / "submission_secret.txt").write_text(secret)
    folder.chmod(0o777)
    return folder


def _collected(place: ClassFolder) -> list[Path]:
    return sorted(place.inbound.iterdir())


def test_the_name_is_the_folders_and_the_time_the_arrivals(place: ClassFolder) -> None:
    student = _student(place, "ada")
    _hand_in(student, f"bob+{_LAB}+{_OLD}+x")
    assert len(list(handins.collect(place, student, "ada"))) == 1
    (found,) = _collected(place)
    name, lab, time, _random = found.name.split("+")
    assert (name, lab) == ("ada", _LAB)
    assert time != _OLD and (found / "timestamp.txt").read_text() == time
    assert (found / f"{_LAB}.ipynb").read_text() == "work"
    assert list(student.outbox.iterdir()) == []
    assert list(handins.collect(place, student, "ada")) == []


def test_no_link_is_followed_and_no_pipe_waited_for(place: ClassFolder, tmp_path: Path) -> None:
    student = _student(place, "ada")
    (tmp_path / "private").mkdir()
    (tmp_path / "private/key").write_text("secret")
    folder = _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    (folder / "link").symlink_to(tmp_path / "private/key")
    (folder / "folder").symlink_to(tmp_path / "private")
    (folder / "timestamp.txt").symlink_to(tmp_path / "private/key")
    os.mkfifo(folder / "pipe")
    list(handins.collect(place, student, "ada"))
    (found,) = _collected(place)
    assert {path.name for path in found.iterdir()} == {f"{_LAB}.ipynb", "submission_secret.txt", "timestamp.txt"}
    assert (tmp_path / "private/key").read_text() == "secret"


def test_an_outbox_that_is_a_link_is_none(place: ClassFolder) -> None:
    other, student = _student(place, "bob"), _student(place, "ada")
    handed_in = _hand_in(other, f"bob+{_LAB}+{_OLD}+x")
    student.outbox.rmdir()
    student.outbox.symlink_to(other.outbox)
    assert list(handins.collect(place, student, "ada")) == []
    assert handed_in.is_dir() and _collected(place) == []


def test_a_hand_in_that_is_a_link_stays_where_it_is(place: ClassFolder, tmp_path: Path) -> None:
    student = _student(place, "ada")
    private = tmp_path / "private"
    private.mkdir()
    private.chmod(0o777)
    (student.outbox / f"ada+{_LAB}+{_OLD}+x").symlink_to(private)
    assert list(handins.collect(place, student, "ada")) == []
    assert private.is_dir() and _collected(place) == []


@pytest.mark.parametrize("entry", ["ada", "ada+01-first", "ada+../../x+t+r", "ada+99-unknown+t+r", "+++", "ada++t+r"])
def test_names_that_nbgrader_would_not_write(place: ClassFolder, entry: str) -> None:
    student = _student(place, "ada")
    if "/" not in entry:
        (student.outbox / entry).mkdir(mode=0o777)
        (student.outbox / entry).chmod(0o777)
    assert handins._assignment(place, entry) is None
    assert list(handins.collect(place, student, "ada")) == []


def test_what_is_not_complete_waits(place: ClassFolder) -> None:
    student = _student(place, "ada")
    folder = _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    folder.chmod(0o755)
    assert list(handins.collect(place, student, "ada")) == []
    folder.chmod(0o777)
    assert len(list(handins.collect(place, student, "ada"))) == 1


def test_one_that_is_too_large_is_refused_whole(place: ClassFolder) -> None:
    student = _student(place, "ada")
    folder = _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    with (folder / "sparse").open("wb") as file:
        os.truncate(file.fileno(), 10**12)
    (said,) = handins.collect(place, student, "ada")
    assert said.startswith("refused")
    assert _collected(place) == []


def test_feedback_goes_to_who_handed_in_and_to_nobody_else(place: ClassFolder) -> None:
    ada, bob = _student(place, "ada"), _student(place, "bob")
    for name, student in (("ada", ada), ("bob", bob)):
        _hand_in(student, f"{name}+{_LAB}+{_OLD}+x", secret=f"{name}s-secret")
        list(handins.collect(place, student, name))
    # As nbgrader's release_feedback names its pages.
    page = f"{hashlib.md5(f'adas-secret{_LAB}'.encode()).hexdigest()}.html"
    (place.feedback / page).write_text("well done")
    assert len(list(handins.bring_feedback(place, ada, "ada"))) == 1
    assert list(handins.bring_feedback(place, bob, "bob")) == []
    assert (ada.feedback / page).read_text() == "well done"
    assert list(handins.bring_feedback(place, ada, "ada")) == []


@pytest.mark.parametrize(
    "name",
    ["", "Ada", "a b", "../x", "-x", "a+b", "a:b", "a\nb", "x" * 65, "@home", "a/b", "<a>", "root", "nobody", "*"],
)
def test_names_that_nobody_can_have(name: str) -> None:
    with pytest.raises(ClassError):
        checked_name(name)


@pytest.mark.parametrize("name", ["ada", "a.lovelace", "s-17_x", "17"])
def test_names_that_one_can_have(name: str) -> None:
    assert checked_name(name) == name
