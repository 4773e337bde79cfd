"""The gate: root's process for one student, from their server's start to its end.

It mounts the student's disk, starts their engine with limits, runs ``jupyterhub-singleuser`` inside the walls, passes
bytes between the Hub's proxy and that server, and carries what is handed in. The Hub may end and come back meanwhile.

Started by ``DrydockSpawner`` with an order (JSON) on its standard input; answers one line of JSON when the server has
been started, or why not.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from urllib.parse import urlparse

from grader import locks
from grader.classroom import disk, handins, receipts
from grader.classroom.desk import Desk
from grader.classroom.places import COURSE_ID, ClassError, ClassFolder, link_in
from grader.classroom.running import end_gate
from grader.classroom.student_status import bring_progress
from grader.classroom.to_hub import TheHub
from grader.classroom.untrusted_files import closing, open_below
from grader.engines import orphans
from grader.engines.adopted import RESET_VARIABLE
from grader.engines.folders import EngineFolder
from grader.engines.native import NativeEngine
from grader.engines.protocol import Limits
from grader.engines.relay import Connector, Relay
from grader.engines.template import LostLayersError
from grader.errors import ExpectedError
from grader.i18n import _
from grader.processes import BoundedLog, answer, core_limit, words_bounded
from grader.report.plain import one_line

_PACKAGE = Path(__file__).resolve().parents[1]
_CONFIG = (_PACKAGE / "classroom/config", _PACKAGE / "jupyter/config")
#: Seconds between two looks at what was handed in.
_EVERY = 2.0
#: And so many times what the last look took: a copy is root's work, which no limit of a student's holds.
_REST = 4.0
#: But no longer: whether the server lives and what the teacher asks is looked at between two.
_LONGEST_REST = 60.0
#: Connections of one student's to the Hub at once. Their server needs few, and the Hub has a thousand for all.
_TO_HUB = 16
#: The Hub's port on a student's localhost: none of a lab's, and none that the kernel or Docker hands out by themselves.
HUB_INSIDE = 61081
#: Seconds for another gate of the same student, which ends just now.
_BEFORE = 120.0


@dataclass(frozen=True)
class Order:
    """What a gate is to do. Paths are absolute; sizes are bytes; ``environment`` is the server's."""

    folder: str
    course: str
    name: str
    port: int
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    memory_bytes: int | None = None
    cpus: float | None = None
    pids: int | None = None
    disk_bytes: int | None = None
    images: Sequence[str] = ()
    stop_seconds: float = 1.0

    def dump(self) -> str:
        return json.dumps(asdict(self))


class _End(BaseException):
    """Somebody wants the server to end; nothing else may catch it."""


