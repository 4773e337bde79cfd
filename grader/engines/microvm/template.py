"""The template: a guest with Docker running and the course images in it, saved once and restored for each engine.

It is kept in the user's cache, under a key of all that decides whether a snapshot fits: QEMU, the machine, the
accelerator, the guest's sources and the course images. Guests only read it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from grader.engines.microvm import guest, hardware, qemu
from grader.engines.microvm.place import GuestSpec, Owner, TemplateFolder
from grader.engines.protocol import EngineError
from grader.engines.template import course_images
from grader.files import atomic_write, cache_folder, sha256_of, stamp_of
from grader.i18n import _
from grader.locks import locked

if TYPE_CHECKING:
    from docker import DockerClient

    from grader.images import ImageSet

#: Raise it when the layout of a template changes.
_LAYOUT = 2
#: Downloads (170 MB), the parts while they are put together, disk and memory.
_NEEDED_BYTES = 1_500_000_000
#: What decides how a guest is made and which devices it has; the rest may change without a new template.
_SHAPING = ("guest.py", "kernel.py", "qemu.py")
_SOURCES = Path(__file__).parent
#: Seconds after which an emulated daemon has nothing left to do.
_SETTLES = 5.0

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Template:
    """A template and what it runs on."""

    folder: TemplateFolder
    accelerator: qemu.Accelerator


def ensure(progress: Progress | None = None, more: Sequence[str] = ()) -> Template:
    """The template with these images besides the course's own, made if there is none yet or it is damaged (a minute
    under emulation). Raises EngineError."""
    say = progress or (lambda line: None)
    store = _store()
    with _explained():
        store.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_own(store)
    course = course_images(progress, more)
    found = _find(course)
    if found is not None:
        return found
    waiting = _("Another process is making the microVM's template; waiting for it.")
    with locked(store / "lock", busy=lambda: say(waiting)), _explained():
        for left in store.glob(".*"):
            shutil.rmtree(left, ignore_errors=True)
        # Another process may have made it while this one waited for the lock.
        return _find(course) or _build(course, say)


def _store() -> Path:
    return cache_folder() / "microvm"


def _require_own(store: Path) -> None:
    """A template is a whole machine: who can write one decides what runs in every guest. Raises EngineError."""
    folder, above = store.stat(), store.parent.stat()
    strangers = {folder.st_uid, above.st_uid} - {os.geteuid(), 0}
    # In a folder like /tmp, which all may write, nobody can exchange what is another's.
    replaceable = above.st_mode & stat.S_IWOTH and not above.st_mode & stat.S_ISVTX
    if strangers or folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or replaceable:
        raise EngineError(
            _("Other users of this machine can write to {folder}, so no microVM is started from it.").format(
                folder=store
            ),
            "DRYDOCK_CACHE=/a/folder/of/yours drydock up",
        )


def _find(course: ImageSet) -> Template | None:
    accelerator = hardware.known()
    if accelerator is None:
        return None
    folder = TemplateFolder(_store() / _key(accelerator, course))
    return Template(folder, accelerator) if _intact(folder) else None


def _key(accelerator: qemu.Accelerator, course: ImageSet) -> str:
    sources = [*(_SOURCES / name for name in _SHAPING), *sorted((_SOURCES / "guest").iterdir())]
    content = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()
    facts = [_LAYOUT, qemu.version_line(), accelerator.key, content, course.key]
    if accelerator is qemu.KVM:
        # With "-cpu host" the guest's processor is this machine's.
        facts.append(_processor())
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _processor() -> str:
    text = Path("/proc/cpuinfo").read_text()
    return "\n".join(sorted(set(re.findall(r"^(?:model name|microcode|flags)\s*:.*$", text, re.MULTILINE))))


# -- whether it is whole


def _files(template: TemplateFolder) -> list[Path]:
    return [
        template.kernel, template.initrd, template.disk, template.layer, template.memory, template.state, template.key,
        template.counter,
    ]  # fmt: skip


def _intact(template: TemplateFolder) -> bool:
    """Whether each file is as it was when its hash was taken; the hash is taken again where it was touched."""
    try:
        record = json.loads(template.record.read_text())
        if all(record["stamps"][path.name] == list(stamp_of(path)) for path in _files(template)):
            return True
    except (OSError, ValueError, KeyError, TypeError):
        return False
    # Copied, as into a container's image: another file with, perhaps, the same content.
    if not verify(template):
        return False
    # A cache that can't be written is as good; it only costs the hash every time.
    with suppress(OSError):
        _write_record(template, record["hashes"])
    return True


def verify(template: TemplateFolder) -> bool:
    """Whether the content is right, whatever the files look like."""
    try:
        record = json.loads(template.record.read_text())
        return bool(record["hashes"] == {path.name: sha256_of(path) for path in _files(template)})
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _set_modes(template: TemplateFolder) -> None:
    """For reading only; in walls QEMU is another user (walls.py).

    Other users of this machine are kept out by the folder around all templates, which is closed to them.
    """
    template.path.chmod(0o711)
    for path in _files(template):
        path.chmod(0o400 if path == template.key else 0o444)


def forget(template: TemplateFolder) -> None:
    """Remove a template; guests that run from it keep their open files."""
    # By a name that ``ensure`` clears away, should we be killed.
    with suppress(FileNotFoundError):
        shutil.rmtree(template.path.rename(template.path.with_name(f".{secrets.token_hex(4)}")), ignore_errors=True)


def _write_record(template: TemplateFolder, hashes: dict[str, str]) -> None:
    stamps = {path.name: stamp_of(path) for path in _files(template)}
    atomic_write(template.record, json.dumps({"hashes": hashes, "stamps": stamps}, indent=1))


# -- making it


def _build(course: ImageSet, say: Progress) -> Template:
    _require_room(_store())
    work = TemplateFolder(_store() / f".{secrets.token_hex(4)}")
    work.path.mkdir(mode=0o700)
    try:
        _make_parts(work, say)
        accelerator = hardware.known() or hardware.decide(work.kernel, work.initrd)
        folder = TemplateFolder(_store() / _key(accelerator, course))
        if _intact(folder):
            return Template(folder, accelerator)
        if folder.path.exists():
            say(_("The microVM's template is damaged; making it again."))
            forget(folder)
        say(_("Booting the microVM once and loading the course images into it …"))
        _record_guest(work, accelerator, course)
        guest.pack(work.draft, work.disk)
        _set_modes(work)
        _write_record(work, {path.name: sha256_of(path) for path in _files(work)})
        work.path.rename(folder.path)
        _remove_old()
        return Template(folder, accelerator)
    finally:
        shutil.rmtree(work.path, ignore_errors=True)


def _make_parts(work: TemplateFolder, say: Progress) -> None:
    """Kernel, initial RAM disk and disk, from Debian packages."""
    from grader.images import ImagesError
    from grader.images.debian import Apt

    with TemporaryDirectory(dir=work.path) as scratch:
        apt = None
        try:
            apt = Apt(_store(), say)
            packages = guest.fetch(apt, Path(scratch))
            say(_("Putting the microVM's system together …"))
            made = guest.make(apt, packages, Path(scratch))
        except ImagesError as error:
            raise EngineError(str(error), error.remedy) from error
        finally:
            if apt is not None:
                apt.forget()
        work.kernel.write_bytes(made.vmlinux)
        work.initrd.write_bytes(made.initrd)
        guest.make_disk(made.root, work.draft, Path(scratch))
        guest.make_empty_layer(work.layer)


#: QEMU saves no guest that uses a shared folder; a process may still have it in its own mounts, or be reading there.
_UNSHARE = """
for try in $(seq 100); do
    umount -a -t 9p
    cat /proc/[0-9]*/mounts 2>/dev/null | grep -q ' 9p ' || break
    sleep 0.2
