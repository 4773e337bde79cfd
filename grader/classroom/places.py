"""Where a class lies on its machine, and what is in a student's folder.

All of it is root's and closed to the machine's other users. Only ``disk/home`` of a student is theirs to write.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from grader.classroom.untrusted_files import FILE, closing, open_below, plain
from grader.course.labs import RELEASE, WORKSPACE
from grader.engines.native import FIRST_ID
from grader.errors import ExpectedError
from grader.files import Inside, atomic
from grader.i18n import _
from grader.locks import locked
from grader.report.progress import FOLDER as PROGRESS

#: Also the name of a folder, of a user inside the walls, and a part of nbgrader's names of submissions.
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
#: They are somebody else inside.
_TAKEN = ("root", "nobody")
#: nbgrader's name for the course in its exchange.
COURSE_ID = "drydock"
#: In a course's nbgrader_config.py, what it calls itself.
_OWN_ID = re.compile(r"""^c\.CourseDirectory\.course_id *= *(["'])([^./"'\\\n][^/"'\\\n]{0,99})\1""", re.MULTILINE)
_SETTINGS = "nbgrader_config.py"
_SETTINGS_BYTES = 1_000_000
#: Of the course, what students see. Never its solutions.
_SHOWN = ("course.toml", "docs/glossary.md")


class ClassError(ExpectedError):
    """The class can't be served as asked. ``str()`` is one sentence; ``remedy`` the next command."""


def link_in(part: Path) -> ClassError:
    """What is said of a folder of the exchange to which a link leads."""
    return ClassError(
        _("{folder} is no folder, or a link leads there, and in the exchange root follows none.").format(folder=part),
        f"ls -ld '{part.parent}' '{part}'",
    )


def checked_name(name: str) -> str:
    """The name if a student may have it. Raises ClassError."""
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise ClassError(
            _(
                "“{name}” can't be a student's name: small letters, digits, dots, @, - and _, at most 64 of them."
            ).format(name=name)
        )
    return name


@dataclass(frozen=True)
class StudentFolder:
    """What one student has on this machine."""

    path: Path

    def make(self) -> None:
        """Closed to all others of this machine, but the engine's root has to find its way to its folder."""
        self.path.mkdir(mode=0o710, exist_ok=True)
        os.chown(self.path, 0, FIRST_ID)

    #: Held by the student's gate while it lives.
    lock = Inside("lock")
    #: What the gate says.
    log = Inside("gate.log")
    #: What the student's server says: students' words, of a bounded size.
    server_log = Inside("server.log")
    #: The file with the student's file system.
    image = Inside("disk.img")
    #: Where that is mounted while the server runs.
    disk = Inside("disk")
    #: The student's own, at the same path inside the walls.
    home = disk / "home"
    #: The student's: what they hand in by nbgrader.
    outbox = home / ".exchange" / COURSE_ID / "inbound"
    #: The student's: what their own commands note of the daemon that they were given.
    own_runtime = home / ".drydock"
    #: The student's: asks for a Docker that is as new.
    reset_mark = own_runtime / "reset"
    #: Ours: asks for the same, at the next start of a server that can't start as it is.
    teachers_reset = Inside("reset")
    #: The student's: what the checks said last, and which cells ran (grader/report).
    own_progress = home / "course" / WORKSPACE / PROGRESS
    #: Ours: a copy of that, there while the disk isn't mounted.
    progress = Inside("progress")
    docker_data = disk / "docker"
    #: Ours alone: what of the engine is no data of the student's.
    engine = Inside("engine")
    #: Ours: its time is when it was last looked at what the student hands in.
    looked = Inside("looked")
    #: Ours, and shown to this student alone.
    feedback = Inside("feedback")


