"""A microVM engine's folder, what its supervisor is told, and our end of that supervisor."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from grader.engines import orphans
from grader.engines.folders import EngineFolder, runtime_folder, throwaway_name
from grader.engines.microvm.guest_agent import GuestAgent
from grader.engines.protocol import Endpoint, EngineError
from grader.files import Inside, atomic_write
from grader.i18n import _
from grader.processes import Launched, with_last_words


@dataclass(frozen=True)
class GuestFolder(EngineFolder):
    """One guest's folder. Only its owner may enter it."""

    #: Of a guest in walls: what QEMU sees of this folder. Key, monitor and layer lie there, named as here.
    enclosed = Inside("q")
    #: The key to the guest's agent.
    key = Inside("key")
    monitor = Inside("m")
    #: What the guest's kernel says.
    console = Inside("console")
    #: What a throwaway guest writes, above the template's disk.
    layer = Inside("layer.qcow2")
    #: The whole disk of a guest that keeps its data.
    disk = Inside("disk.qcow2")
    #: There from the moment a kept guest's disk is ahead of the template's snapshot: it must boot from now on.
    boots = Inside("boots")
    #: The kernel that fits the modules on a kept disk.
    kernel = Inside("vmlinux")
    initrd = Inside("initrd")
    #: An empty folder, for the guest's spare shared folders.
    nothing = Inside("none")


@dataclass(frozen=True)
class TemplateFolder:
    """A template: everything a guest is restored from. Nothing in it changes once it is complete."""

    path: Path

    kernel = Inside("vmlinux")
    initrd = Inside("initrd")
    #: The disk while the template is made: a file with holes.
    draft = Inside("disk.raw")
    #: The disk without holes: a template may travel in a container's image, which would fill them.
    disk = Inside("disk.qcow2")
    #: An empty layer to copy.
    layer = Inside("layer.qcow2")
    memory = Inside("memory")
    #: The snapshot of processor and devices.
    state = Inside("state")
    #: The key to the agent of a guest just restored; the first thing it gets is one of its own.
    key = Inside("key")
    #: The frequency of the time-stamp counter of the machine that made the template, in kHz; 0 if unknown.
    counter = Inside("counter")
    #: Sizes and hashes of the files above; written last.
    record = Inside("record.json")


# -- What a guest's supervisor is told.


@dataclass(frozen=True)
class Enclosure:
    """The walls around a guest for the programs of strangers (walls.py). Lists are words to put before a command."""

    #: QEMU's own files, all that it may write to beside the shared folder.
    files: str
    #: Runs a program in QEMU's walls.
    qemu: list[str]
    #: Runs a trusted program on QEMU's localhost, where the guest's agent is, and on the students', where ports appear.
    agent_network: list[str]
    student_network: list[str]
    #: Where students find the daemon.
    socket: str


@dataclass(frozen=True)
class GuestSpec:
    """Paths are absolute."""

    folder: str
    #: A complete template; for a guest that boots, any folder with a kernel and an initial RAM disk.
    template: str
    accelerator: str
    #: Boot from this disk, and keep the guest's memory in this file, instead of restoring the template's snapshot.
    boot_disk: str = ""
    boot_memory: str = ""
    shares: list[str] = field(default_factory=list)
    keep_data: bool = False
    detached: bool = False
    #: Published ports come to a localhost.
    publish: bool = True
    #: Bytes that images and containers may take; the guest's disk sets a limit of its own.
    disk_bytes: int | None = None
    enclosure: Enclosure | None = None

    def save(self, path: Path) -> None:
        atomic_write(path, json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> GuestSpec:
        fields = json.loads(path.read_text())
        if fields["enclosure"] is not None:
            fields["enclosure"] = Enclosure(**fields["enclosure"])
        return cls(**fields)


# -- Our end of a guest's supervisor: launch it, ask of it, end it.

if TYPE_CHECKING:
    from docker import DockerClient


class Owner:
    """A supervisor that this process launched. Nothing of the guest outlives it, unless the guest is detached."""

    def __init__(self, spec: GuestSpec) -> None:
        self._spec = spec
        self.folder = GuestFolder(Path(spec.folder))
        self._supervisor: Launched | None = None

    @classmethod
    def for_throwaway(cls, spec_for: Callable[[Path], GuestSpec]) -> Self:
        """An owner of a guest in a new folder."""
        folder = runtime_folder() / throwaway_name()
        folder.mkdir(mode=0o700)
        try:
            return cls(spec_for(folder))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def launch(self) -> None:
        """Return when the daemon's API answers. Raises EngineError."""
        self._spec.save(self.folder.spec)
        self._supervisor = Launched(
            "grader.engines.microvm.supervisor", self.folder.spec, detached=self._spec.detached, bare=False
        )
        answer = self._supervisor.answer()
        if "error" in answer:
            sentence = _("The microVM did not start: {error}.").format(error=str(answer["error"]).rstrip("."))
            raise EngineError(with_last_words(sentence, answer))

    def save(self, state: Path) -> None:
        """Write the guest's snapshot; the guest is gone then. Raises EngineError."""
        assert self._supervisor is not None
        self._supervisor.tell(f"save {state}")
        answer = self._supervisor.answer()
        if "error" in answer:
            raise EngineError(_("The microVM can't be saved: {why}").format(why=answer["error"]))

    def client(self, timeout: float) -> DockerClient:
        return Endpoint(host=f"unix://{self.folder.socket}").client(timeout=timeout)

    def agent(self) -> GuestAgent:
        """The running guest's agent."""
        port = int(json.loads(self.folder.state.read_text())["port"])
        return GuestAgent(port, self.folder.key.read_text())

    def end(self) -> None:
        """End the guest and remove what belongs to it. Safe to call twice."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            supervisor.end(within=90)
        if self.folder.path.exists():
            orphans.remove_orphan(self.folder)
