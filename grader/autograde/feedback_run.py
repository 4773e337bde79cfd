"""``drydock feedback``: nbgrader's generate_feedback with several processes, each submission on its own."""

from __future__ import annotations

import shlex
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn

from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde.batch import BatchError, lab_in_gradebook
from grader.autograde.copying import copy_submitted
from grader.autograde.database import gradebook, standings
from grader.autograde.records import SubmissionRecord, our_fault
from grader.autograde.submission import Ceilings
from grader.autograde.submissions import Busy, Journal, Submissions, alone, is_signed
from grader.autograde.worker import Job
from grader.autograde.worker_pool import WorkerPool, settle_in
from grader.i18n import _
from grader.logs import CaughtLog

#: What is graded has been looked at and counted already.
_ALL = Ceilings(sys.maxsize, sys.maxsize, sys.maxsize)
#: For one student's pages, which take a second or two. Some expressions of nbconvert's take for ever over some texts.
_SECONDS = 300.0


class FeedbackRun:
    """Feedback for one lab; the only run of its kind at a time.

    Pages are made in a folder of drafts and put in place when they are complete: whenever it is killed, everybody has
    the old feedback or the new one.
    """

    def __init__(self, config: Config, lab: str, students: Sequence[str] = ()) -> None:
        """Raises BatchError when nobody has been graded, or a student of those ``students`` has not; NoDatabase."""
        self._config = config
        self.lab = lab_in_gradebook(config, lab)
        there = Submissions(config, self.lab).with_grades()
        unknown = sorted(set(students) - set(there))
        if unknown or not there:
            raise BatchError(
                _("{lab} of {student} is not graded yet.").format(lab=self.lab, student=unknown[0])
                if unknown
                else _("Nobody has a grade for {lab} yet.").format(lab=self.lab),
                f"drydock grade {self.lab}",
            )
        self.students = [student for student in there if not students or student in students]

    def run(self, jobs: int, seconds: float = _SECONDS) -> Iterator[SubmissionRecord]:
        """One record for each student as it is done, with an error or without; each has so many seconds.

        Raises BatchError.
        """
        course = CourseDirectory(config=self._config)
        drafts = _drafts(course, self.lab)
        try:
            with alone(drafts.with_name(f"{drafts.name}.lock")):
                # Of a run that was killed.
                shutil.rmtree(drafts, ignore_errors=True)
                # Read first: who gets another mark meanwhile is told of one that is older than their page, not newer.
                with gradebook(str(course.db_url)) as book:
                    known = standings(book, self.lab)
                told = told_marks(self._config, self.lab)
                size = min(jobs, len(self.students))
                pool = WorkerPool(self._config, "", size, begin=_begin, task=partial(_make, seconds=seconds))
                for record in pool.work(self.lab, self.students):
                    if not record.error and record.student in known:
                        told.add(record.student, known[record.student].told)
                    yield record
                shutil.rmtree(drafts, ignore_errors=True)
        except Busy:
            raise BatchError(
                _("The feedback for {lab} is being made by another `drydock feedback` at this moment.").format(
                    lab=self.lab
                ),
                _("Wait until it is done"),
            ) from None


def told_marks(config: Config, lab: str) -> Journal:
    """Of whom feedback was made last, and of which marks (``Standing.told``)."""
    course = CourseDirectory(config=config)
    return Journal(Path(course.root, str(course.autograded_directory), f".feedback-{lab}.journal"))


def _drafts(course: CourseDirectory, lab: str) -> Path:
    return Path(course.root, str(course.feedback_directory), f".drafts-{lab}")


class _Draft(GenerateFeedback):  # type: ignore[misc]
    """nbgrader's GenerateFeedback for exactly one student, into the folder of drafts."""

    student = ""

    def init_notebooks(self) -> None:
        # nbgrader takes a student's name for a pattern.
        folder = self._format_source(self.coursedir.assignment_id, self.student)
        self.notebooks: list[str] = []
        self.assignments = {folder: sorted(map(str, Path(folder).glob("*.ipynb")))}

    def _format_dest(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        return str(_drafts(self.coursedir, assignment_id) / student_id)

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        source, target = self._format_source(assignment_id, student_id), self._format_dest(assignment_id, student_id)
        copy_submitted(Path(source), Path(target), _ALL, ignored=self.coursedir.ignore)


class _Place:
    """Where a process keeps its configuration."""

    config = Config()


def _begin(config: Config, _kind: str) -> None:
    settle_in()
    signal.signal(signal.SIGALRM, _out_of_time)
    _Place.config = config


class _TooLong(BaseException):
    """Only ``_make`` may catch it."""


def _out_of_time(_number: int, _frame: FrameType | None) -> None:
    raise _TooLong


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raises _TooLong after them, and again every second: somebody could swallow it once."""
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _make(job: Job, seconds: float) -> SubmissionRecord:
    """The feedback of one student. Whatever fails is in the record."""
    words = CaughtLog()
    error = ""
    try:
        with _at_most(seconds):
            place, made = _drafted(job, words)
        _replace(place, made)
    except _TooLong:
        # It may have come just before it was to be switched off.
        signal.setitimer(signal.ITIMER_REAL, 0)
        error = _(
            "Its feedback could not be made within {n:.0f} seconds. Where the machine was busy: {command}"
        ).format(n=seconds, command=shlex.join(["drydock", "feedback", job.lab, "--student", job.student]))
    except NbGraderException:
        error = words.first_error() or _("nbgrader could not make this feedback.")
    except Exception as fault:
        words.logger.exception("%s/%s: no feedback", job.student, job.lab)
        error = our_fault(fault)
    return SubmissionRecord(job.student, job.lab, error=error, log=tuple(words.lines))


def _drafted(job: Job, words: CaughtLog) -> tuple[Path, Path]:
    """Where it belongs, and where it was made."""
    config = Config(_Place.config)
    config.CourseDirectory.assignment_id = job.lab
    course = CourseDirectory(config=config)
    graded = sorted(Submissions(config, job.lab).graded(job.student).glob("*.ipynb"))
    if not all(is_signed(path) for path in graded):
        _unfinished(job, words)
    draft = _Draft(coursedir=course, config=config, log=words.logger)
    draft.student, draft.force = job.student, True
    draft.start()
    made = Path(draft._format_dest(job.lab, job.student))
    if not graded or not all((made / f"{path.stem}.html").is_file() for path in graded):
        # A grading that begins just now takes them away.
        _unfinished(job, words)
    return Path(course.format_path(course.feedback_directory, job.student, job.lab)), made


def _unfinished(job: Job, words: CaughtLog) -> NoReturn:
    why = _("Its grading was not finished. Next: drydock grade {lab} --only-missing")
    words.logger.error(why.format(lab=job.lab))
    raise NbGraderException


def _replace(place: Path, made: Path) -> None:
    """File by file, for a folder can't take the place of another one at once."""
    new = {path.relative_to(made) for path in made.rglob("*") if path.is_file()}
    _clear_the_way(place, new)
    for path in sorted(new):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).replace(place / path)
    for path in place.rglob("*"):
        if path.is_file() and path.relative_to(place) not in new:
            path.unlink()


def _clear_the_way(place: Path, new: Set[Path]) -> None:
    """Where a file was handed in and now a folder of this name, or the other way round."""
    folders = {folder for path in new for folder in path.parents}
    for path in sorted(place.rglob("*")):
        name = path.relative_to(place)
        if path.is_dir() and name in new:
            shutil.rmtree(path)
        elif path.is_file() and name in folders:
            path.unlink()
