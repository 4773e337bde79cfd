"""The students' release: ``labs/`` is exactly what nbgrader's generate_assignment makes of ``solutions/``."""

from __future__ import annotations

import filecmp
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from grader.author.findings import Finding
from grader.course.labs import RELEASE, SOURCE, Course, CourseError
from grader.course.settings import settings_in, speak
from grader.i18n import _
from grader.logs import CaughtLog

REMEDY = "drydock author release"


@contextmanager
def generated(course: Course, labs: Sequence[str]) -> Iterator[Path]:
    """A temporary folder with the release of ``labs``, made by nbgrader with the course's configuration.

    Raises CourseError with nbgrader's words when it refuses a notebook.
    """
    with tempfile.TemporaryDirectory(prefix="drydock-release-") as folder:
        root = Path(folder)
        # A link, so that nbgrader writes its books beside a copy and never into the author's gradebook.
        (root / SOURCE).symlink_to(course.source)
        _run_nbgrader(course, root, labs)
        yield root / RELEASE


def _run_nbgrader(course: Course, root: Path, labs: Sequence[str]) -> None:
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config.loader import PyFileConfigLoader

    try:
        with _importable(course.root):
            config = PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config()
    except Exception as error:  # whatever Python file an author wrote
        raise CourseError(
            _("nbgrader_config.py does not load: {reason}").format(reason=f"{type(error).__name__}: {error}"),
            "nbgrader generate_assignment --help",
        ) from error
    speak(settings_in(course.root))
    config.CourseDirectory.root = str(root)
    log = CaughtLog()
    for name in labs:
        config.CourseDirectory.assignment_id = name
        converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config, log=log.logger)
        converter.no_database = True
        # Classes, or their names.
        converter.preprocessors = [step for step in converter.preprocessors if "SaveCells" not in str(step)]
        try:
            converter.start()
        except (NbGraderException, SystemExit) as error:
            raise CourseError(
                _("nbgrader can't make a release of {lab}: {reason}").format(
                    lab=name, reason=log.first_error() or str(error)
                ),
                f"drydock author check {name}",
            ) from None


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """nbgrader_config.py may import its neighbours, as it can under the nbgrader command."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def write_release(course: Course, labs: Sequence[str]) -> list[str]:
    """Make ``labs/`` anew; returns the labs that changed."""
    changed = []
    with generated(course, labs) as fresh:
        for name in labs:
            target = course.release / name
            if differences(fresh / name, target):
                changed.append(name)
                _replace(fresh / name, target)
    return changed


def _replace(source: Path, target: Path) -> None:
    course_part = target.parent
    course_part.mkdir(exist_ok=True)
    incoming = course_part / f".{target.name}.new"
    shutil.rmtree(incoming, ignore_errors=True)
    shutil.copytree(source, incoming)
    if target.exists():
        shutil.rmtree(target)
    # Last, so that a full disk while copying leaves the old release as it was.
    incoming.replace(target)


def remove_orphans(course: Course) -> list[str]:
    """Remove labs from the release whose source is gone; returns their names."""
    gone = sorted(set(course.names(RELEASE)) - set(course.names(SOURCE)))
    for name in gone:
        shutil.rmtree(course.release / name)
    return gone


def stale(course: Course, labs: Sequence[str]) -> list[Finding]:
    """A finding for each file in ``labs/`` that differs from what ``solutions/`` would make."""
    with generated(course, labs) as fresh:
        return [finding for name in labs for finding in out_of_date(course, name, fresh)]


def out_of_date(course: Course, lab: str, fresh: Path) -> list[Finding]:
    """A finding for each file of one lab's release that differs from the one just made in ``fresh``."""
    what = _("The release is not what the source makes.")
    return [
        Finding(lab, f"{RELEASE}/{lab}/{path}", what, REMEDY) for path in differences(fresh / lab, course.release / lab)
    ]


def differences(wanted: Path, actual: Path) -> list[str]:
    """Files that differ in content, or exist on one side only; relative paths, sorted."""
    names = {path.relative_to(folder).as_posix() for folder in (wanted, actual) for path in _files(folder)}
    return sorted(
        name
        for name in names
        if not (
            (wanted / name).is_file()
            and (actual / name).is_file()
            and filecmp.cmp(wanted / name, actual / name, shallow=False)
        )
    )


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts)
