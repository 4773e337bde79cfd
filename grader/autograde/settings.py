"""What an instructor may set in ``nbgrader_config.py`` as ``c.Drydock.…``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from nbgrader.coursedir import CourseDirectory
from traitlets import Bool, Float, Integer, Unicode
from traitlets.config import Config, ConfigFileNotFound, Configurable, PyFileConfigLoader

from grader.autograde.submission import MOST_CELLS, Ceilings
from grader.course.labs import CourseError
from grader.engines import EngineError, Limits, engine_class, releases
from grader.engines.choice import seen
from grader.errors import ExpectedError
from grader.i18n import _
from grader.sandbox import KernelSettings
from grader.sandbox.bounds import Bounds
from grader.values.keys import SECRET_FILE

CONFIG_FILE = "nbgrader_config.py"
_BOUNDS = Bounds()
_SLOW = "a slow engine has several times as long (Engine.patience)"


class NoWalls(ExpectedError):
    """Grading refuses to start. ``str()`` says why and what can be done."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "drydock doctor")


class Drydock(Configurable):  # type: ignore[misc]
    """How submissions are graded."""

    engine = Unicode("", help="Kind of engine; empty for the best one this machine has.").tag(config=True)
    i_trust_these_students = Bool(
        False,
        help="Grade even where no wall stands between the students' code and this account and machine.",
    ).tag(config=True)
    cell_seconds = Float(
        _BOUNDS.cell_seconds, help=f"Longest time for one cell of a student, in seconds; {_SLOW}."
    ).tag(config=True)
    notebook_seconds = Float(
        _BOUNDS.notebook_seconds, help=f"Longest time for all cells of a student, in seconds; {_SLOW}."
    ).tag(config=True)
    check_seconds = Float(
        _BOUNDS.check_seconds,
        help=f"Longest time for one check, in seconds; one that says `longer=` has several times as long, and {_SLOW}.",
    ).tag(config=True)
    daemon_seconds = Float(
        _BOUNDS.daemon_seconds,
        help=f"A submission's daemon that says nothing for so many seconds counts as ended; {_SLOW}.",
    ).tag(config=True)
    kernels = Integer(
        _BOUNDS.kernels, help="How often a student's kernel is started anew after it died, per notebook, plus one."
    ).tag(config=True)
    memory_bytes = Integer(
        _BOUNDS.limits.memory_bytes,
        help="Memory for a submission: kernel, daemon, containers and their files, in bytes; less on a small machine.",
    ).tag(config=True)
    disk_bytes = Integer(
        _BOUNDS.limits.disk_bytes, help="Space for a submission's images and containers, in bytes."
    ).tag(config=True)
    files_bytes = Integer(
        _BOUNDS.files_bytes,
        help="Space for files in a student's working folder, in bytes (kept in memory, as root only).",
    ).tag(config=True)
    pids = Integer(_BOUNDS.limits.pids, help="Processes and threads of a submission, its containers included.").tag(
        config=True
    )
    processes = Integer(_BOUNDS.kernel.processes, help="Processes of a student's own kernel, without containers.").tag(
        config=True
    )
    largest_file = Integer(
        100_000_000, help="A submitted file larger than this (bytes) is not given to the student's code."
    ).tag(config=True)
    all_files_bytes = Integer(
        200_000_000, help="Of the files of a submission, no more than these bytes together are taken."
    ).tag(config=True)
    most_files = Integer(2000, help="Of the files of a submission, no more than this many are taken.").tag(config=True)
    most_cells = Integer(
        MOST_CELLS, help="Of the cells of a notebook, no more than this many are looked at; the lab's own come first."
    ).tag(config=True)
    largest_notebook = Integer(50_000_000, help="A notebook larger than this (bytes) is not read.").tag(config=True)

    accept_names = Bool(False, help="Take the only notebook of a submission for the lab's, whatever its name is.").tag(
        config=True
    )

    values_secret = Unicode(
        SECRET_FILE, help="File with the course secret for individual values; relative to the course's folder."
    ).tag(config=True)

    @classmethod
    def of_course(cls, root: Path) -> Self:
        """What grading goes by in the course in ``root``: for its rehearsal, and for the author's proof."""
        # Only grading makes what is for students, in the course's languages.
        language = os.environ.get("LANGUAGE")
        try:
            return cls(config=read_config(root))
        except ConfigFileNotFound:
            return cls()
        finally:
            os.environ.pop("LANGUAGE", None)
            if language is not None:
                os.environ["LANGUAGE"] = language

    def secret_file(self, coursedir: CourseDirectory) -> Path:
        return Path(str(coursedir.root), str(self.values_secret))

    def ceilings(self) -> Ceilings:
        """Of what is copied: half of the working folder at most, so that something can be done there."""
        return Ceilings(self.largest_file, min(self.all_files_bytes, self.files_bytes // 2), self.most_files)

    def limits(self) -> Limits:
        return Limits(memory_bytes=self.memory_bytes, pids=self.pids, disk_bytes=self.disk_bytes)

    def bounds(self) -> Bounds:
        """What one notebook may use."""
        return Bounds(
            cell_seconds=self.cell_seconds,
            notebook_seconds=self.notebook_seconds,
            check_seconds=self.check_seconds,
            daemon_seconds=self.daemon_seconds,
            kernels=self.kernels,
            files_bytes=self.files_bytes,
            limits=self.limits(),
            kernel=KernelSettings(processes=self.processes),
        )

    def engine_kind(self) -> str:
        """The engine to use. Raises NoWalls when it would not confine students, and trust was not declared."""
        try:
            kind = seen(self.engine)
            probe = engine_class(kind).probe()
        except EngineError as error:
            raise NoWalls(f"{error} {error.remedy}".strip()) from error
        if not probe.works:
            raise NoWalls(f"{probe.reason} {probe.remedy}".strip())
        if releases.asked().endswith(releases.STORE) and not self.i_trust_these_students:
            # On such a kernel a container can be shown what says which layers an image has (docs/security.md).
            raise NoWalls(
                _(
                    "With images in containerd's store nobody grades strangers yet: on some kernels a container could"
                    " change what a course image is made of. Leave {store} out of --docker, or say that you trust"
                    " these students (--i-trust-these-students)."
                ).format(store=releases.STORE)
            )
        if not engine_class(kind).offers_walls() and not self.i_trust_these_students:
            raise NoWalls(
                _(
                    "Grading would run the students' code without a wall (engine “{kind}”), as you, with your files."
                    " Use a machine where `drydock doctor` finds the native or the rootless engine, or say that"
                    " you trust these students: --Drydock.i_trust_these_students=True (nbgrader),"
                    " --i-trust-these-students (drydock grade)."
                ).format(kind=kind)
            )
        return kind

    def try_out(self, kind: str) -> None:
        """Start an engine as a submission gets it, and end it. Raises NoWalls where no container runs on it."""
        try:
            with engine_class(kind).for_strangers(limits=self.limits()):
                pass
        except EngineError as error:
            raise NoWalls(_("Nothing was graded. {why} {remedy}").format(why=error, remedy=error.remedy)) from error

    def unheld_limits(self, kind: str) -> str:
        """A warning where this machine gives no limits that a student's programs could not pass; "" where it does."""
        names = {"memory": _("memory"), "pids": _("the number of processes"), "disk": _("the daemon's disk")}
        missing = [names[name] for name in engine_class(kind).unheld_limits()]
        if not missing:
            return ""
        return _(
            "On this machine no limit on a whole submission holds for {what} (engine “{kind}”): a"
            " submission can use up what the machine has. See docs/security.md."
        ).format(what=", ".join(missing), kind=kind)


def read_config(root: Path) -> Config:
    """What ``nbgrader_config.py`` in ``root`` says. Raises ConfigFileNotFound; CourseError where it can't be used."""
    try:
        config = PyFileConfigLoader(CONFIG_FILE, path=str(root)).load_config()
        for kind in (CourseDirectory, Drydock):
            # Raises where a value is of the wrong kind: who needs it would do so later, without a sentence.
            kind(config=config)
        return config
    except (ConfigFileNotFound, ExpectedError):
        raise
    except Exception as error:
        # It is a program, and the course's: what goes wrong in it can be anything.
        what = f"{type(error).__name__}: {error}"
        why = _("{file} can't be used: {why}").format(file=root / CONFIG_FILE, why=what)
        # Python alone does not know get_config, so there is no command that shows more.
        raise CourseError(why, _("Mend that file; then run the same command again")) from error
