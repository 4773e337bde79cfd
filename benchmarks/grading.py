"""Grading speed: Drydock's isolated grading beside stock nbgrader on one shared daemon, same submissions, same run.

    .venv/bin/python benchmarks/grading.py --lab 01 [--submissions 8] [--jobs 2 4] [--rounds 3] [--json FILE]
    .venv/bin/python benchmarks/grading.py [--submissions 8] [--growth 10 50 200] [--records 10 300] [--json FILE]

``--lab`` takes perfect work of a real lab and counts CPU seconds by control groups, so it may run on a busy machine:
compare those, and no times by the clock. Without it the work is a tiny lab's, which shows what grading itself costs.

Stock nbgrader runs student code and checks in one kernel on the host against one daemon that was started before;
Drydock starts a daemon, a confined kernel and a checker for each submission. CPU seconds are the whole machine's,
so run it on an idle one. ``--growth`` then grades classes of these sizes with two workers: what a submission costs
should not depend on how many there are. ``--records`` says what it costs to find that nothing is to be done, and to
export the grades and make the feedback, in classes of these sizes that are graded already.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "tests"))

import grading_lab  # noqa: E402
from cpu_time import machine  # noqa: E402
from grading_course import LAB, SOLUTIONS, Course  # noqa: E402

from grader.engines import best_engine  # noqa: E402


@dataclass(frozen=True)
class Result:
    """Seconds per submission and submissions a minute, over the whole run (start of processes included)."""

    name: str
    workers: int
    submissions: int
    seconds: float
    cpu_seconds: float

    @property
    def each(self) -> float:
        return self.seconds / self.submissions

    @property
    def a_minute(self) -> float:
        return 60 * self.submissions / self.seconds


def measured(name: str, workers: int, submissions: int, work: Callable[[], None]) -> Result:
    busy, started = machine(), time.monotonic()
    work()
    result = Result(name, workers, submissions, time.monotonic() - started, machine() - busy)
    print(
        f"{name:24} {workers} worker{'s' * (workers > 1):1}  {result.each:5.2f} s each  "
        f"{result.a_minute:5.1f} a minute  {result.cpu_seconds / submissions:5.2f} CPU s each",
        flush=True,
    )
    return result


def course(folder: Path, submissions: int) -> Course:
    made = Course(folder)
    made.release()
    for student in grading_lab.students(submissions):
        made.hand_in(student, made.answered(SOLUTIONS, "An image."))
    return made


def isolated(made: Course, jobs: int) -> None:
    code = "from grader.cli import main; main()"
    _run([sys.executable, "-c", code, "grade", LAB, "--jobs", str(jobs)], made.root, {})


STOCK = """
import sys
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
lab, students = sys.argv[1], sys.argv[2].split(",")
for student in students:
    c = Config()
    c.CourseDirectory.update(root=".", source_directory="solutions", release_directory="labs",
                             ignore=["answers", "__pycache__"], assignment_id=lab, student_id=student)
    running = Autograde(coursedir=CourseDirectory(config=c), config=c)
    running.force = True
    running.start()
