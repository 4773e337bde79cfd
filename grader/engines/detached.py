"""The lab engine: one per user, running in the background until ``drydock down``, its data kept in between.

What runs is written down in one small file beside the engine's folder. A lab engine that was killed (or lost with a
reboot) starts again on the same data.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from grader.engines import orphans, releases
from grader.engines.choice import best_kind, engine_class, seen
from grader.engines.folders import LAB, EngineFolder, kept_folder
from grader.engines.local_ports import LocalPorts
from grader.engines.protocol import Engine, EngineError
from grader.files import atomic_write
from grader.i18n import _
from grader.locks import locked
from grader.processes import command_line, start

_SUFFIX = ".outer.json"


@dataclass(frozen=True)
class OuterNote:
    """Both ends of a lab engine in a container; "" and None for what is not known."""

    #: The DOCKER_HOST of the Docker that the engine was started in last.
    outer: str = ""
    #: The DOCKER_HOST of the engine itself, and its port on this machine's localhost.
    host: str = ""
    port: int | None = None


def read(folder: Path) -> OuterNote:
    """The note of the engine with this folder; an empty one if there is none."""
    return _parsed(_place(folder))


def write(folder: Path, note: OuterNote) -> None:
    atomic_write(_place(folder), json.dumps(asdict(note)))


def outer_of(host: str) -> str:
    """The Docker that the lab engine with this DOCKER_HOST is in; empty if this is no lab engine's."""
    with contextlib.suppress(EngineError):
        for place in kept_folder().glob(f"*{_SUFFIX}"):
            note = _parsed(place)
            if host and note.host == host:
                return note.outer
    return ""


def _place(folder: Path) -> Path:
    # Beside the folder, so that it outlives the data: after `drydock reset` the address must be the same.
    return folder.with_name(f"{folder.name}{_SUFFIX}")


def _parsed(place: Path) -> OuterNote:
    try:
        return OuterNote(**json.loads(place.read_text()))
    except (OSError, ValueError, TypeError):
        return OuterNote()


_RELAY = "grader.engines.published_ports"
#: The slowest engine's first start, an emulated guest's, on a busy machine.
_START_SECONDS = 180.0


@dataclass(frozen=True)
class LabEngine:
    """The running lab engine."""

    kind: str
    engine: Engine
    shares: tuple[Path, ...]

    @property
    def host(self) -> str:
        """Its DOCKER_HOST."""
        return self.engine.endpoint.host

    def local_ports(self) -> LocalPorts:
        """Where its published ports are on this machine."""
        return LocalPorts.read(EngineFolder(lab_folder()).ports) or LocalPorts()


def local_ports_at(host: str) -> LocalPorts | None:
    """The same for the engine with this DOCKER_HOST; None if that is not the lab engine, or it has no relay."""
    if f"/{LAB}/" not in host:
        # Nobody's folder is made for others: a check in a rootless engine's user namespace takes itself for root, and
        # what it made as root's folder would be the ordinary user's.
        return None
    with contextlib.suppress(EngineError):
        if host.startswith(f"unix://{lab_folder()}/"):
            return LocalPorts.read(EngineFolder(lab_folder()).ports)
    return None


def lab_folder() -> Path:
    return kept_folder() / LAB


def _state_file() -> Path:
    return kept_folder() / f"{LAB}.json"


def current() -> LabEngine | None:
    """The lab engine if it runs."""
    noted = _noted()
    if noted is None or not (noted.ready or engine_class(noted.kind).found_ready):
        return None
    engine = engine_class(noted.kind).attach(lab_folder())
    return None if engine is None else LabEngine(noted.kind, engine, noted.shares)


def up(
    *, kind: str | None = None, shares: Sequence[Path] = (), progress: Callable[[str], None] | None = None
) -> LabEngine:
    """The lab engine, started if it doesn't run. Raises EngineError.

    An engine that runs with other shared folders, of another kind or with another Docker than asked for, is started
    again on its data. It keeps its Docker until another is asked for (releases.VARIABLE).
    """
    with _alone():
        running = current()
        if running is not None:
            same = kind in (None, running.kind) and releases.said() in ("", _docker())
            if same and set(map(Path.resolve, shares)) <= set(running.shares):
                if running.engine.needs_relay and _relay() is None:
                    _start_relay(running.kind)
                return running
            _end(running)
        return _start(kind, tuple(share.resolve() for share in shares), progress)


def adopt(kind: str, shares: Sequence[Path]) -> None:
    """Take an engine that somebody else started, and starts again, for the lab engine."""
    told = {"kind": kind, "shares": [str(share.resolve()) for share in shares], "docker": "", "ready": True}
    atomic_write(_state_file(), json.dumps(told))