class Gate:
    """One student's server and all that is around it."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._place = ClassFolder(Path(order.folder))
        self._student = self._place.student(order.name)
        self._hub = TheHub(order.environment["JUPYTERHUB_API_URL"])
        self._log = BoundedLog(self._student.server_log)
        self._engine: NativeEngine | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._connector: Connector | None = None
        self._reset_before: tuple[int, int] | None = None
        #: When it was last looked at what was handed in, by an earlier gate, too; in seconds since 1970.
        self._looked = handins.last_look(self._student)
        #: What ``show`` returned.
        self._released = 0

    def open(self) -> None:
        """Start everything but the relays. Raises ExpectedError."""
        order, student, place = self._order, self._student, self._place
        self._released = place.show(Path(order.course))
        student.feedback.mkdir(mode=0o755, exist_ok=True)
        receipts.begin(student)
        handins.forget_drafts(place, order.name)
        left = EngineFolder(student.engine)
        # Where the last gate was killed: its engine ends by itself, and its disk is still there.
        orphans.end_supervisor(left)
        disk.attach(student, order.disk_bytes)
        # What a gate that was killed has left, before anything of the student's runs.
        self._carry()
        # The student's desk removes it; what it can't remove asks no second time.
        self._reset_before = self._reset_asked()
        if self._reset_before is not None or student.teachers_reset.exists():
            print(_("A Docker that is as new was asked for."), file=sys.stderr, flush=True)
            disk.forget_docker(student)
            student.teachers_reset.unlink(missing_ok=True)
        student.engine.mkdir(mode=0o710, exist_ok=True)
        if not left.data.exists():
            left.data.symlink_to(student.docker_data)
        self._engine = NativeEngine(
            shares=[student.home],
            readonly=[*_shown(), place.shown, place.archives.resolve(), place.outbound, student.feedback],
            limits=Limits(memory_bytes=order.memory_bytes, pids=order.pids, cpus=order.cpus),
            folder=student.engine,
            python=False,
            user=order.name,
            patience=order.stop_seconds,
        )
        self._engine.more_images = order.images
        try:
            self._start_engine(self._engine)
        except LostLayersError as error:
            # Whose server can't start can't ask for another Docker either.
            raise ClassError(str(error), f"touch '{student.teachers_reset}'") from error
        self._connector = Connector(self._engine.enter)
        self._server = self._start_server(self._engine)

    def _start_engine(self, engine: NativeEngine) -> None:
        released = self._place.outbound
        with closing(self._place.opened(released)) as folder:
            engine.start()
            # Its name is the teacher's, who may have put a link in its place just as root mounted it.
            shown = Path(f"/proc/{engine.endpoint.netns_pid}/root{released}")
            if not os.path.samestat(os.fstat(folder), shown.stat()):
                raise link_in(released)

    def _start_server(self, engine: NativeEngine) -> subprocess.Popen[bytes]:
        place, student = self._place, self._student
        desk = Desk(str(student.home), str(place.shown), COURSE_ID, str(place.outbound), str(student.feedback))
        server = [sys.executable, "-m", "jupyterhub.singleuser", *self._order.arguments]
        command = engine.confine([sys.executable, "-m", "grader.classroom.desk", desk.dump(), *server])
        # By the environment and not by arguments, which everybody on this machine may read: the Hub's token is in it.
        with self._log.opened() as log:
            return subprocess.Popen(
                command,
                env={**self._environment(), **engine.variables()},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _environment(self) -> dict[str, str]:
        name, home = self._order.name, self._student.home
        given = dict(self._order.environment)
        for key in ("JUPYTERHUB_API_URL", "JUPYTERHUB_ACTIVITY_URL"):
            # Inside, the Hub is on their localhost.
            address = urlparse(given[key])
            given[key] = address._replace(netloc=f"127.0.0.1:{HUB_INSIDE}").geturl()
        return {
            "LANG": "C.UTF-8",
            **given,
            "HOME": str(home),
            "USER": name,
            "LOGNAME": name,
            "SHELL": "/bin/bash",
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/sbin:/usr/bin:/bin",
            "DRYDOCK_RUNTIME": str(self._student.own_runtime),
            "DRYDOCK_CACHE": str(self._place.cache.resolve()),
            RESET_VARIABLE: str(self._student.reset_mark),
            "JUPYTER_PREFER_ENV_PATH": "1",
            "JUPYTER_CONFIG_PATH": ":".join(map(str, _CONFIG)),
            "JUPYTER_PATH": str(_PACKAGE / "jupyter/data"),
        }

    async def serve(self, ready: asyncio.Event | None = None) -> None:
        """Pass bytes on and carry hand-ins until the server, its engine or somebody ends it."""
        assert self._engine is not None and self._server is not None and self._connector is not None
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        notes = self._student.path
        outward = Relay(self._hub, notes / "to-hub.json", self._connector.listen, most=_TO_HUB, admit=self._hub.admit)
        await outward.follow({HUB_INSIDE})
        if _refused(notes / "to-hub.json"):
            # By a container that comes back with its Docker.
            raise ClassError(
                _("Port {port} of this student's localhost is taken, by which their server finds the Hub.").format(
                    port=HUB_INSIDE
                ),
                f"touch '{self._student.teachers_reset}'",
            )
        inward = Relay(self._connector, notes / "to-server.json")
        await inward.follow({self._order.port})
        if _refused(notes / "to-server.json"):
            raise ClassError(_("Port {port} of this machine is taken.").format(port=self._order.port))
        _answer({"ready": True})
        pause = _EVERY
        while not ended.is_set() and self._server.poll() is None and self._engine.is_alive():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), pause)
            started = time.monotonic()
            await asyncio.to_thread(self._carry)
            pause = min(max(_EVERY, _REST * (time.monotonic() - started)), _LONGEST_REST)
            if self._reset_asked() not in (None, self._reset_before):
                break

    def _reset_asked(self) -> tuple[int, int] | None:
        """Which file it is that asks; its folder is the student's, so it is neither opened nor removed here."""
        mark = self._student.reset_mark
        with contextlib.suppress(OSError), closing(open_below(self._student.disk, mark.parent)) as folder:
            told = os.stat(mark.name, dir_fd=folder, follow_symlinks=False)
            return told.st_ino, told.st_mtime_ns
        return None

    def _carry(self) -> None:
        place, student, name = self._place, self._student, self._order.name
        # nbgrader's name of the folder into which a teacher collects.
        collected = Path(self._order.course) / "submitted"
        # Where the exchange or the disk isn't to be had, nothing is looked at.
        begun, had_room = time.time(), os.access(place.inbound, os.R_OK | os.X_OK) and student.home.is_dir()
        for carried in (
            handins.collect(place, student, name, collected, self._looked),
            handins.bring_feedback(place, student, name),
        ):
            try:
                for sentence in carried:
                    print(sentence, file=sys.stderr, flush=True)
            except Exception as error:
                # A full disk of ours, or a folder that a student changes as we open it: the next look tries again. And
                # whatever else is in there ends no server, nor keeps its disk mounted.
                print(_("Not carried: {why}").format(why=one_line(error)), file=sys.stderr, flush=True)
                had_room = had_room and getattr(error, "errno", None) not in handins.OURS
        if had_room:
            self._looked = begun
            handins.note_look(student, begun)
        # Before their first check there is nothing; and nothing in there ends a server, nor keeps it from ending.
        with contextlib.suppress(Exception):
            bring_progress(place, student)
        # A lab that is released now can be fetched now, and a student's commands know those that are shown.
        try:
            self._released = place.show(Path(self._order.course), self._released)
        except Exception as error:
            print(_("Not shown: {why}").format(why=one_line(error)), file=sys.stderr, flush=True)

    def close(self) -> None:
        """End all of it. What was handed in last is still carried."""
        if self._server is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGTERM)
        if self._student.disk.is_dir():
            # An engine's end may take long, and whoever waits for ours ends us then.
            self._carry()
        if self._engine is not None:
            self._engine.stop()
        if self._server is not None:
            self._server.kill()
            self._server.wait()
        if self._connector is not None:
            self._connector.close()
        if self._student.disk.is_dir():
            self._carry()
            disk.detach(self._student)


