"""docs/instructors.md: every command on it is run, in its order, by a shell in a course folder."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from grading_course import ESSAY, LAB, SOLUTIONS, Course

from grader.cli.group import main

pytestmark = [pytest.mark.daemon, pytest.mark.deep]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "instructors.md"


def commands() -> list[str]:
    blocks = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def shell(course: Course, tools: Path, line: str) -> None:
    bin_folder = Path(sys.executable).parent
    path = f"{tools}{os.pathsep}{bin_folder}{os.pathsep}{os.environ['PATH']}"
    line = line.replace("00-welcome", LAB)
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=course.root,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def test_every_command_on_the_page_works(tmp_path: Path) -> None:
    course = Course(tmp_path / "course")
    # A clone of the course has the students' release already, and a gradebook that knows nothing.
    course.release()
    (course.root / "gradebook.db").unlink()
    # The repository's environment has `drydock`; a checkout that was not installed has not.
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "drydock").write_text(
        f"#!{sys.executable}\nfrom grader.cli import main\nif __name__ == '__main__':\n    main()\n"
    )
    (tools / "drydock").chmod(0o755)
    lines = commands()
    assert len(lines) >= 12
    # A backup is made again and again.
    lines += [line for line in lines if "gradebook-backup.db" in line]
    for line in lines:
        if "autograde" in line and "--student ada" in line:
            course.hand_in("ada", course.answered(SOLUTIONS, "An image."))
            course.hand_in("bob", course.blank())
        shell(course, tools, line)
    assert course.grades("ada") == {"net": 4, "vol": 3, "last": 2, ESSAY: None}
    assert course.grades("bob") == {"net": 0, "vol": 0, "last": 0, ESSAY: 0}
    assert (course.root / "feedback" / "bob" / LAB / f"{LAB}.html").exists()
    assert (course.root / "gradebook-backup.db").stat().st_size > 10_000
    canvas = list(csv.DictReader((course.root / "canvas.csv").open()))
    assert [row["Student"] for row in canvas] == ["    Points Possible", "Lovelace, Ada", "bob"]
    assert [row[LAB] for row in canvas] == ["14", "", "0"]  # ada's essay waits: left empty
    moodle = list(csv.DictReader((course.root / "moodle.csv").open()))
    assert moodle[0] == {"username": "ada", "email": "ada@example.org", LAB: ""}
    # What holds names and marks is no file of the course's.
    ignored = (Path(__file__).parents[2] / ".gitignore").read_text().split()
    assert {f"/{path.name}" for path in course.root.glob("*.csv")} <= set(ignored)
    grades = list(csv.DictReader((course.root / "grades.csv").open()))
    assert {row["student_id"]: row["score"] for row in grades} == {"ada": "9.0", "bob": "0.0"}


@pytest.mark.parametrize(("page", "least"), [("instructors.md", 10), ("lms.md", 4)])
def test_commands_and_options_on_the_page_exist(page: str, least: int) -> None:
    text = (PAGE.parent / page).read_text().replace("\\\n", " ")
    looked = 0
    for said in re.findall(r"\bdrydock ([a-z][^`\n#]*)", text):
        command: click.Command | None = main
        words = said.split()
        while isinstance(command, click.Group) and words:
            command = command.get_command(click.Context(command), words.pop(0))
        assert command is not None, said
        known = {option for parameter in command.params for option in parameter.opts}
        used = [word for word in words if word.startswith("--")]
        assert set(used) <= known, said
        looked += len(used)
    assert looked >= least
