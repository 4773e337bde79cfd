"""Engines made of Linux namespaces: what `native` (root) and `rootless` (a user) share.

Every engine is a dockerd and a containerd in their own user, mount, pid, network, ipc, uts and cgroup namespaces on
a private root file system: see outer.sh and inner.sh for the construction and docs/security.md for the walls.
The same walls are to be had without a daemon in them (`microvm` has its own elsewhere).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from abc import abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Self

from grader.engines import canary, inside, orphans, releases
from grader.engines.folders import EngineFolder, runtime_folder, throwaway_name
from grader.engines.loaders import opaque_files
from grader.engines.nsenter import Walls, interpreter
from grader.engines.protocol import Endpoint, Engine, EngineError, Limits, Probe
from grader.engines.supervisor import Spec
from grader.i18n import _
from grader.processes import Launched, kernel_at_least, refusal_of, with_last_words

STUDENT_ID = 1000
#: The one id of the user namespace around an engine's that its root has no right to, nor to what is its own.
NOBODY_INSIDE = 65_535
#: What the walls are built with, and what a daemon needs beyond that.
WALL_TOOLS = ("unshare", "nsenter", "setpriv", "ip")
DAEMON_TOOLS = ("dockerd", "containerd", "runc", "iptables")
#: Of an engine that would start all the same, and on which no container would.
NO_GROUPS = Probe(
    False,
    _("No control groups are mounted at /sys/fs/cgroup (as inside “ip netns exec”): no container can start here."),
    'nsenter --target 1 --mount --wd="$PWD" drydock doctor',
)
#: A tmpfs is quick and has a size; overlayfs in a user namespace needs user.* attributes on it (Linux 6.6).
_DATA_IN_MEMORY = kernel_at_least(6, 6)


class NamespaceEngine(Engine):
    """A dockerd in namespaces of its own. ``images=False`` starts it without the course images.

    ``folder`` keeps the engine's data there from one start to the next (the lab engine of ``drydock up``);
    without it everything is gone at the end. ``daemon=False`` leaves the daemon out: the walls, with nothing in them.
    ``python``: with what student code needs for its Python; ``readonly``: more folders of this machine shown in them,
    at their own path; ``devices``: names below /dev beside the harmless ones; ``user``: the student's name inside;
    ``patience``: as in ``Spec``.
    """

    kind: ClassVar[str]
    needs_relay: ClassVar[bool] = True
    has_own_ports: ClassVar[bool] = True
    starts_at_once: ClassVar[bool] = True
    runs_any_release: ClassVar[bool] = True

    def __init__(
        self,
        *,
        shares: Sequence[Path] = (),
        limits: Limits | None = None,
        images: bool = True,
        folder: Path | None = None,
        detached: bool = False,
        daemon: bool = True,
        python: bool = True,
        readonly: Sequence[Path] = (),
        devices: Sequence[str] = (),
        user: str = "student",
        patience: float | None = None,
    ) -> None:
        super().__init__(shares=shares, limits=limits, images=images and daemon)
        self._daemon, self._python = daemon, python
        self._readonly = list(map(str, readonly))
        self._devices = list(devices)
        self._user, self._patience = user, patience
        self._release = releases.Release()
        self._kept, self._detached = folder, detached
        self._folder: EngineFolder | None = None
        self._supervisor: Launched | None = None
        self._first = 0

    # -- what native and rootless do differently

    #: The id of the engine's root where outer.sh runs. The class's is for what is kept; a throwaway one's may differ.
    _owner: int
    #: NOBODY_INSIDE, as an id where outer.sh runs.
    keeper: int

    @classmethod
    def _map_options(cls) -> list[str]:
        """unshare(1) options that map the engine's ids."""
        # In two parts, as a user's subordinate ids are: a mapping may not cross its parent's (user_namespaces(7)).
        spans = ("0:0:1", f"1:1:{NOBODY_INSIDE - 1}")
        return [f"--map-{what}={span}" for what in ("users", "groups") for span in spans]

    @classmethod
    def _above_options(cls, owner: int) -> list[str]:
        """The same for a user namespace around it, if outer.sh does not run in one."""
        return []

    @classmethod
    @abstractmethod
    def _outer_command(cls) -> list[str]:
        """What runs outer.sh as root of a private mount namespace."""

    @classmethod
    @abstractmethod
    def _look_around(cls, tools: Sequence[str]) -> Probe:
        """Whether this user and machine have what an engine of this kind needs, these programs among it."""

    @classmethod
    def walls_probe(cls) -> Probe:
        """Whether walls can be built on this machine, daemon or not. Takes some hundredths of a second."""
        found = cls._look_around(WALL_TOOLS)
        return cls._try_walls() if found.works else found

    @classmethod
    def _try_walls(cls) -> Probe:
        """Make the namespaces once: no setting and no kernel version tells whether that is allowed."""
        above = cls._above_options(cls._owner)
        inner = [interpreter(), "-I", "-S", str(Path(__file__).with_name("above.py")), *above] if above else []
        inner += ["unshare", "--user", *cls._map_options(), "--mount", "--pid", "--net", "--ipc", "--uts", "--fork"]
        # Where unshare(1) may not make a namespace, the helper that would map its ids waits for ever.
        why = refusal_of([*cls._outer_command(), *inner, "true"])
        if why is not None:
            reason = _("User namespaces are not allowed here: {why}").format(why=why)
            return Probe(False, reason, "sysctl -a --pattern 'userns|user_namespaces'")
        return Probe(True, cls.isolation)

    @classmethod
    def unheld_limits(cls) -> tuple[str, ...]:
        return () if _DATA_IN_MEMORY else ("disk",)

    @abstractmethod
    def _spec_details(self) -> dict[str, object]:
        """Spec fields only this kind of engine sets."""

    @classmethod
    def template_owner(cls) -> int:
        """Host id that owns a template's files, 0 where that is the caller."""
        return cls._owner

    @classmethod
    @abstractmethod
    def as_owner(cls, argv: Sequence[str]) -> list[str]:
        """``argv`` wrapped so that it may read, move and remove files of the engine's ids."""

    @classmethod
    def remove_tree(cls, path: Path) -> None:
        subprocess.run(cls.as_owner(["rm", "-rf", "--one-file-system", str(path)]), check=False)

    # -- the protocol

    @property
    def folder(self) -> EngineFolder:
        if self._folder is None:
            raise EngineError(_("The engine is not running."), "drydock up")
        return self._folder

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(host=f"unix://{self.folder.socket}", netns_pid=self._first)

    @property
    def cgroups(self) -> tuple[Path, ...]:
        """The engine's control groups on the host; empty where none could be made. Raises EngineError at its end."""
        try:
            state = json.loads(self.folder.state.read_text())
        except FileNotFoundError:
            raise EngineError(_("The engine has ended."), "drydock up") from None
        return tuple(map(Path, state["cgroups"]))

    def start(self) -> Endpoint:
        if self._folder is not None:
            return self.endpoint
        # Who wants walls alone has asked walls_probe.
        if self._daemon:
            self.probe().must_work()
        orphans.remove_orphans()
        if self._daemon:
            self._release = releases.chosen()
        template = self._template() if self._images else ""
        self._choose_ids(template)
        self._folder = self._make_folder()
        try:
            self._make_spec(template).save(self._folder.spec)
            if self._kept is not None and template:
                self._folder.note_template(template)
            self._launch()
            if self._daemon:
                self._close_sockets(self._folder)
            if self._images:
                canary.prove(self.endpoint)
        except BaseException:
            self.stop()
            raise
        return self.endpoint

    def _template(self) -> str:
        from grader.engines import template

        if self._kept is None:
            return str(template.ensure(type(self), more=self.more_images))
        return str(template.for_kept(type(self), EngineFolder(self._kept), self._release, self.more_images))

    def _choose_ids(self, template: str) -> None:
        """Set ``_owner`` and ``keeper``, where they are not the class's."""

    def _make_folder(self) -> EngineFolder:
        path = self._kept or runtime_folder() / throwaway_name()
        folder = EngineFolder(path)
        path.mkdir(mode=0o710, exist_ok=self._kept is not None)
        for part, mode in ((folder.root, 0o755), (folder.sockets, 0o711), (folder.data, 0o711)):
            part.mkdir(mode=mode, exist_ok=self._kept is not None)
        self._give_folder(folder)
        return folder

    @abstractmethod
    def _give_folder(self, folder: EngineFolder) -> None:
        """Let the engine's root reach its folder and make sockets there, and nobody else on the machine."""

    @abstractmethod
    def _close_sockets(self, folder: EngineFolder) -> None:
        """From now on nobody inside, root included, writes to the folder of sockets: it is on the machine's disk."""

    def _make_spec(self, template: str) -> Spec:
        kept = self._kept is not None
        disk = self._limits.disk_bytes
        on_tmpfs = not kept and _DATA_IN_MEMORY
        return Spec(
            folder=str(self.folder.path),
            owner=self._owner,
            nobody=NOBODY_INSIDE,
            keeper=self.keeper,
            above_options=self._above_options(self._owner),
            opaque=opaque_files(release=self._release) if self._daemon else [],
            map_options=self._map_options(),
            outer_command=self._outer_command(),
            docker=str(self._release.folder or ""),
            containerd_store=self._release.containerd_store,
            daemon_json=self._release.daemon_json,
            shares=list(map(str, self._shares)),
            readonly=self._readonly,
            python=inside.variables() if self._python else {},
            daemon=self._daemon,
            devices=self._devices,
            user=self._user,
            patience=self._patience,
            template=template,
            data_size=str(disk or "50%") if on_tmpfs else "",
            keep_data=kept,
            detached=self._detached,
            memory_bytes=self._limits.memory_bytes,
            pids=self._limits.pids,
            cpus=self._limits.cpus,
            **self._spec_details(),  # type: ignore[arg-type]
        )

    def _launch(self) -> None:
        spec = self.folder.spec
        self._supervisor = Launched("grader.engines.supervisor", spec, detached=self._detached, bare=True)
        answer = self._supervisor.answer()
        if "error" in answer:
            sentence = _("The Docker daemon did not start: {error}.").format(error=answer["error"])
            raise EngineError(with_last_words(sentence, answer))
        self._first = int(str(answer["pid1"]))

    @classmethod
    def kept(cls, folder: Path, *, shares: Sequence[Path], progress: Callable[[str], None] | None) -> Self:
        from grader.engines import template

        releases.chosen(progress)
        template.ensure(cls, progress)
        return cls(shares=shares, limits=cls._kept_limits(), folder=folder, detached=True)

    @classmethod
    def _kept_limits(cls) -> Limits:
        """Of an engine on which somebody works, for as long as they like."""
        return Limits()

    @classmethod
    def forget(cls, folder: Path) -> None:
        orphans.forget(folder, cls.remove_tree)

    @classmethod
    def attach(cls, folder: Path) -> Self | None:
        """The running engine of this folder, started by another process; None if none runs there."""
        place = EngineFolder(folder)
        if not place.state.exists() or not orphans.is_owned(place):
            return None
        engine = cls(folder=folder, detached=True)
        engine._folder = place
        try:
            engine._first = int(json.loads(place.state.read_text())["pid1"])
        except (FileNotFoundError, ValueError):
            # It ends just now: its supervisor takes the state away first.
            return None
        return engine

    def discard(self) -> None:
        # With process 1 of its namespaces all of it ends; the supervisor then removes what is left, as always.
        if self._first:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._first, signal.SIGKILL)
        self.stop()

    def stop(self) -> None:
        if self._supervisor is None and self._folder is not None and self._detached:
            orphans.end_supervisor(self._folder)
        supervisor, self._supervisor = self._supervisor, None
        folder, self._folder = self._folder, None
        if supervisor is not None:
            supervisor.end(within=60)
        if folder is not None and folder.path.exists():
            orphans.remove_orphan(folder)

    def is_alive(self) -> bool:
        return self._folder is not None and orphans.is_owned(self._folder)

    # -- ways in

    def enter(self, argv: Sequence[str]) -> list[str]:
        return ["nsenter", f"--net=/proc/{self._first}/ns/net", "--", *argv]

    def confine(self, argv: Sequence[str]) -> list[str]:
        return self._way_in().command(argv)

    def inhabit(self, argv: Sequence[str]) -> list[str]:
        """``argv`` wrapped to run as ``confine`` has it, but among the engine's own processes: it ends with them."""
        return self._way_in()._replace(apart=False).command(argv)

    def _way_in(self) -> Walls:
        opaque = Spec.load(self.folder.spec).opaque
        groups = list(map(str, self.cgroups))
        return Walls(self._first, groups, STUDENT_ID, opaque, inside.HOME, inside.home_options(STUDENT_ID))
