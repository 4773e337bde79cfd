"""The process that owns a guest: starts QEMU, lets the daemon's API and published ports out, ends QEMU, cleans up.

Run with a spec file. It answers one JSON line on standard output when the API answers, then lives until its standard
input ends (its owner closed it or died), SIGTERM arrives, or QEMU ends. QEMU dies with it, whatever ends it
(PR_SET_PDEATHSIG). On its standard input the line ``save FOLDER`` turns the running guest into a template's snapshot.
"""

from __future__ import annotations

import json
import os
import resource
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from grader import locks
from grader.engines.microvm import hardware, qemu
from grader.engines.microvm.place import Enclosure, GuestFolder, GuestSpec, TemplateFolder
from grader.files import atomic_write
from grader.processes import answer, core_limit

if TYPE_CHECKING:
    from grader.engines.microvm.running import Running


#: Threads that QEMU may have: its own three, and those that read and write files.
_MOST_THREADS = 200
#: Bytes that a guest's disk may take on this machine beyond what is in it: its journal, and tables of both disks.
_SPARE_DISK = 2**30
#: QEMU gives up at its start what it needs no more (seccomp(2)): starting programs, other rights, priorities.
_SYSTEM_CALLS = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"
#: Bytes of memory for a supervisor that serves strangers (QEMU, which it has started by then, has limits of its own).
_MOST_MEMORY = 2**30


def new_key() -> str:
    return secrets.token_hex(32)


def start_qemu(spec: GuestSpec, folder: GuestFolder) -> subprocess.Popen[bytes]:
    """QEMU for this guest, in its first moments."""
    template = TemplateFolder(Path(spec.template))
    files = folder if spec.enclosure is None else GuestFolder(Path(spec.enclosure.files))
    for path in (folder.sockets, files.nothing):
        path.mkdir(mode=0o700, exist_ok=True)
    for stale in (files.monitor, folder.socket):
        stale.unlink(missing_ok=True)
    folder.key.write_text(new_key())
    if files is not folder:
        shutil.copyfile(folder.key, files.key)
    command = machine(spec, files, template).command()
    environment = None
    if spec.enclosure is not None:
        command = _in_walls(command, spec.enclosure, files, spec.disk_bytes)
        environment = {"PATH": os.environ["PATH"]}
    with folder.log.open("ab") as log:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig=KILL", "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
            cwd="/",
            # In walls QEMU is another user: what it makes, its monitor too, must be ours to use.
            umask=-1 if spec.enclosure is None else 0,
        )


def _in_walls(command: list[str], walls: Enclosure, files: GuestFolder, disk_bytes: int | None) -> list[str]:
    """The command to run in the walls, where its user can use ``files``."""
    for path, mode in ((files.path, 0o777), (files.nothing, 0o755), (files.key, 0o644), (files.layer, 0o666)):
        path.chmod(mode)
    limits = ["prlimit", f"--core={core_limit()}", f"--nproc={_MOST_THREADS}"]
    if disk_bytes is not None:
        # The guest is given so much room and no more; this holds also when it takes more.
        limits.append(f"--fsize={disk_bytes + _SPARE_DISK}")
    return [*walls.qemu, *limits, "--", *command, "-sandbox", _SYSTEM_CALLS]


def machine(spec: GuestSpec, files: GuestFolder, template: TemplateFolder) -> qemu.Machine:
    """The guest's machine. Its devices are those of the template's, whatever it is for: a snapshot fits no other."""
    shares = [Path(share) for share in spec.shares]
    shares += [files.nothing] * (qemu.SHARES - len(shares))
    if spec.boot_disk:
        disk = qemu.plain_disk(Path(spec.boot_disk))
    elif spec.keep_data:
        disk = qemu.plain_disk(files.disk)
    else:
        shutil.copyfile(template.layer, files.layer)
        disk = qemu.layered_disk(template.disk, files.layer)
    boots = bool(spec.boot_disk)
    memory = Path(spec.boot_memory) if spec.boot_memory else None if boots else template.memory
    return qemu.Machine(
        accelerator=qemu.accelerator(spec.accelerator),
        kernel=template.kernel,
        initrd=template.initrd,
        disk=disk,
        memory=memory,
        keeps_memory=boots,
        key_file=files.key,
        monitor=files.monitor,
        console=files.console,
        shares=shares,
        incoming=not boots,
        kilohertz=hardware.kilohertz() if boots and spec.accelerator == qemu.TCG.name else None,
    )


def main(spec_path: str) -> int:
    spec = GuestSpec.load(Path(spec_path))
    folder = GuestFolder(Path(spec.folder))
    try:
        locks.own(folder.lock)
        locks.share(folder.path.parent)  # as in the other supervisor
    except (RuntimeError, OSError) as error:
        answer({"error": str(error), "log": ""})
        return 1
    process = None
    try:
        process = start_qemu(spec, folder)
        if spec.enclosure is not None:
            # What strangers make it hold in memory ends this guest, not the machine.
            resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
        # Imported while QEMU starts: it takes as long.
        import asyncio

        from grader.engines.microvm.running import Running

        return asyncio.run(_live(Running(spec, folder, process, answer)))
    except Exception as error:
        answer({"error": str(error) or repr(error), "log": _tail(folder.log) + _tail(folder.console)})
        return 1
    finally:
        if process is not None:
            process.kill()
            process.wait()
        _clean_up(spec, folder)


async def _live(running: Running) -> int:
    try:
        await running.start()
        state = {"supervisor": os.getpid(), "qemu": running.process.pid, "port": running.agent.port}
        atomic_write(running.folder.state, json.dumps(state))
        answer({"qemu": running.process.pid})
        await running.until_the_end()
    finally:
        await running.close()
    return 0


def _clean_up(spec: GuestSpec, folder: GuestFolder) -> None:
    if spec.keep_data:
        for path in (folder.state, folder.monitor, folder.socket, folder.key):
            path.unlink(missing_ok=True)
        return
    shutil.rmtree(folder.path, ignore_errors=True)


def _tail(path: Path) -> str:
    try:
        return path.read_text(errors="replace")[-1500:]
    except OSError:
        return ""
