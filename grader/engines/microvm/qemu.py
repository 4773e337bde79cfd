"""QEMU: which one is here, its command line, and its monitor."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from qemu.qmp import QMPClient, QMPError

from grader.engines.protocol import Probe
from grader.i18n import _

PROGRAM = "qemu-system-x86_64"
TOOLS = (PROGRAM, "qemu-img", "mke2fs", "setpriv", "zstd", "apt-get", "dpkg-deb")
#: What the template needs: migration to a file (8.2) and RAM from a file that is only read (9.0).
OLDEST = (9, 0)
#: The guest's memory, in MiB. See docs/microvm.md for what is in it.
MEMORY = 768
#: Translated code that QEMU keeps, in MiB (only under emulation). When it is full QEMU throws all of it away and
#: translates anew: with 128, which one `docker run` fills, all took twice as long. It takes the memory it uses.
TRANSLATIONS = 384
AGENT_PORT = 4242
#: How many folders of this machine one guest can see. Each is a device, and a snapshot's devices are fixed.
SHARES = 4

#: The plain PC with all left out that can be.
_MACHINE = "pc,usb=off,vmport=off,smbus=off,hpet=off,graphics=off,dump-guest-core=off,memory-backend=ram"
_KERNEL_LINE = (
    "console=ttyS0 quiet loglevel=3 panic=-1 "
    # A guest whose only user is its student: no CPU bug stands between them and themselves.
    "mitigations=off lsm= apparmor=0 selinux=0 audit=0 nokaslr "
    # Emulated timers are what they are; testing them takes seconds.
    "tsc=reliable no_timer_check random.trust_cpu=on nowatchdog rcupdate.rcu_expedited=1 "
    # Go's runtime sets thousands of timers of some microseconds: each would be an interrupt of its own.
    "highres=off "
    # Both are found without probing.
    "pci=lastbus=0 8250.nr_uarts=1 i8042.noaux i8042.nokbd"
)


@dataclass(frozen=True)
class Accelerator:
    """How the guest's code runs: by the machine's own virtualisation, or emulated."""

    name: str
    options: str
    cpu: str

    @property
    def key(self) -> str:
        return f"{self.name} {self.cpu}"


KVM = Accelerator("kvm", "kvm", "host")
#: Without what is quick only in hardware. Where a processor says that its string instructions are fast, the kernel
#: moves and clears memory by them, and QEMU carries them out byte by byte: three to eight times slower than the
#: kernel's other ways. SMAP makes every access to a program's memory twice as dear.
_EMULATED_CPU = "max,erms=off,fsrm=off,fsrs=off,fzrm=off,fsrc=off,smap=off,smep=off,la57=off"
#: One thread: with one CPU there is nothing to run in parallel, and two were slower (docs/microvm.md).
TCG = Accelerator("tcg", f"tcg,thread=single,tb-size={TRANSLATIONS}", _EMULATED_CPU)


@dataclass(frozen=True)
class Machine:
    """One guest, as QEMU is started for it."""

    accelerator: Accelerator
    kernel: Path
    initrd: Path
    #: blockdev options that define the node "disk".
    disk: Sequence[str]
    #: The file with the guest's memory; ``keeps_memory``: what the guest writes there stays.
    memory: Path | None
    keeps_memory: bool
    key_file: Path
    monitor: Path
    console: Path
    shares: Sequence[Path] = field(default_factory=tuple)
    #: Wait for a snapshot instead of booting.
    incoming: bool = False
    #: The frequency of the time-stamp counter (hardware.py), for a guest that boots.
    kilohertz: int | None = None

    def command(self) -> list[str]:
        size = f"{MEMORY}M"
        if self.memory is None:
            memory = f"memory-backend-ram,id=ram,size={size}"
        else:
            private = "share=on" if self.keeps_memory else "share=off,readonly=on,rom=off"
            memory = f"memory-backend-file,id=ram,size={size},mem-path={_escaped(self.memory)},{private}"
        options: list[tuple[str, ...]] = [
            ("-nodefaults",),
            ("-no-user-config",),
            ("-no-reboot",),
            ("-name", "drydock"),
            ("-display", "none"),
            ("-machine", _MACHINE),
            ("-accel", self.accelerator.options),
            ("-cpu", self.accelerator.cpu),
            ("-smp", "1"),
            ("-m", size),
            ("-object", memory),
            ("-kernel", str(self.kernel)),
            ("-initrd", str(self.initrd)),
            ("-append", _KERNEL_LINE + (f" tsc_early_khz={self.kilohertz}" if self.kilohertz else "")),
            *(("-blockdev", option) for option in self.disk),
            ("-device", "virtio-blk-pci,drive=disk,num-queues=1"),
            ("-netdev", f"user,id=net,restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:0-10.0.2.15:{AGENT_PORT}"),
            ("-device", "virtio-net-pci,netdev=net,romfile="),
            ("-object", "rng-random,id=rng,filename=/dev/urandom"),
            ("-device", "virtio-rng-pci,rng=rng"),
            *(pair for number, path in enumerate(self.shares) for pair in _share(number, path)),
            ("-fw_cfg", f"name=opt/drydock/key,file={_escaped(self.key_file)}"),
            ("-chardev", f"file,id=console,path={_escaped(self.console)}"),
            ("-serial", "chardev:console"),
            ("-chardev", f"socket,id=monitor,path={_escaped(self.monitor)},server=on,wait=off"),
            ("-mon", "chardev=monitor,mode=control"),
        ]
        if self.incoming:
            options.append(("-incoming", "defer"))
        return [PROGRAM, *(word for option in options for word in option)]


def probe_command(accelerator: Accelerator, kernel: Path, initrd: Path, console: Path) -> list[str]:
    """A machine without a disk, whose kernel says on the console that it runs, and then switches off."""
    line = f"{_KERNEL_LINE} probe=1".replace("quiet loglevel=3", "loglevel=7")
    return [
        PROGRAM, "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-machine", _MACHINE,
        "-accel", accelerator.options, "-cpu", accelerator.cpu, "-smp", "1", "-m", "256M",
        "-object", "memory-backend-ram,id=ram,size=256M", "-kernel", str(kernel), "-initrd", str(initrd),
        "-append", line, "-chardev", f"file,id=console,path={_escaped(console)}", "-serial", "chardev:console",
    ]  # fmt: skip


def _share(number: int, path: Path) -> list[tuple[str, str]]:
    # "none": what the guest can't do as us (another owner, say) it is told it did, as on a disk without owners.
    return [
        ("-fsdev", f"local,id=fs{number},path={_escaped(path)},security_model=none"),
        ("-device", f"virtio-9p-pci,fsdev=fs{number},mount_tag=share{number}"),
    ]


def accelerator(name: str) -> Accelerator:
    """The accelerator of this name (kvm or tcg)."""
    return {found.name: found for found in (KVM, TCG)}[name]


def layered_disk(base: Path, layer: Path) -> list[str]:
    """What is written goes to ``layer``; ``base`` is only read."""
    return [
        f"driver=qcow2,node-name=base,read-only=on,file.driver=file,file.filename={_escaped(base)},file.locking=off",
        f"driver=qcow2,node-name=disk,backing=base,discard=unmap,cache.no-flush=on,"
        f"file.driver=file,file.filename={_escaped(layer)}",
    ]


def plain_disk(disk: Path) -> list[str]:
    driver = "qcow2" if disk.suffix == ".qcow2" else "raw"
    file = f"file.driver=file,file.filename={_escaped(disk)}"
    return [f"driver={driver},node-name=disk,discard=unmap,cache.no-flush=on,{file}"]


def _escaped(path: Path) -> str:
    """QEMU's option values end at a comma; a double one stands for itself."""
    return str(path).replace(",", ",,")


