"""What an instructor's commands and formgrader's pages take with a large class, whose work is graded already.

    .venv/bin/python benchmarks/gradebook.py [--students 300] [--labs 5] [--postgres]

The grades are made up; releases, checks and tables are the course's own. Seconds are of CPU of the command's process,
so that other work on the machine does not count, and by the clock beside them; PostgreSQL's own are only in the latter.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[1]
_RUN = [sys.executable, "-c", "from grader.cli import main; main()"]
_NBGRADER = [sys.executable, "-m", "nbgrader"]


def course(root: Path, labs: list[str], db_url: str) -> None:
    """A course of its own with these labs released."""
    config = "from grader.autograde.config import configure\nc = get_config()\nconfigure(c)\n"
    config += f"c.CourseDirectory.course_id = 'large'\nc.CourseDirectory.db_url = {db_url!r}\n"
    (root / "nbgrader_config.py").write_text(config)
    for lab in labs:
        shutil.copytree(REPO / "solutions" / lab, root / "solutions" / lab)
        subprocess.run([*_NBGRADER, "generate_assignment", lab], cwd=root, check=True, capture_output=True)


def fill(root: Path, labs: list[str], students: int, db_url: str) -> None:
    """Everybody handed in everything; the better ones have more points, and some essays wait."""
    from nbgrader.api import Comment, Grade, Gradebook, Student, SubmittedAssignment, SubmittedNotebook
    from sqlalchemy import insert

    names = [f"student{number:04}" for number in range(students)]
    skill = {name: random.Random(name).random() for name in names}
    rows: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (SubmittedAssignment, SubmittedNotebook, Grade, Comment)
    }
    with Gradebook(db_url) as book:
        for name in names:
            book.db.add(Student(id=name, first_name=name, last_name="X", email=f"{name}@example.org"))
        book.db.commit()
        for lab in labs:
            book.update_or_create_assignment(lab, duedate=datetime(2026, 4, 30))
            notebook = book.find_assignment(lab).notebooks[0]
            template = json.loads((root / "labs" / lab / f"{lab}.ipynb").read_text())
            for name in names:
                submission, sheet = uuid.uuid4().hex, uuid.uuid4().hex
                base = {"id": submission, "assignment_id": notebook.assignment.id, "student_id": name}
                rows[SubmittedAssignment].append({**base, "timestamp": datetime(2026, 5, 1)})
                rows[SubmittedNotebook].append({"id": sheet, "assignment_id": submission, "notebook_id": notebook.id})
                earned = {}
                for cell in notebook.grade_cells:
                    by_hand = cell.cell_type == "markdown"
                    earned[cell.name] = cell.max_score * (random.random() < skill[name])
                    mark = {"auto_score": None if by_hand else earned[cell.name], "needs_manual_grade": by_hand}
                    ids = {"id": uuid.uuid4().hex, "notebook_id": sheet, "cell_id": cell.id}
                    rows[Grade].append({**ids, **mark})
                for cell in notebook.solution_cells:
                    rows[Comment].append({"id": uuid.uuid4().hex, "notebook_id": sheet, "cell_id": cell.id})
                write(root / "autograded" / name / lab, lab, template, earned)
        for table, entries in rows.items():
            for start in range(0, len(entries), 5000):
                book.db.execute(insert(table), entries[start : start + 5000])
        book.db.commit()


def write(folder: Path, lab: str, template: dict[str, Any], earned: dict[str, float]) -> None:
    """A graded notebook, with a report of each check."""
    from nbformat import from_dict

    from grader.autograde.verdict_cells import Graded, write_graded
    from grader.report.verdicts import Status, TaskReport, Verdict

    notebook = from_dict(json.loads(json.dumps(template)))
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and marks.get("grade") and not marks.get("solution"):
            score, points = earned[marks["grade_id"]], float(marks["points"])
            status = Status.PASSED if score else Status.FAILED
            verdict = Verdict(status, f"{marks['grade_id']} is as it should be.", "this", "" if score else "that")
            report = TaskReport(marks["grade_id"], marks["grade_id"], "", (verdict,))
            write_graded(cell, Graded(report, points, score, "said"))
    notebook.metadata["drydock"] = {"version": "0"}
    folder.mkdir(parents=True)
    (folder / f"{lab}.ipynb").write_text(json.dumps(notebook))
    feedback = folder.parents[2] / "feedback" / folder.parent.name / lab
    feedback.mkdir(parents=True)
    # As large as a page of a short lab.
    (feedback / f"{lab}.html").write_text("<p>Well done.</p>\n" * 20_000)


def command(root: Path, words: list[str]) -> tuple[float, float]:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode in (0, 1), done.stderr
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - started


def page(ask: Callable[[], object]) -> tuple[float, float]:
    started, clock = time.process_time(), time.monotonic()
    ask()
    return time.process_time() - started, time.monotonic() - clock


def measure(root: Path, lab: str) -> dict[str, tuple[float, float]]:
    from nbgrader.apps.api import NbGraderAPI

    from grader.autograde.batch import course_config
    from grader.lms.marks import lab_marks

    lms = "--exporter=grader.autograde.lms"
    commands = {
        f"drydock stats {lab}": [*_RUN, "stats", lab],
        f"drydock stats {lab} --html": [*_RUN, "stats", lab, "--html", "stats.html"],
        "nbgrader export": [*_NBGRADER, "export", "--to", "grades.csv"],
        "nbgrader export (Canvas)": [*_NBGRADER, "export", f"{lms}.CanvasExport", "--to", "canvas.csv"],
        "nbgrader export (Moodle)": [*_NBGRADER, "export", f"{lms}.MoodleExport", "--to", "moodle.csv"],
        "drydock values keys": [*_RUN, "values", "keys"],
        f"drydock values show {lab}": [*_RUN, "values", "show", lab],
        f"drydock grades extend {lab} STUDENT": [*_RUN, "grades", "extend", lab, "student0007", "--days", "2"],
        f"drydock mail feedback {lab}": [*_RUN, "mail", "feedback", lab, "--from", "Ada <ada@example.org>"],
    }
    found = {name: command(root, words) for name, words in commands.items()}
    config = course_config(root)
    found[f"grades push {lab}: the marks"] = page(lambda: lab_marks(config, lab))
    os.chdir(root)
    from nbgrader.coursedir import CourseDirectory

    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    pages: dict[str, Callable[[], object]] = {
        "formgrader: Manage Assignments": api.get_assignments,
        "formgrader: Manage Students": api.get_students,
        f"formgrader: submissions of {lab}": lambda: api.get_submissions(lab),
        f"formgrader: Manual Grading of {lab}": lambda: api.get_notebook_submissions(lab, lab),
        "formgrader: one student": lambda: api.get_student_submissions("student0007"),
    }
    return {**found, **{name: page(ask) for name, ask in pages.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="gradebook.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--labs", type=int, default=5)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own, as in the tests")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    random.seed(1)
    labs = sorted(path.name for path in (REPO / "solutions").glob("0*-*"))[: arguments.labs]
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        db_url = f"sqlite:///{root}/gradebook.db"
        if arguments.postgres:
            sys.path.insert(0, str(REPO / "tests" / "postgres"))
            from own_server import programs, server

            found = programs()
            assert found, "PostgreSQL is not installed"
            db_url = stack.enter_context(server(found))
        course(root, labs, db_url)
        fill(root, labs, arguments.students, db_url)
        print(f"{arguments.students} students, {len(labs)} labs, {db_url.partition(':')[0]}")
        for name, (cpu, clock) in measure(root, labs[1]).items():
            print(f"{name:50} {cpu:6.1f} s of CPU {clock:6.1f} s")
        os.chdir(REPO)


if __name__ == "__main__":
    main()
