"""Processes: what /proc says of them, how a supervisor is started and asked, and where its words go.

Standard library only: every engine's supervisor imports it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from grader.i18n import _

PACKAGE_ROOT = Path(__file__).resolve().parents[1]
_PROC = Path("/proc")


def core_limit() -> int:
    """Bytes that a core may have: 1, or 0 where even that is forbidden already.

    With 1 a program that collects the machine's cores (core(5): a pipe in core_pattern) gets none; with 0 it does.
    """
    return 1 if resource.getrlimit(resource.RLIMIT_CORE)[1] else 0


# -- What the kernel says of processes and memory.


def descendants(root: int) -> list[int]:
    """``root`` and its descendants, parents first."""
    found = [root]
    for pid in found:
        found += children_of(pid)
    return found


def children_of(pid: int) -> list[int]:
    """What proc_pid_children(5) lists: certain only for a stopped process, so look again once all are stopped."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in (_PROC / str(pid) / "task").iterdir():
            try:
                found += map(int, (task / "children").read_text().split())
            except FileNotFoundError:
                if not (_PROC / "self/task" / str(os.getpid()) / "children").exists():
                    # A kernel without CONFIG_PROC_CHILDREN.
                    return _children_by_scan(pid)
    return found


def _children_by_scan(pid: int) -> list[int]:
    everybody = (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal())
    return [other for other in everybody if (fields := _stat(other)) and fields[1] == str(pid)]


def _stat(pid: int) -> list[str]:
    """The fields after the command's name (state, parent, …: proc_pid_stat(5)); empty when it is gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def start_time(pid: int) -> str | None:
    """When the process began, in ticks since the machine's start: with its number, what tells it from all others."""
    fields = _stat(pid)
    return fields[19] if fields else None


def lives(pid: int) -> bool:
    """Whether there is a process of this number, be it somebody else's. Where there is no /proc (macOS), too."""
    try:
        os.kill(pid, 0)
    except OSError as why:
        return isinstance(why, PermissionError)
    return True


def pid_namespace(pid: int) -> str | None:
    """None when the process is gone, or is not ours to look at."""
    try:
        return str((_PROC / str(pid) / "ns" / "pid").readlink())
    except OSError:
        return None


def state_of(pid: int) -> str:
    """Its letter of proc_pid_stat(5); X (dead) when it is gone."""
    fields = _stat(pid)
    return fields[0] if fields else "X"


#: In proc_pid_status(5): the letter of the state, and how often the thread was switched out.
_THREAD = re.compile(r"^(?:State|(?:non)?voluntary_ctxt_switches):\s+(\w+)", re.MULTILINE)


def threads_of(pid: int) -> dict[int, tuple[str, int]]:
    """Of each of its threads the letter of its state, and how often it has left a processor; ("X", 0) for one that went
    while one looked. A process's own letter is that of its first thread, which can be dead or traced alone."""
    found = {}
    with contextlib.suppress(OSError):
        for task in (_PROC / str(pid) / "task").iterdir():
            try:
                state, *switches = _THREAD.findall((task / "status").read_text(errors="replace"))
            except (OSError, ValueError):
                state, switches = "X", []
            found[int(task.name)] = (state, sum(map(int, switches)))
    return found


def await_rest(pid: int, thread: int) -> bool:
    """Return when a thread that is stopped has left its processor, a moment after its state says so.

    The kernel waits for that before it tells where the thread is (task_current_syscall). Whether it told: not whoever
    may trace nobody (Yama).
    """
    with contextlib.suppress(OSError):
        (_PROC / str(pid) / "task" / str(thread) / "syscall").read_bytes()
        return True
    return False


def first_inside(launcher: int) -> int | None:
    """The first process below ``launcher`` that is in another pid namespace than this one."""
    own = pid_namespace(os.getpid())
    return next((pid for pid in descendants(launcher) if pid_namespace(pid) not in (own, None)), None)


def command_line(pid: int) -> bytes:
    """What it was started with, or nothing when it is gone: its number may be another process's by now."""
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b""


def has_open(pid: int, path: Path) -> bool:
    """Whether this process has this file open."""
    with contextlib.suppress(OSError):
        wanted = path.stat()
        for descriptor in (_PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError):
                if os.path.samestat(descriptor.stat(), wanted):
                    return True
    return False


def machine_memory() -> dict[str, int]:
    """/proc/meminfo (proc_meminfo(5)) in bytes; empty where there is none."""
    try:
        table = (_PROC / "meminfo").read_text()
    except OSError:
        return {}
    return {name: int(number) * 1024 for name, number in re.findall(r"^(\w+):\s+(\d+) kB", table, re.MULTILINE)}


def processor_ticks() -> tuple[int, int]:
    """Ticks that all processors were idle, and all ticks, since the machine's start (proc_stat(5)); 0, 0 where that
    is not told."""
    try:
        fields = [int(field) for field in (_PROC / "stat").read_text().splitlines()[0].split()[1:]]
    except (OSError, ValueError, IndexError):
        return 0, 0
    # Guests' time is in the users' already.
    return sum(fields[3:5]), sum(fields[:8])