def _refused(note: Path) -> bool:
    return bool(json.loads(note.read_text())["refused"])


def _shown() -> Iterator[Path]:
    """Folders of the Python that runs this, for the same Python inside; /usr is there already."""
    wanted = [Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve(), _PACKAGE]
    found: list[Path] = []
    for folder in wanted:
        if not any(folder.is_relative_to(there) for there in (Path("/usr"), *found)):
            found.append(folder)
    yield from found


def _answer(message: dict[str, object]) -> None:
    """Once: whoever started us may be gone later."""
    answer(message)
    os.dup2(2, 1)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _End


def main() -> int:
    order = Order(**json.loads(sys.stdin.read()))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    place = ClassFolder(Path(order.folder))
    os.umask(0o022)
    resource.setrlimit(resource.RLIMIT_CORE, (core_limit(),) * 2)
    os.environ.update(DRYDOCK_RUNTIME=str(place.runtime), DRYDOCK_CACHE=str(place.cache))
    # What is said to a student is said in their server's language.
    os.environ["LANGUAGE"] = next(filter(None, map(order.environment.get, ("LC_ALL", "LANG"))), "")
    # Who hands in without end makes it talk without end.
    with words_bounded(place.student(order.name).log):
        return _run(order, place)


def _run(order: Order, place: ClassFolder) -> int:
    gate = None
    try:
        place.make()
        student = place.student(order.name)
        student.make()
        # Of a Hub that ended as this student's server started, and so doesn't know of it: nobody else would end it.
        end_gate(student)
        locks.own(student.lock, within=_BEFORE)
        gate = Gate(order)
        gate.open()
        asyncio.run(gate.serve())
    except _End:
        pass
    except ExpectedError as error:
        print(error, error.remedy, file=sys.stderr, flush=True)
        _answer({"error": str(error), "remedy": error.remedy})
        return 1
    except Exception as error:
        _answer({"error": str(error), "remedy": f"less {place.students / order.name / 'gate.log'}"})
        raise
    finally:
        if gate is not None:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            gate.close()
    return 0