done
true
"""


def _record_guest(work: TemplateFolder, accelerator: qemu.Accelerator, course: ImageSet) -> None:
    owner = Owner.for_throwaway(
        lambda folder: GuestSpec(
            folder=str(folder),
            template=str(work.path),
            accelerator=accelerator.name,
            boot_disk=str(work.draft),
            boot_memory=str(work.memory),
            shares=sorted({str(archive.resolve().parent) for archive in course.archives}),
            publish=False,
        )
    )
    try:
        owner.launch()
        client = owner.client(timeout=600)
        agent = owner.agent()
        for archive in course.archives:
            agent.ask(f"load {os.fsencode(archive.resolve()).hex()}", timeout=900)
        agent.shell(_UNSHARE, timeout=120)
        _warm_up(client)
        agent.ask(f"remember {client.info()['ID']}", timeout=120)
        # What was read while building need not be in every guest's memory.
        agent.shell("sync; echo 3 > /proc/sys/vm/drop_caches; echo 1 > /proc/sys/vm/compact_memory; sync")
        _warm_up(client)
        client.close()
        # What the daemon still tidies up would be tidied up anew in every guest, while somebody waits for it.
        time.sleep(_SETTLES)
        work.key.write_text(owner.folder.key.read_text())
        work.counter.write_text(str(hardware.kilohertz() or 0))
        owner.save(work.state)
    finally:
        owner.end()


def _warm_up(client: DockerClient) -> None:
    """Start what a first container needs: programs read from the disk once are in every guest's memory."""
    for _round in range(2):
        client.containers.run("drydock/busybox:1", "true", remove=True)


def _require_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < _NEEDED_BYTES:
        raise EngineError(
            _("Making the microVM's template takes {needed} MB in {folder}, and {free} MB are free.").format(
                needed=_NEEDED_BYTES // 10**6, folder=folder, free=free // 10**6
            ),
            f"df -h '{folder}'",
        )


def _remove_old(keep: int = 3) -> None:
    """Templates of other versions stay for other checkouts of the course, but not all of them for ever."""
    there = [path for path in _store().iterdir() if (path / "record.json").exists()]
    for path in sorted(there, key=lambda path: path.stat().st_mtime, reverse=True)[keep:]:
        forget(TemplateFolder(path))


@contextmanager
def _explained() -> Iterator[None]:
    """Turn errors of the file system into EngineError."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        why = _("the disk is full") if full else error.strerror or str(error)
        raise EngineError(
            _("The microVM's template can't be made: {why}.").format(why=why), f"df -h '{cache_folder()}'"
        ) from error
