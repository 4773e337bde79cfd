"""nbgrader's side of grading elsewhere: submissions become parcels, and what comes back becomes grades.

nbgrader works in its process's folder and holds one submission at a time, so this is done by processes of their own.
"""

from __future__ import annotations

import copy
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde.database import copy_releases
from grader.autograde.graders import Collector, Recorded
from grader.autograde.parcel import GradedParcel
from grader.autograde.records import SubmissionRecord
from grader.autograde.worker import Job, Worker
from grader.autograde.worker_pool import Processes, get_ready, settle_in
from grader.temporary import abandoned, owned

_EXECUTE = "IsolatedExecute"
_PREFIX = "drydock-packing-"


@contextmanager
def scratch_config(config: Config) -> Iterator[Config]:
    """The course's configuration for packing: what nbgrader writes goes to a folder and a gradebook that end with the
    block, and nothing is done after the point where a submission would be graded. What killed runs left of theirs goes,
    too: hidden tests are in it."""
    for left in abandoned(Path(tempfile.gettempdir()), _PREFIX):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=owned(_PREFIX)) as folder:
        made = copy.deepcopy(config)
        db_url = str(CourseDirectory(config=config).db_url)
        made.CourseDirectory.db_url = copy_releases(db_url, Path(folder, "releases.db"))
        made.CourseDirectory.autograded_directory = str(Path(folder, "packed"))
        steps = list(config.Autograde.autograde_preprocessors)
        ours = next(number for number, step in enumerate(steps) if _EXECUTE in str(step))
        made.Autograde.autograde_preprocessors = steps[: ours + 1]
        yield made


def packing_pool(config: Config, scratch: Config, kind: str, number: int) -> Callable[[], Executor]:
    """Makes a pool of ``number`` processes in which ``pack`` and ``enter`` work."""
    get_ready()
    return partial(Processes, number, _begin, config, scratch, kind)


class _Desk:
    """Where a process keeps what it began with."""

    config: Config
    scratch: Config
    kind: str


def _begin(config: Config, scratch: Config, kind: str) -> None:
    settle_in()
    _Desk.config, _Desk.scratch, _Desk.kind = config, scratch, kind


def pack(job: Job) -> tuple[SubmissionRecord, tuple[bytes, ...]]:
    """The parcels of a submission; where it can't even be packed, the record says why."""
    collector = Collector(_Desk.kind)
    record = Worker(_Desk.scratch, collector).pack(job)
    course = CourseDirectory(config=_Desk.scratch)
    shutil.rmtree(course.format_path(course.autograded_directory, job.student, job.lab), ignore_errors=True)
    return record, () if record.error else tuple(parcel.to_bytes() for parcel in collector.parcels)


def enter(job: Job, results: Sequence[bytes]) -> SubmissionRecord:
    """As ``entered``, in a process of the pool."""
    return entered(_Desk.config, _Desk.kind, job, [GradedParcel.from_bytes(result) for result in results])


def entered(config: Config, kind: str, job: Job, results: Sequence[GradedParcel]) -> SubmissionRecord:
    """Write a graded submission to the gradebook and its folder, as grading it here would have."""
    record = Worker(config, Recorded(kind, results)).grade(job)
    return replace(record, seconds=sum(result.seconds for result in results) or record.seconds)
