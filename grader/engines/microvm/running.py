"""A guest from QEMU's first moments to its end: what supervisor.py does between the two, as coroutines."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from grader.engines.microvm import hardware, qemu
from grader.engines.microvm.forwarding import ApiSocket
from grader.engines.microvm.guest_agent import GuestAgent
from grader.engines.microvm.place import GuestFolder, GuestSpec, TemplateFolder
from grader.engines.microvm.qemu import Monitor, MonitorError
from grader.engines.published_ports import PublishedPorts
from grader.engines.relay import Connector
from grader.i18n import _

READY_SECONDS = 60.0
#: Twenty seconds of emulation, but on a machine as busy as CI or a Binder node the guest gets a tenth of a processor.
BOOT_SECONDS = 900.0
GRACE_SECONDS = 40.0
#: A daemon that lost its listeners and does not answer for so long has ended.
_ANSWERS_WITHIN = 10.0
#: Seconds in which whoever started a container by our socket has its answer, and so has made us look.
_MOMENT = 0.2
#: QEMU's names of the devices for shared folders: the command line (qemu.py) has three others before them.
_SHARE_DEVICES = tuple(f"/machine/peripheral-anon/device[{3 + number}]" for number in range(qemu.SHARES))

#: Containers get Docker's own ten seconds to end. What is written by then is on the disk, also when the daemon does not
#: end in less time than the guest has (GRACE_SECONDS).
_SHUT_DOWN = """
daemon=$(cat /run/docker.pid)
end=$(($(date +%s) + 25))
sync
kill -TERM "$daemon"
while kill -0 "$daemon" 2>/dev/null && [ "$(date +%s)" -lt "$end" ]; do sleep 0.1; done
sync
mount -o remount,ro /
poweroff -f
"""

#: The power management's timer: slow to read, but the same everywhere.
_OTHER_CLOCK = "echo acpi_pm > /sys/devices/system/clocksource/clocksource0/current_clocksource"

#: Everything above so much free room is taken: a container that fills the disk finds it full there.
_LIMIT_DISK = """
free=$(df -k / | tail -n 1 | awk '{{print $4}}')
rest=$((free - {bytes} / 1024))
[ "$rest" -le 0 ] || fallocate -l "${{rest}}k" /var/reserved
"""


class GuestFailed(Exception):
    """The guest did not start. ``str()`` is half a sentence."""


class Running:
    """One guest, its API socket and its published ports."""

    def __init__(
        self,
        spec: GuestSpec,
        folder: GuestFolder,
        process: subprocess.Popen[bytes],
        answer: Callable[[dict[str, object]], None],
    ) -> None:
        self.spec = spec
        self.folder = folder
        self.process = process
        self.agent = GuestAgent(0, "")
        self._monitor = Monitor()
        self._ports: PublishedPorts | None = None
        self._api: ApiSocket | None = None
        self._answer = answer
        self._following: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._there: Connector | None = None
        self._students: Connector | None = None
        self._asked_to_end = asyncio.Event()

    async def start(self) -> None:
        """Return when the daemon's API answers on the engine's socket. Raises GuestFailed, MonitorError."""
        starting = asyncio.create_task(self._start())
        ending = asyncio.create_task(self._until_qemu_ends())
        asked = asyncio.create_task(self._asked_to_end.wait())
        self._listen()
        await asyncio.wait({starting, ending, asked}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        asked.cancel()
        if starting.done():
            await starting
            return
        starting.cancel()
        if self._asked_to_end.is_set():
            raise GuestFailed(_("it was ended while it started"))
        raise GuestFailed(_("QEMU ended with code {code}").format(code=self.process.returncode))

    async def _start(self) -> None:
        own_key = self.folder.key.read_text()
        await self._connect_monitor()
        if self.spec.boot_disk:
            self.agent = GuestAgent(await self._monitor.agent_port(), own_key)
            await self._wait_for_api(BOOT_SECONDS)
        else:
            template = TemplateFolder(Path(self.spec.template))
            dial = self._there.connect if self._there is not None else None
            self.agent = GuestAgent(await self._monitor.agent_port(), template.key.read_text(), dial)
            began = hardware.stamp()
            await self._monitor.restore(template.state)
            await self._mind_the_counter(template, began, hardware.stamp())
        await self._make_its_own(own_key)
        if self.spec.enclosure is not None:
            await self._monitor.unplug(_SHARE_DEVICES[len(self.spec.shares) :])
        await self._wait_for_api(READY_SECONDS)
        if self.spec.disk_bytes is not None:
            await asyncio.to_thread(self.agent.shell, _LIMIT_DISK.format(bytes=self.spec.disk_bytes), READY_SECONDS)
        listen = self._students.listen if self._students else None
        self._ports = PublishedPorts(self.agent, self.folder.ports, listen, moment=_MOMENT)
        publish = self._ports.before_answer if self.spec.publish else _nothing
        self._api = ApiSocket(self.agent, publish)
        await self._open_api()
        if self.spec.publish:
            self._following = asyncio.create_task(self._follow(self._ports))

    async def _connect_monitor(self) -> None:
        walls = self.spec.enclosure
        if walls is None:
            await self._monitor.connect(self.folder.monitor)
            return
        self._there = Connector(lambda argv: [*walls.agent_network, *argv])
        self._students = Connector(lambda argv: [*walls.student_network, *argv])
        files = GuestFolder(Path(walls.files))
        await self._monitor.connect(files.monitor)
        # QEMU has all its files now; from here on it can't make others.
        files.path.chmod(0o711)

    async def _open_api(self) -> None:
        assert self._api is not None
        walls = self.spec.enclosure
        if walls is None:
            await self._api.open(self.folder.socket)
            return
        await self._api.open(Path(walls.socket))
        # The folder around it lets in the students of this guest, and nobody else.
        Path(walls.socket).chmod(0o666)

    async def _follow(self, ports: PublishedPorts) -> None:
        """Keep up with the daemon; a guest in walls ends with it, as the daemon of any other engine with walls does."""
        await ports.follow()
        if self.spec.enclosure is not None:
            with contextlib.suppress(GuestFailed):
                while True:
                    await self._wait_for_api(_ANSWERS_WITHIN)
                    await asyncio.sleep(1)  # a guest that ends its stream again and again keeps nobody busy
                    await ports.follow()
            self._asked_to_end.set()

    async def _mind_the_counter(
        self, template: TemplateFolder, began: hardware.Stamp | None, now: hardware.Stamp | None
    ) -> None:
        """On a machine with another counter than the template's, the guest's clock must go by something else."""
        known = int(template.counter.read_text())
        if known and began and now and hardware.differ(known, began.kilohertz_until(now)):
            await asyncio.to_thread(self.agent.shell, _OTHER_CLOCK, READY_SECONDS)

    async def _make_its_own(self, key: str) -> None:
        """Give the guest its key, the time, a name, fresh randomness, a daemon's ID, and its shared folders."""
        identity = "-" if self.spec.boot_disk else str(uuid.uuid4())
        seconds, nanoseconds = divmod(time.time_ns(), 10**9)
        name = f"drydock-{secrets.token_hex(4)}"
        shares = [f"share{n}={os.fsencode(path).hex()}" for n, path in enumerate(self.spec.shares)]
        words = [key, str(seconds), str(nanoseconds), name, secrets.token_hex(32), identity, *shares]
        await asyncio.to_thread(self.agent.ask, "fresh " + " ".join(words), READY_SECONDS)
        self.agent = replace(self.agent, key=key)

    async def _wait_for_api(self, within: float) -> None:
        end = time.monotonic() + within
        while time.monotonic() < end:
            with contextlib.suppress(OSError, EOFError, asyncio.TimeoutError):
                if await asyncio.wait_for(self._ping(), 10):
                    return
            await asyncio.sleep(0.05 if self.spec.boot_disk else 0.005)
        raise GuestFailed(_("the daemon's API did not answer within {seconds} seconds").format(seconds=f"{within:.0f}"))

    async def _ping(self) -> bool:
        reader, writer = await self.agent.reach()
        try:
            writer.write(self.agent.greeting("docker") + b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            return b" 200 " in await reader.readline()
        finally:
            writer.close()

    async def _until_qemu_ends(self) -> None:
        # A child's end has no file descriptor in the standard library's Popen; a pidfd (pidfd_open(2)) is one.
        descriptor = os.pidfd_open(self.process.pid)
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(descriptor, ended.set)
        try:
            await ended.wait()
            self.process.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)

    # -- the end

    def _listen(self) -> None:
        """From now on know when the owner wants no more of this guest: by a signal, or by going away."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_end.set)
        if not self.spec.detached:
            self._listening = asyncio.create_task(self._listen_to_owner())

    async def until_the_end(self) -> None:
        """Return when the owner wants no more of this guest, or QEMU ended. Carries out ``save`` on the way."""
        waiting = {asyncio.create_task(self._asked_to_end.wait()), asyncio.create_task(self._until_qemu_ends())}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()

    async def _listen_to_owner(self) -> None:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            word, _space, state = line.decode().rstrip("\n").partition(" ")
            if word == "save":
                try:
                    await self._monitor.save(Path(state))
                    self._answer({"saved": state})
                except MonitorError as error:
                    self._answer({"error": str(error)})
        self._asked_to_end.set()

    async def close(self) -> None:
        """End what runs beside QEMU; a guest that keeps its data shuts down."""
        for task in (self._following, self._listening):
            if task is not None:
                task.cancel()
        if self._api is not None:
            self._api.close()
        if self._ports is not None and self.spec.publish:
            await self._ports.close()
        if self.spec.keep_data and self.process.poll() is None and self._api is not None:
            with contextlib.suppress(OSError, asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.to_thread(self.agent.shell, _SHUT_DOWN, GRACE_SECONDS), GRACE_SECONDS)
        await self._monitor.close()
        for connector in (self._there, self._students):
            if connector is not None:
                connector.close()


async def _nothing(*, ends: bool) -> None:
    del ends
