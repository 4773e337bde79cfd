"""The microVM engine: a Docker daemon where none is allowed. No root, no namespaces, no /dev/kvm needed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Self

from grader import extras
from grader.engines import canary, orphans
from grader.engines.microvm import hardware, qemu, template, walls
from grader.engines.microvm.place import Enclosure, GuestFolder, GuestSpec, Owner
from grader.engines.microvm.template import Template
from grader.engines.microvm.walls import Walls
from grader.engines.nsenter import Walls as WayIn
from grader.engines.protocol import Endpoint, Engine, EngineError, Limits, Probe
from grader.files import settle
from grader.i18n import _


class MicrovmEngine(Engine):
    """One QEMU guest, restored from the template. ``folder`` keeps its disk from one start to the next."""

    kind: ClassVar[str] = "microvm"
    patience: ClassVar[float] = 8.0
    isolation: ClassVar[str] = _(
        "a virtual machine of its own, run by an ordinary user: a container sees neither this machine's kernel nor, "
        "but for shared folders, its files"
    )

    def __init__(
        self,
        *,
        shares: Sequence[Path] = (),
        limits: Limits | None = None,
        images: bool = True,
        folder: Path | None = None,
        walled: bool = False,
    ) -> None:
        """``walled``: for programs of strangers, with walls around QEMU and around what is ``confine``d.

        Devices for folders that are not shared are taken out of a walled guest (docs/security.md).
        """
        super().__init__(shares=shares, limits=limits, images=images)
        if len(self._shares) > qemu.SHARES:
            raise EngineError(
                _("A microVM sees at most {most} folders of this machine, not {count}.").format(
                    most=qemu.SHARES, count=len(self._shares)
                )
            )
        self._walls = Walls(self._shares, self._limits) if walled else None
        self._kept = GuestFolder(folder) if folder else None
        self._owner: Owner | None = None
        self._folder: GuestFolder | None = None

    @classmethod
    def probe(cls) -> Probe:
        # Its client is imported by the supervisor only, where nobody would read the sentence.
        if client := extras.absent("qemu"):
            return Probe(False, str(client), client.remedy)
        trouble = qemu.trouble() or hardware.trouble()
        if trouble is not None:
            return trouble
        if hardware.known() is qemu.KVM:
            return Probe(True, _("a virtual machine (KVM)"))
        return Probe(True, _("a virtual machine, emulated: everything works, several times slower"))

    # -- the protocol

    @property
    def folder(self) -> GuestFolder:
        if self._folder is None:
            raise EngineError(_("The engine is not running."), "drydock up")
        return self._folder

    @property
    def endpoint(self) -> Endpoint:
        if self._walls is not None:
            return self._walls.students.endpoint
        return Endpoint(host=f"unix://{self.folder.socket}")

    def start(self) -> Endpoint:
        if self._folder is not None:
            return self.endpoint
        probe = self.probe()
        if probe.works and self._walls is not None:
            probe = walls.probe()
        probe.must_work()
        orphans.remove_orphans()
        found = template.ensure(more=self.more_images)
        boots = self._kept is not None and self._kept.boots.exists()
        try:
            self._launch(found)
        except EngineError:
            # A snapshot that was damaged without a trace restores into nonsense: look closely, once.
            if template.verify(found.folder):
                raise
            template.forget(found.folder)
            if self._kept is not None and not boots:
                # Its disk is a copy of the damaged one.
                self._kept.boots.unlink(missing_ok=True)
            self._launch(template.ensure(more=self.more_images))
        try:
            if self._images:
                canary.prove(self.endpoint, self.patience)
            else:
                self._remove_images()
        except BaseException:
            self.stop()
            raise
        return self.endpoint

    def _launch(self, found: Template) -> None:
        owner = None
        try:
            owner = self._keeper(found) if self._kept else self._throwaway(found)
            owner.launch()
        except BaseException:
            if owner is not None:
                owner.end()
            if self._walls is not None:
                self._walls.tear_down()
            raise
        self._owner, self._folder = owner, owner.folder

    def _throwaway(self, found: Template) -> Owner:
        return Owner.for_throwaway(
            lambda folder: GuestSpec(
                folder=str(folder),
                template=str(found.folder.path),
                accelerator=found.accelerator.name,
                shares=list(map(str, self._shares)),
                disk_bytes=self._limits.disk_bytes,
                enclosure=self._enclosure(GuestFolder(folder), found),
            )
        )

    def _enclosure(self, folder: GuestFolder, found: Template) -> Enclosure | None:
        return None if self._walls is None else self._walls.raise_around(folder.enclosed, found.folder.path)

    def _keeper(self, found: Template) -> Owner:
        """The first start is restored like any other; from then on the disk has a history of its own and boots."""
        assert self._kept is not None
        place = self._kept
        boots = place.boots.exists()
        if not boots:
            place.path.mkdir(mode=0o700, exist_ok=True)
            made = found.folder
            for source, copy in ((made.disk, place.disk), (made.kernel, place.kernel), (made.initrd, place.initrd)):
                _copy(source, copy)
            place.boots.touch()
        return Owner(
            GuestSpec(
                folder=str(place.path),
                template=str(place.path if boots else found.folder.path),
                accelerator=found.accelerator.name,
                boot_disk=str(place.disk) if boots else "",
                shares=list(map(str, self._shares)),
                keep_data=True,
                detached=True,
            )
        )

    def _remove_images(self) -> None:
        client = self.endpoint.client(timeout=120)
        for image in client.images.list():
            client.images.remove(str(image.id), force=True)
        client.close()

    def stop(self) -> None:
        owner, self._owner = self._owner, None
        folder, self._folder = self._folder, None
        if owner is not None:
            owner.end()
        elif folder is not None:
            orphans.end_supervisor(folder, within=120)
            orphans.remove_orphan(folder)
        if self._walls is not None:
            self._walls.tear_down()

    def is_alive(self) -> bool:
        if self._walls is not None and not self._walls.stand():
            return False
        return self._folder is not None and orphans.is_owned(self._folder)

    def enter(self, argv: Sequence[str]) -> list[str]:
        return list(argv) if self._walls is None else self._walls.students.enter(argv)

    # -- walls

    @classmethod
    def offers_walls(cls) -> bool:
        return walls.probe().works

    @classmethod
    def for_strangers(cls, *, shares: Sequence[Path] = (), limits: Limits | None = None) -> Engine:
        return cls(shares=shares, limits=limits, walled=cls.offers_walls())

    @classmethod
    def unheld_limits(cls) -> tuple[str, ...]:
        # The guest's own always do, its disk's among them; the students' programs are in the builder's walls.
        unheld = walls.builder().unheld_limits() if cls.offers_walls() else ()
        return tuple(name for name in unheld if name != "disk")

    def confine(self, argv: Sequence[str]) -> list[str]:
        if self._walls is not None:
            return self._walls.students.confine(argv)
        return super().confine(argv)

    def walls(self) -> WayIn | None:
        return None if self._walls is None else self._walls.students.walls()

    @classmethod
    def remove_tree(cls, path: Path) -> None:
        # Behind walls an ordinary user's students are other ids of theirs.
        if cls.offers_walls():
            walls.builder().remove_tree(path)
        else:
            super().remove_tree(path)

    # -- a lab engine

    @classmethod
    def kept(cls, folder: Path, *, shares: Sequence[Path], progress: Callable[[str], None] | None) -> Self:
        # It may lie on another disk than the guests that nobody keeps.
        (hardware.lacks_room(folder.parent) or cls.probe()).must_work()
        template.ensure(progress)
        return cls(shares=shares, folder=folder)

    @classmethod
    def attach(cls, folder: Path) -> Self | None:
        place = GuestFolder(folder)
        if not place.state.exists() or not orphans.is_owned(place):
            return None
        engine = cls(folder=folder)
        engine._folder = place
        return engine

    def discard(self) -> None:
        with contextlib.suppress(OSError, ValueError, KeyError):
            os.kill(int(json.loads(self.folder.state.read_text())["qemu"]), signal.SIGKILL)
        self.stop()

    @classmethod
    def forget(cls, folder: Path) -> None:
        # remove_tree's way, as an engine of another kind may have been here before.
        orphans.forget(folder, cls.remove_tree)


def _copy(source: Path, copy: Path) -> None:
    command = ["cp", "--reflink=auto", "--no-preserve=mode", str(source), str(copy)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise EngineError(
            _("The lab daemon's disk can't be made: {why}").format(why=done.stderr.strip()),
            f"df -h '{copy.parent}'",
        )
    # Nobody makes it again once the guest has been started from it.
    settle(copy)