def processors() -> int:
    """How many this process may use; where that is not told (macOS), how many there are."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def kernel_at_least(major: int, minor: int) -> bool:
    """Whether this is Linux, and its kernel has this version, or a newer one."""
    system = os.uname()
    numbers = tuple(map(int, re.findall(r"\d+", system.release)[:2]))
    return system.sysname == "Linux" and numbers >= (major, minor)


# -- Supervisors: processes of ours that outlive a call.


def start(module: str, *arguments: str, bare: bool = False, **files: Any) -> subprocess.Popen[bytes]:
    """Call the module's ``main`` in a process and session of its own. ``bare``: it needs no installed package."""
    code = (
        f"import sys; sys.path.insert(0, {str(PACKAGE_ROOT)!r}); from {module} import main; "
        f"sys.exit(main(*{arguments!r}))"
    )
    argv = [sys.executable, "-I", *(["-S"] if bare else []), "-c", code]
    return subprocess.Popen(argv, start_new_session=True, cwd="/", **files)


def refusal_of(argv: Sequence[str]) -> str | None:
    """Run a command to its end, and kill what it leaves behind; what it said if it failed, else None."""
    with TemporaryFile() as words:
        trial = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=words, start_new_session=True
        )
        os.waitid(os.P_PID, trial.pid, os.WEXITED | os.WNOWAIT)
        os.killpg(trial.pid, signal.SIGKILL)
        words.seek(0)
        return words.read().decode(errors="replace").strip() if trial.wait() != 0 else None


class Launched:
    """It ends when this process does, unless it is ``detached``. ``bare``: for one that needs no installed package."""

    def __init__(self, module: str, spec: Path, *, detached: bool, bare: bool) -> None:
        self._process = start(
            module,
            str(spec),
            bare=bare,
            stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def answer(self) -> dict[str, object]:
        """Its next answer; one with an "error" if it ended without a word."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        answer: dict[str, object] = json.loads(line) if line else {"error": _("its supervisor was ended")}
        return answer

    def tell(self, line: str) -> None:
        """To one that is not detached."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def end(self, within: float) -> None:
        """Ask it to end, and return when it did; kill it after so many seconds."""
        process = self._process
        if process.stdin is not None:
            process.stdin.close()
        else:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def answer(message: dict[str, object]) -> None:
    """In a supervisor, to whoever launched it, who may be gone: what ``Launched.answer`` returns."""
    with contextlib.suppress(OSError):
        os.write(1, json.dumps(message).encode() + b"\n")


def with_last_words(sentence: str, answer: dict[str, object]) -> str:
    """The sentence and the end of the log in a supervisor's answer."""
    lines = [line.strip() for line in str(answer.get("log", "")).splitlines()]
    last = [line for line in lines if line and "level=warning" not in line][-3:]
    return sentence if not last else sentence + " " + _("Its last words: {words}").format(words=" / ".join(last))


# -- What an engine's processes say, in a file of a bounded size: who is root in there may say as much as they like.
#
# Any of its processes can be made to give away where its words go (pidfd_getfd(2)). So that is a pipe, and no file of
# the machine's disk. Standard library only: every engine's supervisor imports it.

#: Bytes of the file; what it held before is in one older file beside it.
_MOST = 1_000_000
_AT_ONCE = 65_536
#: Between two reads: who never stops talking keeps no processor of the machine's busy.
_PAUSE = 0.005


class BoundedLog:
    """``file`` and its writers: it is carried there from a pipe until nobody writes any more."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def opened(self) -> Iterator[int]:
        """A descriptor for processes that are started meanwhile."""
        reader, writer = os.pipe()
        # A daemon: who writes may outlive us, and no end is to wait for it.
        self._thread = threading.Thread(target=self._carry, args=(reader,), daemon=True)
        self._thread.start()
        try:
            yield writer
        finally:
            os.close(writer)

    def _carry(self, reader: int) -> None:
        while data := os.read(reader, _AT_ONCE):
            # What can't be kept (a full disk) is lost: nobody who writes may have to wait.
            with contextlib.suppress(OSError):
                self._keep(data)
            time.sleep(_PAUSE)
        os.close(reader)

    def _keep(self, data: bytes) -> None:
        # Before writing, so that the last words are always in this file.
        if self._file.exists() and self._file.stat().st_size > _MOST:
            self._file.replace(self._file.with_suffix(".old"))
        with self._file.open("ab") as log:
            log.write(data)

    def wait(self, within: float = 1.0) -> None:
        """Return when all is written, for which the writers must have ended."""
        if self._thread is not None:
            self._thread.join(within)

    def tail(self, length: int) -> str:
        """The last characters, when all is written."""
        self.wait()
        try:
            return self._file.read_text(errors="replace")[-length:]
        except OSError:
            return ""


@contextlib.contextmanager
def words_bounded(file: Path) -> Iterator[None]:
    """What this process itself says meanwhile, the error that ends it too, goes into such a file; then nowhere."""
    log = BoundedLog(file)
    with log.opened() as writer:
        os.dup2(writer, 2)
    try:
        yield
    except Exception:
        sys.excepthook(*sys.exc_info())
        raise
    finally:
        sys.stderr.flush()
        with Path(os.devnull).open("wb") as nowhere:
            # Standard output may have become a second name for it.
            for descriptor in (1, 2):
                os.dup2(nowhere.fileno(), descriptor)
        log.wait()