def version() -> tuple[str, tuple[int, ...]] | None:
    """What QEMU says of its version, and the numbers in it; None if there is no QEMU."""
    program = shutil.which(PROGRAM)
    if program is None:
        return None
    status = Path(program).stat()
    return _version(program, status.st_ino, status.st_mtime_ns)


@lru_cache
def _version(program: str, _number: int, _changed: int) -> tuple[str, tuple[int, ...]] | None:
    """Asked once for each state of the file: QEMU loads a hundred libraries to answer, and a start asks three times."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    line = done.stdout.partition("\n")[0]
    match = re.search(r"version (\d+)\.(\d+)", line)
    return (line, tuple(map(int, match.groups()))) if match else None


def version_line() -> str:
    """QEMU's whole version with the distribution's part, or nothing."""
    found = version()
    return found[0] if found else ""


def trouble() -> Probe | None:
    """What is missing or too old, if anything."""
    if os.uname().sysname != "Linux" or os.uname().machine != "x86_64":
        return Probe(False, _("The microvm engine needs Linux on x86-64."))
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    missing = [tool for tool in TOOLS if shutil.which(tool, path=path) is None]
    if missing:
        return Probe(
            False,
            _("Missing programs: {names}.").format(names=", ".join(missing)),
            "sudo apt-get install qemu-system-x86 qemu-utils e2fsprogs libarchive13t64 zstd",
        )
    found = version()
    if found is None or found[1] < OLDEST:
        return Probe(
            False,
            _("QEMU {oldest} or newer is needed, and this is: {found}").format(
                oldest=".".join(map(str, OLDEST)), found=found[0] if found else "-"
            ),
            "sudo apt-get install qemu-system-x86",
        )
    return None


# -- QEMU's monitor: the few commands Drydock gives it, over QEMU's own Python library.

#: Memory that lies in a file stays there instead of being copied into the snapshot.
_CAPABILITIES = [{"capability": "x-ignore-shared", "state": True}]


class MonitorError(Exception):
    """QEMU did not do what it was told. ``str()`` says why, in QEMU's words."""


