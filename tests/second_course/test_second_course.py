"""A second course needs no fork: from the wheel to its proof, its release and its grading, outside of any clone."""

from __future__ import annotations

import json
import shlex
import shutil
import sqlite3
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.second_course.conftest import Desk

pytestmark = [pytest.mark.daemon, pytest.mark.deep, pytest.mark.timeout(1500)]

_FIRST = "01-first-steps"
_LIGHTS = "02-lights"


def test_grading_alone_brings_no_pictures_and_no_virtual_machine(desk: Desk) -> None:
    # JupyterLab and ipywidgets come with nbgrader itself.
    code = "import sys; from importlib.util import find_spec; print(*filter(find_spec, sys.argv[1:]))"
    assert desk.run("python", "-c", code, "matplotlib", "qemu", "papermill", "nbgrader").strip() == "nbgrader"


def test_what_is_missing_is_a_sentence_with_the_command_that_brings_it(desk: Desk, course: Desk) -> None:
    doctor = json.loads(desk.run("drydock", "doctor", "--json"))
    microvm = next(engine for engine in doctor["engines"] if engine["kind"] == "microvm")
    assert microvm["reason"] == "The package qemu is not installed: grading does without it."
    assert microvm["remedy"] == "pip install 'drydock-course[microvm]'"
    assert doctor["best_engine"] != "microvm"
    said = course.run("drydock", "up", "--engine", "microvm", code=3)
    assert "Traceback" not in said and "Next: pip install 'drydock-course[microvm]'" in said
    cell = "from grader.charts.style import figure; figure(1)"
    said = desk.run("ipython", "--colors=nocolor", "--no-banner", "-c", cell, code=1)
    assert said.strip() == (
        "The package matplotlib is not installed: grading does without it. pip install 'drydock-course[lab]'"
    )


def test_the_new_course_is_sound_and_its_release_current(course: Desk) -> None:
    assert tomllib.loads((course.folder / "course.toml").read_text())["title"] == "The second harbour"
    assert "labs/ is current." in course.run("drydock", "author", "release", "--check")
    said = course.run("drydock", "author", "check")
    assert "Every lab is sound." in said
    workflow = yaml.safe_load((course.folder / ".github" / "workflows" / "ci.yml").read_text())
    steps = "\n".join(step.get("run", "") for step in workflow["jobs"]["labs"]["steps"])
    assert "drydock author release --check" in steps and "drydock author check" in steps
    assert "docker.io" in steps and "@" not in steps


def _hand_in(course: Desk, student: str, lab: str, part: str) -> None:
    folder = course.folder / "submitted" / student / lab
    shutil.copytree(course.folder / part / lab, folder, ignore=shutil.ignore_patterns("answers"))


def _points(course: Desk, lab: str) -> dict[str, float]:
    with sqlite3.connect(course.folder / "gradebook.db") as book:
        rows = book.execute(
            "select s.student_id, sum(g.auto_score) from grade g join submitted_notebook n on n.id = g.notebook_id"
            " join submitted_assignment s on s.id = n.assignment_id join assignment a on a.id = s.assignment_id"
            " where a.name = ? group by s.student_id",
            (lab,),
        )
        return dict(rows.fetchall())


def test_perfect_and_empty_work_is_graded(course: Desk) -> None:
    course.run("nbgrader", "generate_assignment", _FIRST)
    _hand_in(course, "ada", _FIRST, "solutions")
    _hand_in(course, "bob", _FIRST, "labs")
    said = course.run("drydock", "grade", "01")
    assert _points(course, _FIRST) == {"ada": 10, "bob": 0}, said
    course.run("drydock", "feedback", "01")
    page = course.folder / "feedback" / "ada" / _FIRST / f"{_FIRST}.html"
    assert "bell-01" in page.read_text()


def _edit(course: Desk, cells: dict[str, str]) -> None:
    path = course.folder / "solutions" / _LIGHTS / f"{_LIGHTS}.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["id"] in cells:
            cell["source"] = cells[cell["id"]]
    path.write_text(json.dumps(notebook))


