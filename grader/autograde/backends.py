"""Who grades, as the command line says it: the workers of an executor, or this machine for one part of a class."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde.coordinator import Coordinator
from grader.autograde.database import gradebook, notebook_names
from grader.autograde.executors import ExecutorFactory, executor_factory
from grader.autograde.settings import Drydock
from grader.autograde.shards import Results, Shard, ShardCoordinator
from grader.autograde.worker_pool import Processes, get_ready, settle_in
from grader.autograde.worker_proof import Terms, this_drydock
from grader.course.release import read_release
from grader.engines import releases
from grader.processes import processors


def terms_of(config: Config, lab: str) -> Terms:
    """What workers must fulfil for this lab of the course."""
    settings = Drydock(config=config)
    return Terms(
        engine=str(settings.engine),
        trust=bool(settings.i_trust_these_students),
        docker=releases.asked(),
        images=_declared(str(CourseDirectory(config=config).db_url), lab),
        drydock=this_drydock(),
    )


def _declared(db_url: str, lab: str) -> tuple[str, ...]:
    """The images that the lab's notebooks declare."""
    with gradebook(db_url) as book:
        names = sorted(notebook_names(book, lab))
    return tuple(dict.fromkeys(image for name in names for image in read_release(db_url, name, lab).images))


def executor_backend(
    config: Config, lab: str, executor: str, jobs: int | None, say: Callable[[str], None]
) -> Coordinator:
    """The workers of this executor. Raises NoExecutor, MissingPart."""
    return Coordinator(config, executor_factory(executor), terms_of(config, lab), window=jobs, say=say)


def shard_backend(
    config: Config, lab: str, shard: Shard, folder: Path, *, jobs: int | None, say: Callable[[str], None]
) -> ShardCoordinator:
    """Processes of this machine, which write to ``folder``."""
    number = jobs or processors()
    make, terms = ExecutorFactory(processes(number)), terms_of(config, lab)
    return ShardCoordinator(config, make, terms, window=number, say=say, results=Results(folder), shard=shard)


def processes(number: int) -> Callable[[], Executor]:
    """Makes a pool of worker processes of this machine."""

    def make() -> Executor:
        get_ready(["grader.autograde.worker", "grader.autograde.remote"])
        # From the first moment: one that never gets work has to see, too, that its parent is gone.
        return Processes(number, settle_in)

    return make
