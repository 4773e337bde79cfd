"""One worker of ``drydock grade``: nbgrader's own Autograde, one submission at a time, with a warm supply."""

from __future__ import annotations

import multiprocessing.util
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde.copying import CarefulAutograde
from grader.autograde.exporter import SubmissionExporter
from grader.autograde.graders import Grader, LocalGrader
from grader.autograde.records import GradedSubmissions, SubmissionRecord, our_fault
from grader.autograde.settings import Drydock
from grader.i18n import _
from grader.logs import CaughtLog
from grader.sandbox.sandbox import SandboxSupply


@dataclass(frozen=True)
class Job:
    """One submission to grade. ``more``: this worker will probably get another one afterwards."""

    student: str
    lab: str
    more: bool


class Worker:
    """Lives in a process of its own and grades by ``grader``, one submission after the other."""

    def __init__(self, config: Config, grader: Grader) -> None:
        self._config = config
        self._grader = grader

    @classmethod
    def with_sandboxes(cls, config: Config, kind: str, images: Sequence[str] = ()) -> Self:
        """One that grades itself, and keeps a sandbox ready between its jobs; the first for a lab with these images."""
        supply = SandboxSupply(Drydock(config=config).bounds(), kind)
        supply.prepare(images)
        # Worker processes end without atexit; this runs instead (multiprocessing.util).
        multiprocessing.util.Finalize(supply, supply.close, exitpriority=10)
        return cls(config, LocalGrader(supply))

    def grade(self, job: Job) -> SubmissionRecord:
        """Grade one submission as ``nbgrader autograde --force --student`` would. Whatever fails is in the record."""
        return self.safely(job, lambda words: self._record(self._graded(job, words), job))

    def pack(self, job: Job) -> SubmissionRecord:
        """As ``grade``, for a grader that only collects; the record has no grade, and an error if there is one."""

        def run(words: CaughtLog) -> SubmissionRecord:
            self._graded(job, words)
            return SubmissionRecord(job.student, job.lab)

        return self.safely(job, run)

    @staticmethod
    def safely(job: Job, do: Callable[[CaughtLog], SubmissionRecord]) -> SubmissionRecord:
        """What ``do`` makes; whatever fails is in the record, with the log."""
        started = time.monotonic()
        words = CaughtLog()
        record, error = None, ""
        try:
            record = do(words)
        except NbGraderException:
            error = words.first_error() or _("nbgrader could not grade this submission.")
        except Exception as fault:
            # One submission's trouble (a full disk, a locked gradebook) must not end the others' run.
            words.logger.exception("%s/%s: the grader failed", job.student, job.lab)
            error = our_fault(fault)
        record = record or SubmissionRecord(job.student, job.lab, error=error)
        return replace(record, seconds=time.monotonic() - started, log=tuple(words.lines))

    def _graded(self, job: Job, words: CaughtLog) -> CourseDirectory:
        converter = self._converter(job, words)
        converter.start()
        return converter.coursedir

    def _record(self, coursedir: CourseDirectory, job: Job) -> SubmissionRecord:
        folder = Path(coursedir.root) / coursedir.format_path(coursedir.autograded_directory, job.student, job.lab)
        secret = Drydock(config=self._config).secret_file(coursedir)
        return GradedSubmissions(coursedir.db_url, secret, job.lab).record(job.student, folder)

    def _converter(self, job: Job, words: CaughtLog) -> CarefulAutograde:
        grader, more = self._grader, job.more

        class WorkerExporter(SubmissionExporter):
            shared_grader = grader

            def more_to_come(self, notebook: str, student: str, assignment: str) -> bool:
                return more

        config = Config(self._config)
        config.CourseDirectory.assignment_id = job.lab
        config.CourseDirectory.student_id = job.student
        config.Autograde.exporter_class = WorkerExporter

        class OneSubmission(CarefulAutograde):
            def init_notebooks(self) -> None:
                # nbgrader takes a student's name for a pattern.
                folder = self._format_source(job.lab, job.student)
                self.notebooks: list[str] = []
                self.assignments = {folder: sorted(map(str, Path(folder).glob("*.ipynb")))}

        converter = OneSubmission(coursedir=CourseDirectory(config=config), config=config, log=words.logger)
        converter.force = True
        return converter
