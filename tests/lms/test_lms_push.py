"""Marks to the LMS, over real HTTP with real signatures: what arrives, what does not, and what is left alone."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from grading_course import LAB, Course
from lms_platform import AGS, NRPS, TEACHER, Platform

from grader.autograde.late import extend
from grader.cli import main


def grade(course: Course, *students: str, score: float, waiting: str = "", penalty: float = 0) -> None:
    """As after grading: all points on the first task; ``waiting``: one that a person has to look at."""
    with course.gradebook() as book:
        for student in students:
            book.update_or_create_student(student, email=f"{student}@example.org")
            book.update_or_create_submission(LAB, student, timestamp="2026-05-01 10:00:00")
            notebook = book.find_submission_notebook(LAB, LAB, student)
            for mark in notebook.grades:
                mark.auto_score, mark.manual_score, mark.needs_manual_grade = 0, None, mark.cell.name == waiting
            notebook.grades[0].manual_score = score
            notebook.late_submission_penalty = penalty or None
        book.db.commit()


def push(course: Course, monkeypatch: pytest.MonkeyPatch, *words: str, status: int = 0) -> str:
    monkeypatch.chdir(course.root)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    done = CliRunner().invoke(main, ["grades", "push", LAB, *words], env={"COLUMNS": "300"})
    assert done.exit_code == status, f"{done.output}\n{done.exception!r}"
    return done.output


def test_a_class_goes_there_once(course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.enrol("ada", "bob", "cyd")
    platform.enrol("tom", role=TEACHER)
    grade(course, "ada", score=9)
    grade(course, "bob", score=3, penalty=1)
    grade(course, "cyd", score=4, waiting="essay")
    grade(course, "tom", score=1)
    grade(course, "zoe", score=1)
    said = push(course, monkeypatch, status=1)
    assert "→ ada: 9/14" in said
    assert "zoe: 1/14  nobody there has this student id or e-mail" in said
    assert "tom: 1/14  is there, but not as an active student" in said
    assert "Nothing was sent. To send it: drydock grades push 07-tiny-lab --yes" in said
    assert platform.items == {}, "a dry run makes no column"
    assert not any(line.startswith("POST") and "token" not in line for line in platform.asked)

    said = push(course, monkeypatch, "--yes", status=1)
    assert "3 sent, 2 not found there" in said
    (column,) = platform.items.values()
    assert (column["label"], column["scoreMaximum"]) == (LAB, 14)
    assert (platform.shown("ada"), platform.shown("bob"), platform.shown("cyd")) == (9, 2, None)
    ada, bob, cyd = (platform.sent(name)[0] for name in ("ada", "bob", "cyd"))
    assert (ada["gradingProgress"], ada["activityProgress"]) == ("FullyGraded", "Completed")
    assert "comment" not in ada
    assert bob["comment"] == "Handed in late: 3 − 1 points"
    assert (cyd["gradingProgress"], cyd["activityProgress"], "scoreGiven" in cyd) == (
        "PendingManual",
        "Submitted",
        False,
    )

    platform.an_hour_later()
    assert "3 there already, 2 not found there" in push(course, monkeypatch, "--yes", status=1)
    assert [len(platform.sent(name)) for name in ("ada", "bob", "cyd")] == [1, 1, 1]
    assert len(platform.items) == 1

    # A regrade, and the essay was read.
    grade(course, "ada", score=12)
    grade(course, "cyd", score=7)
    said = push(course, monkeypatch, "--yes", status=1)
    assert "✓ ada: 9 → 12/14" in said
    assert (platform.shown("ada"), platform.shown("cyd"), len(platform.sent("bob"))) == (12, 7, 1)


def test_what_a_teacher_changed_there_stays(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("ada", "bob", "cyd", "dan")
    platform.enrol(*names)
    grade(course, *names, score=5)
    push(course, monkeypatch, "--yes")
    platform.an_hour_later()
    platform.teacher_sets("ada", 6)
    platform.teacher_sets("bob", None)
    platform.teacher_sets("cyd", 8)
    grade(course, *names, score=8)
    said = push(course, monkeypatch, "--yes", status=1)
    assert "! ada: 6 → 8/14  somebody changed it there" in said
    assert "! bob: 8/14  somebody changed it there" in said
    assert "= cyd: 8/14" in said
    assert "1 sent, 1 there already, 2 held back" in said
    assert "drydock grades push 07-tiny-lab --overwrite ada" in said
    assert [platform.shown(name) for name in names] == [6, None, 8, 8]
    platform.an_hour_later()
    said = push(course, monkeypatch, "--yes", "--student", "ada", "--overwrite", "ada")
    assert [platform.shown(name) for name in names] == [8, None, 8, 8]


def test_a_command_to_copy_is_safe_whatever_a_name_is_to_a_shell(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "o'neil $(reboot)"
    platform.enrol(name)
    grade(course, name, score=5)
    words = ["drydock", "grades", "push", LAB]

    def told(said: str, before: str) -> list[str]:
        (line,) = [line for line in said.splitlines() if before in line]
        return shlex.split(line.partition(before)[2])

    said = push(course, monkeypatch, "--student", name)
    assert told(said, "To send it: ") == [*words, "--student", name, "--yes"]
    push(course, monkeypatch, "--yes", "--student", name)
    platform.teacher_sets(name, 6)
    grade(course, name, score=8)
    said = push(course, monkeypatch, "--student", name, status=1)
    assert told(said, "To replace what is there: ") == [*words, "--overwrite", name]
    # Of the same gradebook.
    book = ["--db", course.config().CourseDirectory.db_url]
    said = push(course, monkeypatch, "--student", name, *book, status=1)
    assert told(said, "To send it: ") == [*words, "--student", name, *book, "--yes"]
    assert told(said, "To replace what is there: ") == [*words, "--overwrite", name, *book]


def test_a_mark_that_was_there_before_stays(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.enrol("ada", "bob")
    number = 3
    platform.items[number] = {"label": LAB, "scoreMaximum": 100, "resourceId": "", "tag": ""}
    platform.teacher_sets("ada", 50)
    platform.teacher_sets("bob", 0 if platform.kind == "canvas" else 1)
    grade(course, "ada", score=7)  # of 14: the same
    grade(course, "bob", score=7)
    said = push(course, monkeypatch, "--yes", status=1)
    assert "= ada: 7/14" in said
    assert "there is a mark there that Drydock did not send" in said
    assert platform.scores == []


def test_a_state_takes_no_mark_away(course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Canvas and Moodle empty a mark when they hear that somebody still has to look at it."""
    platform.enrol("ada")
    grade(course, "ada", score=9)
    push(course, monkeypatch, "--yes")
    platform.an_hour_later()
    grade(course, "ada", score=9, waiting="essay")
    assert "what the LMS has stays until then" in push(course, monkeypatch, "--yes")
    assert (platform.shown("ada"), len(platform.scores)) == (9, 1)


