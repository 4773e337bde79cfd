"""QEMU's monitor: the few commands Drydock gives it, over QEMU's own Python library."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from qemu.qmp import QMPClient, QMPError

from grader.i18n import _

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

    async def door_port(self) -> int:
        """The port of this machine's loopback address that QEMU forwards to the guest's door."""
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
