"""How a student's kernel starts: forked by a fork server, or as a program of its own; inside the walls or not."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from grader.engines import inside
from grader.engines.inside import HOME
from grader.engines.protocol import Engine
from grader.processes import core_limit
from grader.sandbox.fork_client import ForkedProcess, ForkServer, ForkServerLost, KernelRequest
from grader.sandbox.outputs import OutputLimits

#: With ipc these are endings of socket names, not TCP ports.
PORTS = {"shell": 1, "iopub": 2, "stdin": 3, "control": 4, "hb": 5}
#: Number of the lifeline's descriptor in a kernel that a fork server made.
_LIFELINE = 3
#: ipykernel, which ends when the other end of a pipe does (the grader was killed): where control groups can't be
#: had, nothing else would end it. Like ipykernel_launcher, it imports nothing from the student's folder.
_BOOT = """
import sys
del sys.path[0]
import os, threading
lifeline = int(sys.argv.pop(1))
threading.Thread(target=lambda: os._exit(len(os.read(lifeline, 1))), daemon=True).start()
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""


@dataclass(frozen=True)
class KernelSettings:
    """Ceilings for one student kernel. Bytes, numbers of processes, seconds."""

    address_space: int = 4_000_000_000
    file_size: int = 1_000_000_000
    processes: int = 512
    start_timeout: float = 60
    outputs: OutputLimits = field(default_factory=OutputLimits)


@dataclass(frozen=True)
class KernelStart:
    """What a kernel is started with: ``workdir`` is its folder; see ``student_kernel`` for the rest."""

    engine: Engine
    workdir: Path
    confined: bool
    settings: KernelSettings
    fork_server: ForkServer | None
    wary: bool

    def launch(self, sockets: Path, key: str, lifeline: int) -> ForkedProcess | subprocess.Popen[bytes]:
        """The new process, which makes the folder ``sockets`` and ends when the other end of ``lifeline`` does."""
        return self._forked(sockets, key, lifeline) or self._started(sockets, key, lifeline)

    def _forked(self, sockets: Path, key: str, lifeline: int) -> ForkedProcess | None:
        """Forked by the fork server; None where that is not possible."""
        walls = self.engine.walls() if self.fork_server is not None and self.confined else None
        if self.fork_server is None or walls is None:
            return None
        s = self.settings
        request = KernelRequest(
            walls=walls,
            environment=self._environment(),
            folder=str(self.workdir),
            sockets=str(sockets),
            arguments=self._arguments(sockets, key),
            lifeline=_LIFELINE,
            umask=self._umask(),
            address_space=s.address_space,
            file_size=s.file_size,
            processes=s.processes,
        )
        errors, words = os.pipe()
        nothing = os.open(os.devnull, os.O_RDWR)
        pipe = os.fdopen(errors, "rb", buffering=0)
        try:
            return self.fork_server.fork(request, {0: nothing, 1: nothing, 2: words, _LIFELINE: lifeline}, {2: pipe})
        except ForkServerLost:
            pipe.close()
            return None
        finally:
            os.close(words)
            os.close(nothing)

    def _started(self, sockets: Path, key: str, lifeline: int) -> subprocess.Popen[bytes]:
        argv = self._argv(sockets, key, lifeline)
        return subprocess.Popen(
            self.engine.confine(argv) if self.confined else self.engine.enter(argv),
            cwd=self.workdir,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            pass_fds=(lifeline,),
        )

    def _umask(self) -> int:
        # Without root here, the student's sockets and files are ours to use and to remove only by their mode.
        return 0o022 if os.geteuid() == 0 else 0

    def _argv(self, sockets: Path, key: str, lifeline: int) -> list[str]:
        s = self.settings
        limits = ["prlimit", f"--as={s.address_space}", f"--fsize={s.file_size}", f"--core={core_limit()}"]
        if self.confined:
            # Counted per user in its user namespace, so only where that user is the student alone.
            limits.append(f"--nproc={s.processes}")
        # sh, because a confined program starts in the engine's root folder, not in ours.
        script = 'umask "$1"; cd "$2" && mkdir "$3" || exit 1; shift 3; exec "$@"'
        kernel = [str(self._python()), "-c", _BOOT, str(lifeline), *self._arguments(sockets, key)]
        here = [f"{self._umask():04o}", str(self.workdir), str(sockets)]
        # Elsewhere there is no prlimit(1), and no stranger's code.
        limited = [*limits, "--"] if sys.platform == "linux" else []
        return [*limited, "sh", "-c", script, "sh", *here, *kernel]

    def _arguments(self, sockets: Path, key: str) -> list[str]:
        """ipykernel's own."""
        # A file that does not exist yet, so that the kernel can't take up the settings of an earlier one.
        own = ["-f", str(sockets / "kernel.json")]
        ports = [f"--{channel}={port}" for channel, port in PORTS.items()]
        options = [f"--Session.key={key}", "--HistoryManager.enabled=False"]
        if self.wary:
            options.append("--InteractiveShellApp.ignore_cwd=True")
        return [*own, "--transport=ipc", f"--ip={sockets / 'k'}", *ports, *options]

    def _python(self) -> Path:
        return Path(inside.EXECUTABLE if self.confined else sys.executable)

    def _environment(self) -> dict[str, str]:
        """Nothing of the instructor's environment reaches the student."""
        home = HOME if self.confined else str(self.workdir)
        return {
            "PATH": f"{self._python().parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": home,
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONWARNINGS": "ignore",
            "TERM": "xterm-color",
            **self.engine.variables(),
        }
