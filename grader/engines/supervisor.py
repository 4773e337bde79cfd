"""The process that owns a namespace engine: starts it, waits for its owner to go, removes it.

Run with a spec file, by NamespaceEngine. It answers one JSON line on standard output, then waits until its standard
input ends (its owner closed it or died) or SIGTERM arrives. An engine whose supervisor is killed ends too (its process
1 holds the other end of a pipe); its folder and groups are removed at the next start, by orphans.py.

Standard library only, and few imports: every engine pays for them.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import resource
import select
import signal
import socket
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from grader import locks
from grader.engines import cgroups, loaders
from grader.engines.folders import SYSTEM_PATH, EngineFolder
from grader.engines.nsenter import interpreter, leave_keyrings
from grader.engines.orphans import remove_remains
from grader.files import atomic_write
from grader.i18n import _
from grader.processes import BoundedLog, answer, core_limit, first_inside

READY_SECONDS = 60.0
GRACE_SECONDS = 15.0
LIFELINE_FD = 9  # a shell takes one digit only; inner.sh reads it
READY_FD = 8  # inner.sh writes to it
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_DAEMON_DEVICES = ("fuse", "net/tun")
_NS_GET_PARENT = 0xB702  # ioctl_ns(2)
#: The daemon's data, and what in it no container ever needs a part of.
_GATES = """
cd "$0" && chmod 771 . && chown "$1" . || exit 1
for part in image network containers buildkit containerd; do
    [ ! -d $part ] || { chmod 770 $part && chown "$1" $part; } || exit 1