"""


def stock(made: Course, workers: int, host: str) -> None:
    students = sorted(path.name for path in (made.root / "submitted").iterdir())
    parts = [students[n::workers] for n in range(workers)]
    running = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", STOCK, LAB, ",".join(part)],
            cwd=made.root,
            env=_environment({"DOCKER_HOST": host}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for part in parts
    ]
    if any(process.wait() for process in running):
        raise SystemExit("stock nbgrader failed")


def _environment(more: dict[str, str]) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, **more}


def _run(command: list[str], folder: Path, more: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=_environment(more), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


def compared(folder: Path, submissions: int) -> list[Result]:
    """Stock and ours on the same submissions, with one worker and with two."""
    made = course(folder, submissions)
    results = []
    for workers in (1, 2):
        with best_engine() as engine:
            work = partial(stock, made, workers, engine.endpoint.host)
            results.append(measured("stock, shared daemon", workers, submissions, work))
        results.append(measured("drydock, isolated", workers, submissions, partial(isolated, made, workers)))
    stock1, ours1, stock2, ours2 = results
    print(f"serial: {ours1.each / stock1.each:.2f} x stock's time (goal: at most 1.3)")
    print(f"2 workers: {ours2.a_minute / stock1.a_minute:.2f} x serial stock's throughput (goal: at least 1.6)")
    print(f"2 workers: {ours2.a_minute / stock2.a_minute:.2f} x stock's throughput with 2 workers")
    return results


def growing(folder: Path, sizes: list[int]) -> list[Result]:
    results = []
    for size in sizes:
        made = course(folder / str(size), size)
        results.append(measured(f"drydock, class of {size}", 2, size, partial(isolated, made, 2)))
    if len(results) > 1:
        first, last = results[0], results[-1]
        cpu = (last.cpu_seconds / last.submissions) / (first.cpu_seconds / first.submissions)
        print(
            f"from {first.submissions} to {last.submissions} submissions: "
            f"{last.each / first.each:.2f} x the time and {cpu:.2f} x the CPU time of each"
        )
    return results


def graded_already(folder: Path, records: int) -> Course:
    """A class in which everybody has what one student was graded for."""
    made = course(folder, 1)
    made.autograde()
    first, *others = grading_lab.students(records)
    with made.gradebook() as book:
        grades = {g.cell.name: g.auto_score for g in book.find_submission_notebook(LAB, LAB, first).grades}
        for student in others:
            for step in ("submitted", "autograded"):
                shutil.copytree(made.root / step / first, made.root / step / student)
            book.update_or_create_student(student)
            book.update_or_create_submission(LAB, student)
            for grade in book.find_submission_notebook(LAB, LAB, student).grades:
                grade.auto_score, grade.needs_manual_grade = grades[grade.cell.name], grades[grade.cell.name] is None
        book.db.commit()
    return made


def looked_through(folder: Path, sizes: list[int]) -> list[Result]:
    drydock = [sys.executable, "-c", "from grader.cli import main; main()"]
    commands = {
        "nothing to grade": [*drydock, "grade", LAB, "--only-missing", "--report", "all.csv"],
        "export": [sys.executable, "-m", "nbgrader", "export", "--to", "grades.csv"],
        "feedback": [*drydock, "feedback", LAB, "--jobs", "2"],
    }
    found: dict[str, list[Result]] = {name: [] for name in commands}
    for size in sizes:
        made = graded_already(folder / f"records-{size}", size)
        for name, words in commands.items():
            work = partial(_run, words, made.root, {})
            found[name].append(measured(f"{name}, {size} records", 2 if name == "feedback" else 1, size, work))
    for name, (first, *_between, last) in found.items():
        if len(sizes) > 1:
            more = last.submissions / first.submissions
            print(f"{name}: {last.seconds / first.seconds:.1f} x the time for {more:.1f} x the records")
    return [result for results in found.values() for result in results]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--submissions", type=int, default=8)
    arguments.add_argument("--growth", type=int, nargs="*", default=[], metavar="SIZE")
    arguments.add_argument("--records", type=int, nargs="*", default=[], metavar="SIZE")
    arguments.add_argument("--lab", help="Perfect work of this lab of the course, and nothing else.")
    arguments.add_argument("--jobs", type=int, nargs="+", default=[2], help="With --lab: for our side.")
    arguments.add_argument("--rounds", type=int, default=3, help="With --lab: both sides in turns, so often.")
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    logging.disable(logging.INFO)
    warnings.simplefilter("ignore")
    os.environ["PATH"] = _environment({})["PATH"]
    if given.lab:
        figures = grading_lab.compared(given.lab, given.submissions, given.jobs, given.rounds)
        if given.json:
            given.json.write_text(json.dumps(figures, indent=1) + "\n")
        return
    with tempfile.TemporaryDirectory(prefix="drydock-bench-") as folder:
        results = compared(Path(folder) / "course", given.submissions) if given.submissions else []
        results += growing(Path(folder), given.growth)
        results += looked_through(Path(folder), given.records)
    if given.json:
        given.json.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")


if __name__ == "__main__":
    main()