class Monitor:
    """One guest's monitor. Commands raise MonitorError."""

    def __init__(self) -> None:
        self._client = QMPClient("drydock")

    async def connect(self, path: Path, within: float = 20.0) -> None:
        """Connect as soon as QEMU listens there. Raises MonitorError."""
        end = time.monotonic() + within
        while True:
            try:
                # The socket's file is there a moment before QEMU listens.
                await self._client.connect(str(path))
                return
            except (QMPError, OSError) as error:
                if time.monotonic() > end:
                    raise MonitorError(_("QEMU opened no monitor: {why}").format(why=error)) from error
            self._client = QMPClient("drydock")
            await asyncio.sleep(0.002)

    async def close(self) -> None:
        """Let go of the monitor; QEMU goes on. Safe to call twice, and when QEMU is gone."""
        try:
            await self._client.disconnect()
        except (QMPError, OSError, EOFError):
            return

    async def restore(self, state: Path) -> None:
        """Load a snapshot into a QEMU that waits for one, and let the guest go on."""
        await self._run("migrate-set-capabilities", capabilities=_CAPABILITIES)
        await self._run("migrate-incoming", uri=f"file:{state}")
        await self._finish()
        await self._run("cont")

    async def save(self, state: Path) -> None:
        """Stop the guest for good and write its snapshot."""
        await self._run("stop")
        await self._run("migrate-set-capabilities", capabilities=_CAPABILITIES)
        await self._run("migrate", uri=f"file:{state}")
        await self._finish()
        await self._run("quit")

    async def agent_port(self) -> int:
        """The port of this machine's loopback address that QEMU forwards to the guest's agent."""
        # Only the monitor for people tells which port the kernel gave.
        text = await self._run("human-monitor-command", **{"command-line": "info usernet"})
        match = re.search(r"TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)", str(text))
        if match is None:
            raise MonitorError(_("QEMU forwards no port to the guest: {text}").format(text=repr(text)))
        return int(match.group(1))

    async def unplug(self, devices: Sequence[str], within: float = 30.0) -> None:
        """Take devices out of the running guest, and return when QEMU has none of them any more."""
        with self._client.listener("DEVICE_DELETED") as gone:
            for device in devices:
                await self._run("device_del", id=device)
            left = set(devices)
            try:
                async with asyncio.timeout(within):
                    async for event in gone:
                        data = cast(dict[str, object], event["data"])
                        left.discard(str(data.get("path")))
                        if not left:
                            return
            except TimeoutError as error:
                raise MonitorError(_("the guest keeps {devices}").format(devices=", ".join(sorted(left)))) from error

    async def _finish(self) -> None:
        while True:
            status = await self._run("query-migrate")
            if status.get("status") == "completed":
                return
            if status.get("status") == "failed":
                raise MonitorError(str(status.get("error-desc", "the snapshot failed")))
            await asyncio.sleep(0.003)

    async def _run(self, command: str, **arguments: object) -> Any:
        try:
            return await self._client.execute(command, arguments or None)
        except (QMPError, OSError, EOFError) as error:
            raise MonitorError(f"{command}: {error}") from error
