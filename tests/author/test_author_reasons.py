"""Why known wrong answers are wrong: what a release tells of it, and what an author is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.author import release, rules
from grader.course.answers import RELEASED, KnownWrong, known_wrong, released_in, written_in
from grader.course.labs import Course

_SLIP = "The name has a slip in it: `hallo` is not `hello`."


def _answers(course: Course) -> Path:
    return course.source / "00-tiny" / "answers"


def test_a_release_has_task_text_and_reason_and_nothing_of_the_answer(course: Course) -> None:
    release.write_release(course, ["00-tiny"])
    text = (course.release / "00-tiny" / RELEASED).read_text()
    known = released_in(course.release / "00-tiny")
    assert known == written_in(course.source / "00-tiny", hidden=True) == known_wrong(course.release / "00-tiny")
    assert known[0] == KnownWrong("hello", "hello", _SLIP)
    # In the file's order, not in that of the answers' names.
    assert known[1].reason.startswith("`true` ends at once")
    assert [set(one) for one in json.loads(text)] == [{"task", "expect", "reason"}] * 4
    for theirs in ("docker", "sleep 600", "wrong-name", "--name"):
        assert theirs not in text.replace('"expect": "docker"', ""), theirs


def test_what_only_a_hidden_test_sees_stays_with_the_author(course: Course) -> None:
    secret = _answers(course) / "hello" / "wrong-name.sh"
    secret.write_text("# expect hidden: hello has no mounts\ndocker run -d --name hello -v /x drydock/busybox:1 top\n")
    release.write_release(course, ["00-tiny"])
    assert _SLIP in {one.reason for one in written_in(course.source / "00-tiny", hidden=True)}
    released = (course.release / "00-tiny" / RELEASED).read_text()
    assert "mounts" not in released
    assert _SLIP not in released
    # After the work it may be told, where the author's folder is at hand.
    known = known_wrong(course.release / "00-tiny", course.source / "00-tiny")
    assert known[0] == KnownWrong("hello", "hello has no mounts", _SLIP)


def test_a_course_that_does_not_want_it_has_none(course: Course) -> None:
    release.write_release(course, ["00-tiny"])
    settings = course.root / "course.toml"
    settings.write_text("why_wrong = false\n")
    folders = course.release / "00-tiny", course.source / "00-tiny"
    assert known_wrong(*folders) == ()
    assert release.write_release(course, ["00-tiny"]) == ["00-tiny"]
    assert not (course.release / "00-tiny" / RELEASED).exists()
    settings.write_text("why_wrong = true\n")
    assert len(known_wrong(*folders)) == 4


def test_a_damaged_answer_keeps_nothing_from_being_graded(course: Course) -> None:
    release.write_release(course, ["00-tiny"])
    (_answers(course) / "hello" / "wrong-name.sh").write_bytes(b"# expect: \xff\n")
    assert known_wrong(course.release / "00-tiny", course.source / "00-tiny") == ()


@pytest.mark.parametrize("text", ["", "[", "{}", '"x"', "[1]", '[{"task": "hello"}]', "[" * 100_000])
def test_a_students_copy_may_hold_anything(tmp_path: Path, text: str) -> None:
    (tmp_path / RELEASED).write_text(text)
    assert released_in(tmp_path) == ()
    assert released_in(tmp_path / "gone") == ()


@pytest.mark.parametrize(
    ("old", "new", "says", "remedy"),
    [
        ('"wrong-name"', '"wrong-nome"', "It does not say why hello/wrong-name is wrong.", "Below [hello]: "),
        (
            '"wrong-name"',
            '"wrong-nome"',
            "There is no wrong answer wrong-nome to the task hello.",
            "Remove “wrong-nome”",
        ),
        ("[hello]", "[hallo]", "There is no task “hallo”.", "Remove “wrong-ends-at-once”"),
        ("[hello]", "[hello", "can't be read", "It has a table for each task"),
        (f'"{_SLIP}"', '" "', "does not say why in hello", "It has a table for each task"),
    ],
)
def test_a_line_that_does_not_fit_is_named(course: Course, old: str, new: str, says: str, remedy: str) -> None:
    file = _answers(course) / "reasons.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    found = rules.findings(course.lab("00-tiny"))
    assert all(finding.where == "answers/reasons.toml" for finding in found)
    assert any(says in finding.what and finding.remedy.startswith(remedy) for finding in found), found
    # A release is made all the same.
    release.write_release(course, ["00-tiny"])
    assert (course.release / "00-tiny" / "00-tiny.ipynb").is_file()


def test_a_lab_without_the_file_lacks_each_line(course: Course) -> None:
    (_answers(course) / "reasons.toml").unlink()
    lacking = ["hello/wrong-ends-at-once", "hello/wrong-name", "site/wrong-no-label", "site/wrong-value"]
    found = [finding.what for finding in rules.findings(course.lab("00-tiny"))]
    assert found == [f"It does not say why {name} is wrong." for name in lacking]
    release.write_release(course, ["00-tiny"])
    assert not (course.release / "00-tiny" / RELEASED).exists()
