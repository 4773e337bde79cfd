"""Grade many submissions in parallel: what ``drydock grade`` and the course's tests call."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Protocol, Self

from nbgrader.api import MissingEntry
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound

from grader.autograde.capacity import Capacity
from grader.autograde.database import gradebook, lab_named, standings
from grader.autograde.records import GradedSubmissions, SubmissionRecord, our_fault, unkeyed
from grader.autograde.settings import CONFIG_FILE, Drydock, read_config
from grader.autograde.submissions import Busy, Journal, Misnamed, Submissions, alone, by_lab_name, fingerprint
from grader.autograde.worker_pool import WorkerPool, begin_grading
from grader.course.declared import images_of
from grader.errors import ExpectedError
from grader.i18n import _
from grader.sandbox.sandbox import remove_orphans


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
    #: Who has a folder for this lab, and nothing in it to grade.
    empty: tuple[str, ...] = ()


def course_folder(start: Path) -> Path:
    """The course that ``start`` lies in. Raises BatchError when it lies in none."""
    for folder in (start, *start.parents):
        if (folder / CONFIG_FILE).is_file():
            return folder
    raise BatchError(
        _("{folder} is in no course: there is no {file} here or above.").format(folder=start, file=CONFIG_FILE),
        _("cd to the folder with {file}").format(file=CONFIG_FILE),
    )


def course_config(
    root: Path, *, db_url: str | None = None, engine: str | None = None, trust: bool = False, accept_names: bool = False
) -> Config:
    """nbgrader's configuration of the course in ``root``. Raises BatchError when there is none; CourseError."""
    try:
        config = read_config(root)
    except ConfigFileNotFound as missing:
        raise BatchError(
            _("{folder} is not a course: it has no {file}.").format(folder=root, file=CONFIG_FILE),
            _("cd to the folder with {file}").format(file=CONFIG_FILE),
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
    if accept_names:
        config.Drydock.accept_names = True
    return config


def lab_in_gradebook(config: Config, lab: str) -> str:
    """The whole name of a lab. Raises BatchError when the gradebook does not know it; NoDatabase."""
    with gradebook(str(CourseDirectory(config=config).db_url)) as book:
        lab = lab_named(book, lab)
        if not any(assignment.name == lab for assignment in book.assignments):
            raise _no_such_lab(lab)
        return lab


def _no_such_lab(lab: str) -> BatchError:
    return BatchError(
        _("The gradebook has no lab called {lab}.").format(lab=lab), f"nbgrader generate_assignment {lab}"
    )


@dataclass(frozen=True)
class _Known:
    """What the gradebook knows of a lab."""

    lab: str
    students: frozenset[str]
    notebooks: frozenset[str]
    sources: tuple[str, ...]
    #: Changes with every check, its points and the lab's other named cells.
    release: str


class Backend(Protocol):
    """Those who grade: processes of this machine, or others anywhere."""

    def work(self, lab: str, students: Sequence[str]) -> Iterator[SubmissionRecord]:
        """A record for each student, as they are finished."""


class Batch:
    """One run over the submissions of a lab; the only one at a time. To be used in a ``with`` block.

    A run for everybody keeps a journal, so that it can go on after a kill; ``students`` that are named are graded anew
    whatever was done before, and leave the journal of an unfinished run as it is.
    """

    def __init__(self, config: Config, lab: str, *, students: Sequence[str] = (), only_missing: bool = False) -> None:
        self._config = config
        course = CourseDirectory(config=config)
        self._db_url = str(course.db_url)
        self._known = self._in_gradebook(lab)
        self._lab = lab = self._known.lab
        self._submissions = Submissions(config, lab)
        folder = self._submissions.root / str(config.CourseDirectory.get("autograded_directory", "autograded"))
        self._journal = Journal(folder / f".grading-{lab}.journal")
        self._everybody = not students
        self._settings = Drydock(config=config)
        self._secret = self._settings.secret_file(course)
        with ExitStack() as stack:
            try:
                stack.enter_context(alone(folder / f".grading-{lab}.lock"))
            except Busy:
                raise BatchError(
                    _("{lab} is being graded by another `drydock grade` at this moment.").format(lab=lab),
                    _("Wait until it is done; then the same command goes on"),
                ) from None
            self.plan = self._plan(tuple(students), only_missing)
            self._held = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._held.close()

    def _plan(self, students: tuple[str, ...], only_missing: bool) -> Plan:
        """What is to be done.

        Raises BatchError for a student who handed nothing in, and when there is nothing at all; BadSecret.
        """
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
        done = self._journal.read() if self._everybody else {}
        skipped = [
            student
            for student in wanted
            # Graded files may be another gradebook's: then this one has no grade yet.
            if ((only_missing and student in self._known.students) or self._is_in(done, student))
            # Somebody may have begun to grade it anew since then, and was stopped.
            and self._submissions.is_graded(student, self._known.notebooks)
        ]
        todo = tuple(s for s in wanted if s not in skipped)
        empty = () if students else tuple(self._submissions.without_notebook())
        return Plan(self._lab, todo, tuple(skipped), unkeyed(self._known.sources, self._secret), empty)

    def _in_gradebook(self, lab: str) -> _Known:
        """Raises BatchError when the gradebook does not know the lab; NoDatabase."""
        try:
            with gradebook(self._db_url) as book:
                lab = lab_named(book, lab)
                notebooks = book.find_assignment(lab).notebooks
                students = frozenset(str(found.student_id) for found in book.assignment_submissions(lab))
                cells = [cell for notebook in notebooks for cell in notebook.source_cells]
                points = [(cell.name, cell.max_score) for notebook in notebooks for cell in notebook.grade_cells]
                named = [(cell.name, cell.cell_type, cell.locked, cell.source) for cell in cells]
                release = hashlib.sha256(repr((sorted(points), sorted(named, key=repr))).encode()).hexdigest()
                sources = tuple(str(cell.source or "") for cell in cells)
                return _Known(lab, students, frozenset(str(n.name) for n in notebooks), sources, release)
        except MissingEntry as missing:
            raise _no_such_lab(lab) from missing

    def _fingerprint(self, student: str) -> str:
        """Of a submission, the gradebook its grade goes to, and the checks that it was graded with."""
        there = f"{fingerprint(self._submissions.submitted(student))}\0{self._db_url}\0{self._known.release}"
        return hashlib.sha256(there.encode()).hexdigest()

    def _is_in(self, done: Mapping[str, str], student: str) -> bool:
        try:
            return done.get(student) == self._fingerprint(student)
        except OSError:  # it will be said when it is graded
            return False

    def unheld_limits(self) -> str:
        """A warning about limits that don't hold on this machine, or "". Raises NoWalls."""
        return self._settings.unheld_limits(self._kind)

    @cached_property
    def _kind(self) -> str:
        """The engine's kind, tried out once. Raises NoWalls."""
        return self._settings.engine_kind()

    def run(
        self, jobs: int | None, on_record: Callable[[SubmissionRecord], None], backend: Backend | None = None
    ) -> list[SubmissionRecord]:
        """Grade what is planned, ``jobs`` at once (None: as the machine has room); ``on_record`` hears of each at once.

        ``backend``: others who grade, on engines that are not this machine's. Raises NoWalls before anything runs.
        Can be killed at any moment: the next run continues, until ``finish``.
        """
        pool = backend or self._local_backend(jobs)
        records = []
        fingerprints: dict[str, str] = {}
        before = self._final_scores()
        hopeless: list[SubmissionRecord] = []
        for student in self.plan.todo:
            try:
                fingerprints[student] = self._fingerprint(student)
                there = self._submissions.notebooks(student)
                by_lab_name(there, self._known.notebooks, accept=self._settings.accept_names)
            except Misnamed as trouble:  # as a browser names a second download
                hopeless.append(SubmissionRecord(student, self._lab, error=str(trouble), remedy=trouble.remedy))
            except Exception as fault:  # as in a worker: one submission's trouble is no other's
                hopeless.append(SubmissionRecord(student, self._lab, error=our_fault(fault)))
        named = {record.student for record in hopeless}
        todo = [student for student in self.plan.todo if student not in named]
        for made in chain(hopeless, pool.work(self._lab, todo)):
            record = made if made.error else replace(made, before=before.get(made.student))
            if self._everybody and not record.error:
                self._journal.add(record.student, fingerprints[record.student])
            on_record(record)
            records.append(record)
        return sorted(records, key=lambda record: record.student)

    def _local_backend(self, jobs: int | None) -> WorkerPool:
        """Raises NoWalls."""
        remove_orphans(self._kind)
        if self.plan.todo:
            self._settings.try_out(self._kind)
        return self._pool(jobs)

    def _pool(self, jobs: int | None) -> WorkerPool:
        work = max(1, len(self.plan.todo))
        begin = partial(begin_grading, images=next(filter(None, map(images_of, self._known.sources)), ()))
        if jobs is not None:
            return WorkerPool(self._config, self._kind, min(jobs, work), begin=begin)
        capacity = Capacity()
        return WorkerPool(self._config, self._kind, min(capacity.most, work), begin=begin, admits=capacity.admits)

    def _final_scores(self) -> dict[str, float]:
        """What those had who are graded again."""
        with gradebook(self._db_url) as book:
            known = standings(book, self._lab)
        again = (student for student in self.plan.todo if self._submissions.was_graded(student))
        return {student: known[student].final for student in again if student in known}

    def earlier(self) -> list[SubmissionRecord]:
        """The records of those who are skipped: what the gradebook and their graded notebooks say."""
        if not self.plan.skipped:
            return []
        known = GradedSubmissions(self._db_url, self._secret, self._lab)
        return [known.safely(student, self._submissions.graded(student)) for student in self.plan.skipped]

    def finish(self) -> bool:
        """Everything is done, the reports included: the next run begins anew.

        False where the lab was released anew meanwhile: each submission was graded with what was there at its time. The
        journal stays, and to the next run for everybody nobody in it is graded. Raises BatchError, NoDatabase.
        """
        if self._in_gradebook(self._lab).release != self._known.release:
            return False
        if self._everybody:
            self._journal.finish()
        return True