def test_its_own_engine_image_and_kind_are_proved_and_graded(course: Desk) -> None:
    """tests/fixtures/harbour, installed beside Drydock; the checks run in the checker's own process."""
    settings = course.folder / "course.toml"
    settings.write_text(settings.read_text().replace('["busybox", "python"]', '["busybox", "lantern"]'))
    course.run("drydock", "author", "new", _LIGHTS, "--title", "Lights")
    join, red = "docker swarm init --advertise-addr 127.0.0.1 >/dev/null", "docker run --name lamp -e LANTERN=red"
    _edit(
        course,
        {
            "bell-answer": f"%%bash\n### BEGIN SOLUTION\n{join}\n{red} drydock/lantern:1\n"
            "docker logs lamp | docker config create lights -\n### END SOLUTION",
            "bell": 'with check.task("bell", hint="`docker config --help`") as t:\n'
            '    t.config("lights").exists().contains("The lantern is red.")\n'
            '    t.container("lamp").made_from("drydock/lantern:1")',
        },
    )
    answers = course.folder / "solutions" / _LIGHTS / "answers" / "bell"
    shutil.rmtree(answers)
    answers.mkdir()
    (answers / "wrong-nothing.sh").write_text(f"# expect: there is no config lights\n{red} drydock/lantern:1\n")
    (answers / "wrong-green.sh").write_text(
        f"# expect: The lantern is lit.\n{join}\ndocker run --name lamp drydock/lantern:1\n"
        "docker logs lamp | docker config create lights -\n"
    )
    reasons = '"wrong-nothing" = "No config has been made."\n"wrong-green" = "The lamp had no colour."\n'
    (answers.parent / "reasons.toml").write_text(f"[bell]\n{reasons}")
    (answers / "right-words.sh").write_text(
        f"{join}\n{red} drydock/lantern:1\necho 'The lantern is red.' | docker config create lights -\n"
    )
    course.run("drydock", "author", "release")
    said = course.run("drydock", "author", "check", "02", "--engine", "harbour", "--runs", "1", "--seconds", "600")
    assert "Every lab is sound." in said

    course.run("nbgrader", "generate_assignment", _LIGHTS)
    _hand_in(course, "ada", _LIGHTS, "solutions")
    _hand_in(course, "bob", _LIGHTS, "labs")
    said = course.run("drydock", "grade", "02", "--engine", "harbour")
    assert _points(course, _LIGHTS) == {"ada": 10, "bob": 0}, said


def test_a_checker_that_is_started_afresh_knows_its_kind_too(desk: Desk) -> None:
    """As sandbox/checker.py starts it where there is no fork server: in no folder, with nobody's home."""
    cell = 'with check.task("t", hint="Look.") as t: t.config("lights").exists()'
    question = shlex.quote(json.dumps({"id": "t", "source": cell}))
    clean = "env -i PATH=/usr/bin HOME=/nonexistent DOCKER_HOST=unix:///nonexistent/docker.sock"
    python = shlex.quote(str(desk.venv / "bin" / "python"))
    said = desk.run("sh", "-c", f"cd / && echo {question} | {clean} {python} -P -m grader.checks.runner")
    (verdict,) = json.loads(said)["report"]["verdicts"]
    assert verdict["sentence"] == "Config lights exists" and "can't be reached" in verdict["found"]


@pytest.mark.parametrize(
    ("words", "sentence", "remedy"),
    [
        (("new", "networks"), "A lab's name is two digits and lower case words", "drydock author new 0"),
        (("new", "01-other"), "There is a lab 01 already: 01-first-steps.", "drydock author new 0"),
        (("course", "labs"), "labs is there already, and a new course needs a folder of its own.", "author course '"),
        (("course", "course.toml"), "is there already", "drydock author course '"),
        (("course", "/proc/nowhere/course"), "/proc/nowhere", "ls -ld '/proc'"),
        (("course", "/sys/course"), "/sys may not be written or read by you.", "ls -ld '/sys'"),
    ],
)
def test_what_cannot_be_made_is_a_sentence_and_the_next_command(
    course: Desk, words: tuple[str, ...], sentence: str, remedy: str
) -> None:
    said = course.run("drydock", "author", *words, code=3)
    error, following = said.strip().splitlines()
    assert sentence in error
    assert following.startswith("Next: ") and remedy in following


def test_a_wrong_course_toml_is_a_sentence(course: Desk, tmp_path: Path) -> None:
    copied = Desk(course.venv, tmp_path / "course")
    shutil.copytree(course.folder, copied.folder, ignore=shutil.ignore_patterns("submitted", "autograded", "feedback"))
    (copied.folder / "course.toml").write_text('images = ["busybox", "lanterne"]\n')
    said = copied.run("drydock", "author", "check", "01", "--solution", "--runs", "1", code=1)
    assert "No recipe makes lanterne, which course.toml names; there are busybox, python" in said
    (copied.folder / "course.toml").write_text("titel = 3\n")
    said = copied.run("drydock", "author", "release", code=3)
    assert (
        "course.toml can't be used: it knows title, " in said
        and ", auto_checks, why_wrong, pattern, not titel." in said
    )
    assert "Traceback" not in said
