"""One worker of ``drydock grade``: nbgrader's own Autograde, one submission at a time, with a warm supply."""

from __future__ import annotations

import multiprocessing.util
import time
from dataclasses import dataclass, replace
from pathlib import Path

from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde.copying import CarefulAutograde
from grader.autograde.exporter import SubmissionExporter
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
    """Lives in a process of its own and keeps a sandbox ready between its jobs."""

    def __init__(self, config: Config, kind: str) -> None:
        self._config = config
        self._supply = SandboxSupply(Drydock(config=config).bounds(), kind)
        self._supply.prepare()
        # Worker processes end without atexit; this runs instead (multiprocessing.util).
        multiprocessing.util.Finalize(self, self._supply.close, exitpriority=10)

    def grade(self, job: Job) -> SubmissionRecord:
        """Grade one submission as ``nbgrader autograde --force --student`` would. Whatever fails is in the record."""
        started = time.monotonic()
        words = CaughtLog()
        error = ""
        try:
            record = self._record(self._graded(job, words), job)
        except NbGraderException:
            error = words.first_error() or _("nbgrader could not grade this submission.")
        except Exception as fault:
            # One submission's trouble (a full disk, a locked gradebook) must not end the others' run.
            words.logger.exception("%s/%s: the grader failed", job.student, job.lab)
            error = our_fault(fault)
        if error:
            record = SubmissionRecord(job.student, job.lab, error=error)
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
        supply, more = self._supply, job.more

        class WorkerExporter(SubmissionExporter):
            shared_supply = supply

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