@dataclass(frozen=True)
class ClassFolder:
    """The folder of a class."""

    path: Path

    #: JupyterHub's own: its configuration, database and secrets.
    hub = Inside("hub")
    #: Who may log in where the class has a list of names, with the hashes of their passwords.
    roster = hub / "roster.json"
    #: New passwords in words, until they are handed out.
    passwords = hub / "passwords.csv"
    #: Course images and the template that all engines share.
    cache = Inside("cache")
    #: The images among it, as students' own commands find them.
    archives = cache / "images" / "archives"
    runtime = Inside("run")
    #: What students see of the course.
    shown = Inside("course")
    students = Inside("students")
    #: nbgrader's exchange, in which no student can write.
    exchange = Inside("exchange")
    #: Settings of Jupyter's programs that a teacher uses in this class.
    teacher = Inside("teacher")
    inbound = exchange / COURSE_ID / "inbound"
    outbound = exchange / COURSE_ID / "outbound"
    feedback = exchange / COURSE_ID / "feedback"

    def student(self, name: str) -> StudentFolder:
        """Raises ClassError where nobody can have that name."""
        return StudentFolder(self.students / checked_name(name))

    def must_exist(self) -> None:
        """Raises ClassError where no class was ever made, PermissionError where it is another user's."""
        if not self.students.is_dir():
            raise ClassError(_("There is no class in {folder}.").format(folder=self.path), "drydock serve --help")

    def make(self) -> None:
        """Make what is missing; safe to repeat, and with several processes at once."""
        self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
        for part, mode in (
            (self.hub, 0o700),
            (self.cache, 0o700),
            (self.archives.parent, 0o755),
            (self.archives, 0o755),
            (self.runtime, 0o711),
            (self.students, 0o711),
            (self.shown, 0o755),
            (self.teacher, 0o755),
        ):
            part.mkdir(mode=mode, exist_ok=True)
        # Closed to the machine's other users: other students' work lies in there. What is released is for all.
        # nbgrader lets everybody write into the exchange itself, and into an inbox that it makes anew: so each time.
        # With the sticky bit, which it leaves, and root as its owner nobody else can put another folder in the place
        # of what lies there.
        for part, mode in (
            (self.exchange, 0o1777),
            (self.exchange / COURSE_ID, 0o711),
            (self.inbound, 0o700),
            (self.outbound, 0o755),
            (self.feedback, 0o700),
        ):
            # What is in the place of one is the teacher's doing, and give_exchange tells them.
            with (
                suppress(FileExistsError, NotADirectoryError),
                closing(open_below(self.path, part.parent)) as above,
            ):
                os.mkdir(part.name, mode, dir_fd=above)
            with suppress(OSError), closing(open_below(self.path, part)) as folder:
                os.fchmod(folder, mode)

    def give_exchange(self, teacher: int) -> None:
        """Let the account with this number release, collect and give feedback; nbgrader wants it to own these folders.

        Root goes on carrying hand-ins (handins.py), and follows no link that lies in there. Raises ClassError.
        """
        for part in (self.exchange / COURSE_ID, self.inbound, self.outbound, self.feedback):
            with closing(self.opened(part)) as folder:
                os.fchown(folder, teacher, -1)
        # For formgrader and for commands in a terminal alike. Hand-ins are root's, whoever they are from.
        settings = {"Exchange": {"root": str(self.exchange)}, "ExchangeCollect": {"check_owner": False}}
        with atomic(self.teacher / "nbgrader_config.json") as draft:
            draft.write_text(json.dumps(settings, indent=1))
            draft.chmod(0o644)

    def also_called_as_in(self, course: Path) -> None:
        """Let nbgrader's commands find the exchange by the name that the course's own settings give it: where those
        say nothing else, students look into another folder than the teacher's. Raises ClassError.

        The settings are the teacher's, so root reads them and runs none of it.
        """
        text = b""
        with suppress(OSError), closing(open_below(course, course)) as folder:
            text, _at = plain(folder, _SETTINGS, _SETTINGS_BYTES)
        for _quote, said in _OWN_ID.findall(text.decode(errors="replace"))[-1:]:
            if (name := said.strip()) == COURSE_ID:
                return
            with closing(self.opened(self.exchange)) as folder:
                try:
                    # For nbgrader, as the teacher: root follows no link in there. In such a folder the kernel
                    # follows those of its owner (fs.protected_symlinks).
                    os.symlink(COURSE_ID, name, dir_fd=folder)
                except FileExistsError:
                    there = self.exchange / name
                    # Everybody may make a link in there; who owns it can put another in its place.
                    ours = there.is_symlink() and there.lstat().st_uid == os.geteuid()
                    if not ours or there.readlink() != Path(COURSE_ID):
                        raise ClassError(
                            _("{folder} is in the way: students see nothing that is released into it.").format(
                                folder=there
                            ),
                            # -T: whatever lies at that name already, such as a link.
                            f"mv -T {shlex.quote(str(there))} {shlex.quote(f'{there}.old')}",
                        ) from None

    def opened(self, part: Path) -> int:
        """A descriptor of this folder of the exchange. Raises ClassError where a link leads there."""
        try:
            return open_below(self.path, part)
        except OSError as error:
            raise link_in(part) from error

    def show(self, course: Path, since: int | None = None) -> int:
        """Bring what students see of the course up to date. Links are not shown: the course is the teacher's, and what
        root can read by them is not.

        Returns the time of the last release, in nanoseconds since 1970; where that is ``since``, nothing is done.
        """
        with closing(self.opened(self.outbound)) as folder:
            released = os.fstat(folder).st_mtime_ns
        if released == since:
            return released
        course = course.resolve()
        with locked(self.path / "course.lock"):
            files = [*(course / name for name in _SHOWN), *(course / RELEASE).rglob("*")]
            wanted = [file.relative_to(course) for file in files if file.is_file() and file.resolve() == file]
            # First what goes: a file may have become a folder, or a folder a file.
            for path in sorted(self.shown.rglob("*"), reverse=True):
                if path.is_dir():
                    with suppress(OSError):
                        path.rmdir()
                elif path.relative_to(self.shown) not in wanted:
                    path.unlink()
            for name in wanted:
                with (
                    closing(open_below(course, (course / name).parent)) as folder,
                    os.fdopen(os.open(name.name, FILE, dir_fd=folder), "rb") as source,
                ):
                    _bring(source, self.shown / name)
        return released


def _bring(source: BinaryIO, target: Path) -> None:
    told = os.fstat(source.fileno())
    if target.exists():
        there = target.stat()
        if (there.st_size, there.st_mtime_ns) == (told.st_size, told.st_mtime_ns):
            return
    # Made for all to read, whatever the umask: the student inside the walls is "others" here.
    for folder in reversed(target.parents):
        if not folder.exists():
            folder.mkdir(mode=0o755)
    with atomic(target) as draft:
        with draft.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        draft.chmod(0o755 if told.st_mode & 0o100 else 0o644)
        os.utime(draft, ns=(told.st_atime_ns, told.st_mtime_ns))