def test_a_zero_is_sent_when_the_time_is_over_and_an_extension_is_time(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.enrol("ada", "bob", "cyd")
    with course.gradebook() as book:
        book.update_or_create_assignment(LAB, duedate="2026-01-01 00:00:00")
        for name in ("ada", "bob", "cyd"):
            book.update_or_create_student(name, email=f"{name}@example.org")
    list(extend(course.config(), LAB, ["bob"], days=30_000, until=None))
    (course.root / "submitted" / "cyd" / LAB).mkdir(parents=True)
    said = push(course, monkeypatch, "--yes")
    (course.root / "submitted" / "cyd" / LAB).rmdir()
    assert "ada: 0/14  (nothing handed in)" in said
    assert "bob: nothing handed in, and there is time" in said
    assert "cyd: handed in, not graded yet" in said
    (score,) = platform.scores
    assert (score["userId"], score["scoreGiven"]) == (platform.id_of("ada"), 0)
    assert (score["gradingProgress"], score["activityProgress"]) == ("FullyGraded", "Initialized")
    assert "1 there already" in push(course, monkeypatch, "--yes"), "Moodle shows no zeros"


@pytest.mark.parametrize("platform", ["moodle"], indirect=True)
def test_a_first_grading_that_never_ended_says_nothing(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.enrol("ada", "bob", "cyd")
    with course.gradebook() as book:
        for name in ("ada", "bob", "cyd"):
            book.update_or_create_student(name, email=f"{name}@example.org")
            # As nbgrader does before it grades.
            book.update_or_create_submission(LAB, name, timestamp="2026-05-01 10:00:00")
    # bob's ended, and all of it waits; cyd's was killed while nbgrader wrote.
    signed = course.blank()
    signed.metadata["drydock"] = {"version": 1}
    for name, text in (("bob", json.dumps(signed)), ("cyd", json.dumps(signed)[:-9])):
        folder = course.root / "autograded" / name / LAB
        folder.mkdir(parents=True)
        (folder / f"{LAB}.ipynb").write_text(text)
    said = push(course, monkeypatch, "--yes")
    shutil.rmtree(course.root / "autograded")
    assert "· ada: handed in, not graded yet" in said
    assert "✓ bob: waits for you: " in said
    assert "· cyd: handed in, not graded yet" in said
    assert [score["userId"] for score in platform.scores] == [platform.id_of("bob")]


@pytest.mark.parametrize("platform", ["moodle"], indirect=True)
def test_what_lies_in_the_exchange_is_no_zero(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Handed in and not collected yet, in an exchange that only Jupyter's configuration names, as on a class server."""
    platform.enrol("ada", "bob")
    with course.gradebook() as book:
        book.update_or_create_assignment(LAB, duedate="2026-01-01 00:00:00")
        for name in ("ada", "bob"):
            book.update_or_create_student(name, email=f"{name}@example.org")
    exchange = tmp_path / "exchange"
    for entry in (f"ada+{LAB}+2025-12-31 10:00:00.000000 UTC+abc", "bob+other-lab+2025-12-31 10:00:00.000000 UTC+abc"):
        (exchange / "tiny" / "inbound" / entry).mkdir(parents=True)
    (tmp_path / "nbgrader_config.json").write_text(json.dumps({"Exchange": {"root": str(exchange)}}))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path))
    said = push(course, monkeypatch, "--yes")
    assert f"ada: handed in, not collected: nbgrader collect {LAB}" in said
    assert "bob: 0/14  (nothing handed in)" in said
    assert [score["userId"] for score in platform.scores] == [platform.id_of("bob")]


@pytest.mark.parametrize("platform", ["moodle"], indirect=True)
def test_a_kill_in_the_middle_sends_nothing_twice(course: Course, platform: Platform, tmp_path: Path) -> None:
    """Killed between the LMS's taking a mark and our noting it: that one is in doubt, and looked at."""
    platform.enrol(*(names := [f"s{number}" for number in range(6)]))
    grade(course, *names, score=6)
    code = (
        "import os, signal\nfrom grader.lms.journal import SentJournal\nnote = SentJournal.sent\n"
        "def killed(self, sent):\n    if sent.student == 's3':\n        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    note(self, sent)\nSentJournal.sent = killed\nfrom grader.cli import main\nmain()"
    )
    words = ["grades", "push", LAB, "--yes"]
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=course.root, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [len(platform.sent(name)) for name in names] == [1, 1, 1, 1, 0, 0]
    journal = course.root / "lms-sent.jsonl"
    journal.write_bytes(journal.read_bytes()[:-9])  # as a kill within a write leaves it
    code = "from grader.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=course.root, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "2 sent, 4 there already" in done.stdout
    assert [len(platform.sent(name)) for name in names] == [1] * 6
    assert all(json.loads(line) for line in journal.read_text().splitlines()[-3:])


@pytest.mark.parametrize("trouble", [503, "drop"])
def test_what_may_have_arrived_is_looked_at_first(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch, trouble: int | str
) -> None:
    platform.enrol("ada", "bob")
    grade(course, "ada", score=6)
    grade(course, "bob", score=7)
    after = {"after": ""}
    platform.trouble += [("POST", "scores", trouble, after), ("POST", "line", 502, after)]
    assert "2 sent" in push(course, monkeypatch, "--yes")
    assert (len(platform.sent("ada")), len(platform.sent("bob")), len(platform.items)) == (1, 1, 1)


def test_a_zero_that_never_went_out_is_sent(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in the LMS looks like a zero in Moodle, and says nothing before one was sent."""
    platform.enrol("ada")
    with course.gradebook() as book:
        book.update_or_create_assignment(LAB, duedate="2026-01-01 00:00:00")
        book.update_or_create_student("ada", email="ada@example.org")
    platform.scopes.discard(f"{AGS}/score")
    assert "does not allow this tool to send scores" in push(course, monkeypatch, "--yes", status=3)
    platform.scopes.add(f"{AGS}/score")
    assert "1 sent" in push(course, monkeypatch, "--yes")
    platform.an_hour_later()
    assert "1 there already" in push(course, monkeypatch, "--yes")
    assert [score["scoreGiven"] for score in platform.scores] == [0]


def test_a_zero_after_a_state_is_not_taken_for_arrived(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The LMS lists the student without points then, and the connection breaks before it has taken the zero."""
    platform.enrol("ada")
    grade(course, "ada", score=1, waiting="essay")
    push(course, monkeypatch, "--yes")
    platform.an_hour_later()
    grade(course, "ada", score=0)
    platform.trouble.append(("POST", "scores", 503, {}))
    assert "1 sent" in push(course, monkeypatch, "--yes")
    assert [score.get("scoreGiven") for score in platform.scores] == [None, 0]


@pytest.mark.parametrize("waiting", ["", "essay"])
def test_what_a_teacher_sets_while_the_lms_is_away_stays(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch, waiting: str
) -> None:
    platform.enrol("ada")
    grade(course, "ada", score=9, waiting=waiting)
    platform.items[12] = {"label": LAB, "scoreMaximum": 14, "tag": "", "resourceId": ""}
    platform.trouble.append(("POST", "scores", 503, {}))
    platform.meanwhile["POST", "scores"] = lambda: platform.teacher_sets("ada", 6)
    said = push(course, monkeypatch, "--yes", status=1)
    assert "somebody changed it there" in said
    assert "1 held back" in said
    assert (platform.shown("ada"), platform.scores) == (6, [])


def test_what_a_teacher_sets_while_others_are_sent_stays(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.enrol("ada", "bob")
    grade(course, "ada", "bob", score=9)
    monkeypatch.setattr("grader.lms.columns._FRESH", timedelta())
    platform.meanwhile["POST", "scores"] = lambda: platform.teacher_sets("bob", 6)
    said = push(course, monkeypatch, "--yes", status=1)
    assert "! bob: 6 → 9/14  somebody changed it there" in said
    assert "1 sent, 1 held back" in said
    assert (platform.shown("ada"), platform.shown("bob"), platform.sent("bob")) == (9, 6, [])


def test_more_than_was_sent_is_no_rule_but_a_teacher(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.enrol("ada", "bob")
    grade(course, "ada", "bob", score=9)
    before = platform._score

    def bob_comes_and_a_teacher_was_at_ada(item: int, score: dict[str, Any]) -> Any:
        if platform.scores:
            platform.teacher_sets("ada", 12)
        return before(item, score)

    monkeypatch.setattr(platform, "_score", bob_comes_and_a_teacher_was_at_ada)
    said = push(course, monkeypatch, "--yes", status=1)
    assert "! ada: 12 → 9/14  somebody changed it there" in said
    grade(course, "ada", score=10)
    platform.an_hour_later()
    assert "! ada: 12 → 10/14  somebody changed it there" in push(course, monkeypatch, "--yes", status=1)
    assert platform.shown("ada") == 12


def test_it_waits_as_long_as_the_lms_asks(course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.enrol("ada")
    grade(course, "ada", score=6)
    waited: list[float] = []
    monkeypatch.chdir(course.root)
    monkeypatch.setattr("time.sleep", waited.append)
    platform.trouble += [
        ("GET", "lineitems" if platform.kind == "moodle" else "line_items", 429, {"Retry-After": "17"}),
        ("POST", "scores", 429, {"Retry-After": "23"}),
        ("POST", "token", 503, {}),
    ]
    from grader.lms.key import ToolKey
    from grader.lms.marks import lab_marks
    from grader.lms.push import Push
    from grader.lms.service import Service
    from grader.lms.settings import lms_settings

    service = Service(lms_settings(course.root), ToolKey.read(course.root), waited.append)
    with Push(course.root, service) as lms:
        plan = lms.plan(lab_marks(course.config(), LAB))
        assert len(list(lms.send(plan))) == 1
    assert waited == [1, 17, 23]
    assert len(platform.scores) == 1


def test_who_waits_is_told_for_what(course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.enrol("ada")
    grade(course, "ada", score=6)
    platform.trouble += [("POST", "scores", 429, {"Retry-After": "240"}), ("POST", "scores", 429, {"Retry-After": "2"})]
    said = push(course, monkeypatch, "--yes")
    assert said.count("asked again in") == 1 and "in 240 seconds" in said and "1 sent" in said


def test_who_comes_while_the_roster_is_read_makes_nobody_two(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.page = 2
    platform.enrol("ada", "bob", "cyd")
    second = "page=2" if platform.kind == "canvas" else "from=2"
    newcomer = {**platform.members[0], "user_id": "9", "email": "z@z"}
    platform.meanwhile["GET", second] = lambda: platform.members.insert(0, newcomer)
    for name in ("ada", "bob", "cyd"):
        grade(course, name, score=6)
    assert "3 sent" in push(course, monkeypatch, "--yes")
    assert not platform.meanwhile


def test_a_platform_with_many_pages_is_read_to_the_end(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.page = 3
    platform.enrol(*(names := [f"s{number:02}" for number in range(11)]))
    for number in range(20, 24):
        platform.items[number] = {"label": f"other {number}", "scoreMaximum": 1, "tag": "", "resourceId": ""}
    platform.items[24] = {"label": "Renamed", "scoreMaximum": 14, "tag": f"drydock-{LAB}", "resourceId": LAB}
    grade(course, *names, score=6)
    assert "11 sent" in push(course, monkeypatch, "--yes")
    assert len(platform.items) == 5
    platform.an_hour_later()
    assert "11 there already" in push(course, monkeypatch, "--yes")


def test_a_rule_of_the_lms_is_told_and_is_no_teacher(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.enrol("ada")
    platform.rule = lambda points: points - 1
    grade(course, "ada", score=6)
    assert "the LMS makes 5 of it, by a rule of its own" in push(course, monkeypatch, "--yes")
    platform.an_hour_later()
    assert "1 there already" in push(course, monkeypatch, "--yes")
    grade(course, "ada", score=9)
    assert "ada: 5 → 9/14" in push(course, monkeypatch, "--yes")
    platform.an_hour_later()
    platform.teacher_sets("ada", 6)
    assert "somebody changed it there" in push(course, monkeypatch, status=1)


@pytest.mark.parametrize("platform", ["moodle"], indirect=True)
def test_a_change_between_our_look_and_our_mark(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moodle refuses a mark whose time is not after its own; Canvas knows only of what tools sent."""
    platform.enrol("ada", "bob")
    grade(course, "ada", "bob", score=6)
    push(course, monkeypatch, "--yes")
    for value in platform.grades.values():
        value["at"] += 3600
    grade(course, "ada", score=7)
    said = push(course, monkeypatch, "--yes", status=1)
    assert "somebody changed it there just now, or this machine's clock is behind" in said
    assert platform.shown("ada") == 6


def test_a_token_that_ran_out_is_renewed(course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.enrol("ada")
    grade(course, "ada", score=6)
    before = platform._make

    def made_and_forgotten(content: dict[str, Any]) -> Any:
        platform.forget_tokens()
        return before(content)

    monkeypatch.setattr(platform, "_make", made_and_forgotten)
    monkeypatch.chdir(course.root)
    assert "1 sent" in push(course, monkeypatch, "--yes")


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ({NRPS}, "does not allow this tool to see who is in the course"),
        ({f"{AGS}/score"}, "does not allow this tool to send scores"),
        ({f"{AGS}/lineitem", f"{AGS}/lineitem.readonly"}, "does not allow this tool to make columns"),
        ({f"{AGS}/result.readonly"}, "does not allow this tool to read results"),
    ],
)
@pytest.mark.parametrize("platform", ["moodle"], indirect=True)
def test_what_the_lms_does_not_allow_is_said(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch, missing: set[str], sentence: str
) -> None:
    platform.enrol("ada")
    platform.items[3] = {"label": LAB, "scoreMaximum": 14, "tag": "", "resourceId": ""}
    platform.scopes -= missing
    grade(course, "ada", score=6)
    said = push(course, monkeypatch, "--yes", status=3)
    assert sentence in said
    assert "docs/lms.md" in said


def test_reading_columns_is_enough_where_one_is_there(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Moodle's “grade sync only”."""
    platform.enrol("ada")
    grade(course, "ada", score=6)
    platform.scopes.discard(f"{AGS}/lineitem")
    assert "make columns" in push(course, monkeypatch, "--yes", status=3)
    platform.items[3] = {"label": "Week 3", "scoreMaximum": 14, "tag": "", "resourceId": ""}
    with (course.root / "lms.toml").open("a") as file:
        file.write(f'[labs]\n{LAB} = "{platform._described(3)["id"]}"\n')
    assert "the column “Week 3”" in push(course, monkeypatch, "--yes")
    assert platform.shown("ada") == 6


@pytest.mark.parametrize(
    ("line", "sentence"),
    [(("10000000000042", "7"), "The LMS gives no token"), (("course = 5", "course = 6"), "does not let this tool use")],
)
def test_a_wrong_number_in_lms_toml_is_one_sentence(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch, line: tuple[str, str], sentence: str
) -> None:
    path = course.root / "lms.toml"
    path.write_text(path.read_text().replace(*line))
    said = push(course, monkeypatch, status=3)
    assert sentence in said
    assert "Next: " in said


def test_another_key_is_refused_by_the_lms(
    course: Course, platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(course.root)
    key = course.root / "lms-key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    kept = key.rename(tmp_path / "kept")
    assert "There is no key yet" in push(course, monkeypatch, status=3)
    other = CliRunner().invoke(main, ["grades", "key"]).output
    assert json.loads(other)["kty"] == "RSA"
    assert '"d"' not in other, "the private half stays here"
    assert "The LMS gives no token: 400" in push(course, monkeypatch, status=3)
    kept.rename(key)


def test_no_connection_is_one_sentence(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.lms.key import ToolKey

    (course.root / "lms.toml").write_text(
        'platform = "canvas"\naddress = "http://127.0.0.1:9"\ncourse = 5\nclient_id = "1"\n'
    )
    ToolKey.make(course.root)
    assert "did not answer" in push(course, monkeypatch, status=3)
    (course.root / "lms.toml").unlink()
    assert "nobody said which LMS" in push(course, monkeypatch, status=3)
