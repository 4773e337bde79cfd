"""Grade many submissions in parallel: what ``drydock grade`` and the course's tests call."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from grader.autograde.crew import Crew
from grader.autograde.database import gradebook
from grader.autograde.journal import Journal
from grader.autograde.owners import unkeyed
from grader.autograde.records import SubmissionRecord
from grader.autograde.settings import Drydock
from grader.autograde.submissions import Submissions
from grader.expected import ExpectedError
from grader.i18n import _

CONFIG_FILE = "nbgrader_config.py"


class BatchError(ExpectedError):
    """The run can't start. ``str()`` is one sentence; ``remedy`` the next command."""


@dataclass(frozen=True)
class Plan:
    """What a run will do: the submissions to grade, and those an interrupted run or --only-missing lets us skip."""

    lab: str
    todo: tuple[str, ...]
    skipped: tuple[str, ...]
    #: What the instructor should know before it starts.
    warning: str = ""


def course_folder(start: Path) -> Path:
    """The course that ``start`` lies in. Raises BatchError when it lies in none."""
    for folder in (start, *start.parents):
        if (folder / CONFIG_FILE).is_file():
            return folder
    raise BatchError(
        _("{folder} is in no course: there is no {file} here or above.").format(folder=start, file=CONFIG_FILE),
        _("cd to the folder with {file}").format(file=CONFIG_FILE),
    )


def course_config(root: Path, *, db_url: str | None = None, engine: str | None = None, trust: bool = False) -> Config:
    """nbgrader's configuration of the course in ``root``. Raises BatchError when there is none."""
    try:
        config = PyFileConfigLoader(CONFIG_FILE, path=str(root)).load_config()
    except ConfigFileNotFound as missing:
        raise BatchError(
            _("{folder} is not a course: it has no {file}.").format(folder=root, file=CONFIG_FILE),
            "cd drydock",
        ) from missing
    # nbgrader runs `alembic` by name to bring a gradebook up to date.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    config.CourseDirectory.root = str(root)
    if db_url:
        config.CourseDirectory.db_url = db_url
    if engine:
        config.Drydock.engine = engine
    if trust:
        config.Drydock.i_trust_these_students = True
    return config


class Batch:
    """One run over the submissions of a lab."""

    def __init__(self, config: Config, lab: str, *, students: Sequence[str] = (), only_missing: bool = False) -> None:
        self._config = config
        self._submissions = Submissions(config, lab)
        graded = Path(str(config.CourseDirectory.get("autograded_directory", "autograded")))
        self._journal = Journal(self._submissions.root / graded / f".grading-{lab}.journal")
        self._lab = lab
        self._db_url = str(CourseDirectory(config=config).db_url)
        self.plan = self._plan(tuple(students), only_missing)

    def _plan(self, students: tuple[str, ...], only_missing: bool) -> Plan:
        """What is to be done.

        Raises BatchError for a student who handed nothing in, and when there is nothing at all; NoDatabase; BadSecret.
        """
        known = self._in_gradebook()
        there = self._submissions.students()
        unknown = sorted(set(students) - set(there))
        if unknown:
            raise BatchError(
                _("There is no submission of {student} for {lab}.").format(student=unknown[0], lab=self._lab),
                f"ls {self._submissions.root}/submitted/{unknown[0]}",
            )
        if not there:
            raise BatchError(
                _("Nobody has handed in {lab}: there is no {folder}.").format(
                    lab=self._lab, folder=f"submitted/*/{self._lab}/*.ipynb"
                ),
                f"nbgrader collect {self._lab}",
            )
        wanted = [student for student in there if not students or student in students]
        done = self._journal.read()
        skipped = [
            student
            for student in wanted
            if (student in done and done[student] == self._fingerprint(student))
            # Graded files may be another gradebook's: then this one has no grade yet.
            or (only_missing and student in known and self._submissions.is_graded(student))
        ]
        todo = tuple(s for s in wanted if s not in skipped)
        return Plan(self._lab, todo, tuple(skipped), self._warning())

    def _in_gradebook(self) -> set[str]:
        """Whose work for this lab the gradebook knows. Raises BatchError when it does not know the lab."""
        try:
            with gradebook(self._db_url) as book:
                book.find_assignment(self._lab)
                return {str(submission.student_id) for submission in book.assignment_submissions(self._lab)}
        except MissingEntry as missing:
            raise BatchError(
                _("The gradebook has no lab called {lab}.").format(lab=self._lab),
                f"nbgrader generate_assignment {self._lab}",
            ) from missing

    def _warning(self) -> str:
        course = CourseDirectory(config=self._config)
        with gradebook(self._db_url) as book:
            notebooks = book.find_assignment(self._lab).notebooks
            sources = [str(cell.source or "") for notebook in notebooks for cell in notebook.source_cells]
        return unkeyed(sources, Drydock(config=self._config).secret_file(course))

    def _fingerprint(self, student: str) -> str:
        """Of a submission and the gradebook its grade goes to."""
        there = f"{self._submissions.fingerprint(student)}\0{self._db_url}"
        return hashlib.sha256(there.encode()).hexdigest()

    def run(self, jobs: int, on_record: Callable[[SubmissionRecord], None]) -> list[SubmissionRecord]:
        """Grade what is planned with ``jobs`` processes; ``on_record`` hears of each at once.

        Raises NoWalls before anything runs. Can be killed at any moment: the next run continues.
        """
        kind = Drydock(config=self._config).engine_kind()
        crew = Crew(self._config, kind, min(jobs, max(1, len(self.plan.todo))))
        records = []
        fingerprints = {student: self._fingerprint(student) for student in self.plan.todo}
        for record in crew.work(self._lab, self.plan.todo):
            if not record.error:
                self._journal.add(record.student, fingerprints[record.student])
            on_record(record)
            records.append(record)
        self._journal.finish()
        return sorted(records, key=lambda record: record.student)