def down(*, forget: bool = False) -> bool:
    """End the lab engine, keeping its data unless ``forget`` is said; False if none ran. Raises EngineError."""
    with _alone():
        running = current()
        last = (running.kind, running.shares) if running else _last()
        if running is not None:
            _end(running, discard=forget)
        ended = running is not None or _end_unfinished()
        if forget and last is not None:
            engine_class(last[0]).forget(lab_folder())
        elif forget and lab_folder().exists():
            # No note tells any more what kind of engine it was.
            orphans.forget(lab_folder(), engine_class(best_kind()).remove_tree)
        return ended


def reset(progress: Callable[[str], None] | None = None, gone: Callable[[], None] = lambda: None) -> LabEngine:
    """The lab engine as new: everything in it is gone, its kind and shared folders are as before.

    ``gone`` is called before the new one starts.
    """
    with _alone():
        running = current()
        kind, shares = (running.kind, running.shares) if running else _last() or (None, ())
        if running is not None:
            _end(running, discard=True)
        _end_unfinished()
        engine_class(kind or best_kind()).forget(lab_folder())
        gone()
        return _start(kind, shares, progress)


class _Noted(NamedTuple):
    """The lab engine that was asked for last."""

    kind: str
    shares: tuple[Path, ...]
    #: Whether its start was seen to the end.
    ready: bool
    #: Which Docker it runs, as releases.py has it.
    docker: str


def _noted() -> _Noted | None:
    try:
        state = json.loads(_state_file().read_text())
        return _Noted(state["kind"], tuple(map(Path, state["shares"])), state["ready"], state["docker"])
    except (OSError, ValueError, KeyError):
        return None


def _docker() -> str:
    noted = _noted()
    return noted.docker if noted else releases.HERE


def _last() -> tuple[str, tuple[Path, ...]] | None:
    noted = _noted()
    return noted and (noted.kind, tuple(path for path in noted.shares if path.is_dir()))


def _start(kind: str | None, shares: tuple[Path, ...], progress: Callable[[str], None] | None) -> LabEngine:
    with releases.using(releases.normal(releases.said() or _docker())):
        return _started(seen(kind), shares, progress)


def _started(kind: str, shares: tuple[Path, ...], progress: Callable[[str], None] | None) -> LabEngine:
    found = engine_class(kind)
    found.probe().must_work()
    _end_unfinished()
    engine = found.kept(lab_folder(), shares=shares, progress=progress)
    with _written_down(kind, shares):
        engine.start()
    if engine.needs_relay:
        _start_relay(kind)
    return LabEngine(kind, engine, shares)


def _end_unfinished() -> bool:
    """End an engine that still starts though the command that wanted it was killed; False if there is none."""
    noted = _noted()
    half = engine_class(noted.kind).attach(lab_folder()) if noted and not noted.ready else None
    if half is not None:
        half.stop()
        return True
    place = EngineFolder(lab_folder())
    if not orphans.is_owned(place):
        return False
    orphans.end_supervisor(place, within=_START_SECONDS)
    return True


@contextmanager
def _written_down(kind: str, shares: tuple[Path, ...]) -> Iterator[None]:
    """Note what is about to start: whoever finds it running after this process was killed must know what it is."""
    note = _state_file()
    before = note.read_text() if note.exists() else None
    told = {"kind": kind, "shares": list(map(str, shares)), "docker": releases.said()}
    atomic_write(note, json.dumps({**told, "ready": False}))
    try:
        yield
        atomic_write(note, json.dumps({**told, "ready": True}))
    except BaseException:
        with contextlib.suppress(OSError):
            note.unlink() if before is None else atomic_write(note, before)
        raise


def _start_relay(kind: str) -> None:
    with (lab_folder() / "relay.log").open("ab") as log:
        relay = start(_RELAY, kind, str(lab_folder()), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    atomic_write(_relay_note(), str(relay.pid))


def _relay_note() -> Path:
    return lab_folder() / "relay.pid"


def _relay() -> int | None:
    """The process of the relay, if it runs."""
    with contextlib.suppress(OSError, ValueError):
        pid = int(_relay_note().read_text())
        # The number may be another process's by now.
        if _RELAY.encode() in command_line(pid):
            return pid
    return None


def _end_relay() -> None:
    """End the relay: a daemon waits some seconds for whoever still listens to its events."""
    pid = _relay()
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    _relay_note().unlink(missing_ok=True)


def _end(running: LabEngine, *, discard: bool = False) -> None:
    _end_relay()
    if discard:
        running.engine.discard()
    else:
        running.engine.stop()


def _alone() -> AbstractContextManager[None]:
    """No other command starts or stops the lab engine meanwhile. Raises EngineError."""
    return locked(kept_folder() / f"{LAB}.lock", busy=_refuse)


def _refuse() -> None:
    raise EngineError(_("Another drydock command is just starting or stopping the lab engine."), "drydock status")