done
"""
_SCRIPTS = Path(__file__).parent


@dataclass(frozen=True)
class Spec:
    """What the supervisor needs to know. Paths are absolute; ``map_options`` are unshare(1) options."""

    folder: str
    owner: int
    #: The id that nobody inside has: in the namespace around the engine's, and where outer.sh runs.
    nobody: int
    keeper: int
    map_options: list[str]
    outer_command: list[str]
    daemon_json: dict[str, object]
    use_cgroups: bool
    shares: list[str] = field(default_factory=list)
    readonly: list[str] = field(default_factory=list)
    #: The variables of python.sh; none where no Python is wanted inside.
    python: dict[str, str] = field(default_factory=dict)
    #: X-mount.idmap (mount(8)) of the shared folders and of the template, empty where ids are as they should be.
    idmap: str = ""
    template_idmap: str = ""
    template: str = ""
    #: See releases.py: the folder of another Docker, and whether images are in containerd's store.
    docker: str = ""
    containerd_store: bool = False
    data_size: str = ""
    keep_data: bool = False
    detached: bool = False
    memory_bytes: int | None = None
    pids: int | None = None
    cpus: float | None = None
    dockerd_flags: str = ""
    #: Without one the walls stand empty, for what others start in them.
    daemon: bool = True
    devices: list[str] = field(default_factory=list)
    #: As ``map_options``, for a user namespace around the engine's; empty where it is made in one already.
    above_options: list[str] = field(default_factory=list)
    #: See loaders.py.
    opaque: list[str] = field(default_factory=list)
    #: What the student is called inside.
    user: str = "student"
    #: Seconds that containers of kept data have at the end; None for what dockerd gives them within GRACE_SECONDS.
    patience: float | None = None

    def save(self, path: Path) -> None:
        atomic_write(path, json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> Spec:
        return cls(**json.loads(path.read_text()))


class Supervisor:
    """Owns one running engine."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.folder = EngineFolder(Path(spec.folder))
        self.log = BoundedLog(self.folder.log)
        self.groups: list[Path] = []
        self.outer: subprocess.Popen[bytes] | None = None
        self.lifeline = -1

    def start(self) -> int:
        """Start the daemon; returns the host pid of its process 1 when the API answers. Raises RuntimeError."""
        spec = self.spec
        if spec.use_cgroups:
            self._make_groups()
        if spec.template:
            # Held until this process ends: a template in use is not removed.
            locks.share(Path(spec.template, "complete"))
        # A socket left by an earlier daemon on the same data would be taken for the new one.
        self.folder.socket.unlink(missing_ok=True)
        ready = self._spawn()
        if self.groups and cgroups.version() == 2:
            self._wait_for(ready)
            cgroups.open_to_children(self.groups)
        if spec.daemon:
            self._wait_for_api()
            self._close_gates()
        self._wait_for(ready)
        os.close(ready)
        return self._first_process()

    def _make_groups(self) -> None:
        expected = cgroups.groups_of(self.folder.engine_id)
        # Groups of an earlier life of this engine that could not be removed yet stay noted.
        forgotten = [group for group in self.folder.noted_groups() if group not in expected and group.exists()]
        atomic_write(self.folder.groups_note, "\n".join(map(str, [*forgotten, *expected])))
        # Noted and known before they are made: should that fail half-way, they are ours to remove.
        self.groups = expected
        cgroups.create(
            self.folder.engine_id,
            self.spec.owner,
            memory_bytes=self.spec.memory_bytes,
            pids=self.spec.pids,
            cpus=self.spec.cpus,
        )

    def _spawn(self) -> int:
        """Start outer.sh; returns our end of the pipe by which inner.sh tells that it is ready."""
        for number in (LIFELINE_FD, READY_FD):
            os.dup2(0, number)  # taken, so that no pipe below gets it
        reader, self.lifeline = os.pipe()
        ready, writer = os.pipe()
        for end, number in ((reader, LIFELINE_FD), (writer, READY_FD)):
            os.dup2(end, number)
            os.close(end)
        leave_keyrings()
        with self.log.opened() as log:
            self.outer = subprocess.Popen(
                [*self.spec.outer_command, "sh", str(_SCRIPTS / "outer.sh")],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[LIFELINE_FD, READY_FD],
                start_new_session=True,
            )
        os.close(LIFELINE_FD)
        os.close(READY_FD)
        return ready

    def _environment(self) -> dict[str, str]:
        spec, folder = self.spec, self.folder
        return {
            **spec.python,
            "PATH": SYSTEM_PATH,
            "DD_DIR": str(folder.path),
            "DD_ROOT": str(folder.root),
            "DD_MAP": " ".join(spec.map_options),
            "DD_OWNER": str(spec.owner),
            "DD_ABOVE": " ".join(spec.above_options),
            "DD_INTERPRETER": interpreter(),
            "DD_NOBODY": str(spec.nobody),
            "DD_KEEPER": str(spec.keeper),
            # In two parts, as NamespaceEngine._map_options.
            "DD_IDS": " ".join(
                f"{kind}:{first}:{first}:{count}"
                for kind in "ug"
                for first, count in ((spec.owner, 1), (spec.owner + 1, spec.nobody - 1))
            ),
            "DD_OPAQUE": "\n".join(spec.opaque),
            "DD_CGROUPS": "\n".join(map(str, self.groups)),
            "DD_CGROUP_VERSION": str(cgroups.version()),
            "DD_CONTROLLERS": " ".join(h.controllers[0] for h in cgroups.hierarchies()),
            "DD_SHARES": "\n".join(spec.shares),
            "DD_READONLY": "\n".join(spec.readonly),
            "DD_IDMAP": spec.idmap,
            "DD_TEMPLATE": spec.template,
            "DD_TEMPLATE_IDMAP": spec.template_idmap,
            "DD_DOCKER": spec.docker,
            "DD_STORE": "containerd" if spec.containerd_store else "",
            "DD_DATA_SIZE": spec.data_size,
            "DD_KEPT": "kept" if spec.keep_data else "",
            "DD_SCRIPTS": str(_SCRIPTS),
            "DD_DAEMON_JSON": json.dumps(spec.daemon_json),
            "DD_DOCKERD_FLAGS": spec.dockerd_flags,
            "DD_USER": spec.user,
            "DD_DAEMON": "yes" if spec.daemon else "",
            "DD_DEVICES": " ".join([*_DEVICES, *(_DAEMON_DEVICES if spec.daemon else ()), *spec.devices]),
        }

    def _wait_for_api(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        path = str(self.folder.socket)
        while time.monotonic() < deadline:
            assert self.outer is not None
            if self.outer.poll() is not None:
                raise RuntimeError(_("it ended while it started"))
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
                # dockerd listens before it serves: the first request waits in the socket's queue until it does.
                connection.settimeout(max(0.1, deadline - time.monotonic()))
                connection.connect(path)
                connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
                if b" 200 " in connection.recv(200):
                    return
            time.sleep(0.005)
        raise RuntimeError(_("its API did not answer within {seconds} seconds").format(seconds=f"{READY_SECONDS:.0f}"))

    def _close_gates(self) -> None:
        """What dockerd had to own while it started, and containers must not get at: see outer.sh and daemon.sh."""
        assert self.outer is not None
        # Kept data has an owner who starts dockerd on it again.
        if not self.spec.keep_data:
            with Path(f"/proc/{self.outer.pid}/ns/user").open() as engines:
                around = fcntl.ioctl(engines, _NS_GET_PARENT)
            into = ["nsenter", f"--user=/proc/self/fd/{around}", "--setuid=0", "--setgid=0", "--", "sh", "-c", _GATES]
            data = f"/proc/{self.outer.pid}/cwd/var/lib/docker"
            words = [*into, data, f"{self.spec.nobody}:{self.spec.nobody}"]
            done = subprocess.run(words, check=False, env={"PATH": SYSTEM_PATH}, pass_fds=[around], capture_output=True)
            os.close(around)
            if done.returncode != 0:
                raise RuntimeError(done.stderr.decode(errors="replace").strip())
        os.write(self.lifeline, b"\n")

    @staticmethod
    def _wait_for(ready: int) -> None:
        """Read one byte of what inner.sh says."""
        if not select.select([ready], [], [], READY_SECONDS)[0]:
            raise RuntimeError(
                _("its first process was not ready within {seconds} seconds").format(seconds=f"{READY_SECONDS:.0f}")
            )
        if not os.read(ready, 1):
            raise RuntimeError(_("its first process ended"))

    def _first_process(self) -> int:
        """The host pid of the engine's process 1: the one process below ours that has a pid namespace of its own."""
        assert self.outer is not None
        first = first_inside(self.outer.pid)
        if first is not None:
            return first
        raise RuntimeError(_("its first process was not found"))

    def stop(self) -> None:
        """End the daemon (gracefully when its data is kept) and remove what belongs to it."""
        if self.lifeline >= 0:
            os.close(self.lifeline)
            self.lifeline = -1
        cgroups.thaw(self.groups)
        if self.outer is not None:
            if self.spec.keep_data:
                self._end_kindly(self.outer)
            else:
                self._kill_first_process()
            self.outer.kill()
            self.outer.wait()
            self.log.wait()
        remove_remains(self.folder, self.groups, keep_data=self.spec.keep_data)

    def _end_kindly(self, outer: subprocess.Popen[bytes]) -> None:
        """Wait until the daemon has stopped its containers. Those that take longer than ``patience`` are killed, and it
        notes that; without one it is ended itself after GRACE_SECONDS."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self.spec.patience is not None:
                try:
                    outer.wait(self.spec.patience)
                except subprocess.TimeoutExpired:
                    cgroups.kill_containers(self.groups)
            outer.wait(GRACE_SECONDS)

    def _kill_first_process(self) -> None:
        with contextlib.suppress(RuntimeError, OSError):
            os.kill(self._first_process(), signal.SIGKILL)


def main(spec_path: str) -> int:
    spec = Spec.load(Path(spec_path))
    folder = EngineFolder(Path(spec.folder))
    try:
        locks.own(folder.lock)
        # systemd-tmpfiles(8) does not sweep a folder that somebody has locked: a volume's file may lie unread for long.
        locks.share(folder.path.parent)
    except (RuntimeError, OSError) as error:
        answer({"error": str(error), "log": ""})
        return 1
    wake_reader, wake_writer = os.pipe()
    os.set_blocking(wake_writer, False)
    signal.set_wakeup_fd(wake_writer)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    supervisor = Supervisor(spec)
    try:
        if not spec.keep_data:
            resource.setrlimit(resource.RLIMIT_CORE, (core_limit(),) * 2)
        first = supervisor.start()
        # A kept engine is one person's own.
        wire = None if spec.keep_data or not spec.daemon else loaders.watch(first)
        state = {"pid1": first, "supervisor": os.getpid(), "cgroups": list(map(str, supervisor.groups))}
        atomic_write(folder.state, json.dumps(state))
    except Exception as error:
        answer({"error": str(error), "log": supervisor.log.tail(2000)})
        supervisor.stop()
        return 1
    answer(state)
    _wait_for_the_end(supervisor, wake_reader, wire, detached=spec.detached)
    supervisor.stop()
    return 0


def _wait_for_the_end(supervisor: Supervisor, wake: int, wire: int | None, *, detached: bool) -> None:
    watched = [wake] if detached else [wake, 0]
    watched += [] if wire is None else [wire]
    while True:
        ready = select.select(watched, [], [])[0]
        if wire in ready:
            return
        if 0 in ready and not os.read(0, 100):
            return
        if wake in ready:
            numbers = set(os.read(wake, 100))
            if numbers & {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}:
                return
            assert supervisor.outer is not None
            if supervisor.outer.poll() is not None:
                return
