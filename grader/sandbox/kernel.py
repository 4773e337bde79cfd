"""A real IPython kernel inside an engine's walls, driven from outside over Unix sockets.

nbclient is not used here: it trusts its kernel (no ceiling on one message, a lost kernel ends the notebook).
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.session import Session
from nbformat import NotebookNode

from grader.engines.protocol import Engine
from grader.i18n import _
from grader.sandbox.fork_client import ForkServer
from grader.sandbox.kernel_start import PORTS, KernelSettings, KernelStart
from grader.sandbox.messages import next_message
from grader.sandbox.outputs import Flood, OutputCollector
from grader.sandbox.processes import LastWords, ProcessTree

#: One message from a kernel may have this many bytes (ipykernel sends what was printed in 0.2 s as one);
#: libzmq drops the connection beyond it.
_LARGEST_MESSAGE = 64_000_000
#: Messages waiting in our process before libzmq stops reading from the kernel.
_QUEUE = 2
#: Seconds an interrupted cell gets to end by itself.
_GRACE = 9.0
_INTERRUPTS = 3
#: Seconds in which a kernel on a busy machine must have taken the last of them.
_LATE_INTERRUPTS = 10.0
#: Seconds between a kernel's last sign and the end of its processes.
_SETTLE = 0.3
#: Seconds to wait for the last outputs after the kernel said that the cell is done.
_LINGER = 15.0


class KernelLost(Exception):
    """The kernel did not start, did not take its settings, or is gone. ``str()`` is one sentence for a person."""


class CellStatus(StrEnum):
    """How a cell ended: well, with an error of its own, stopped by its time limit, or with its kernel."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    DEAD = "dead"


@dataclass(frozen=True)
class CellOutcome:
    """What one cell did: nbformat outputs, how it ended, how many seconds it took, and why we ended it.

    ``deciding``: see OutputCollector.
    """

    outputs: list[NotebookNode]
    status: CellStatus
    seconds: float
    reason: str = ""
    deciding: Sequence[NotebookNode] = ()

    @property
    def last_words(self) -> str:
        """Why the cell did not end well, in one line; empty when it did."""
        errors = [f"{output.ename}: {output.evalue}" for output in self.outputs if output.output_type == "error"]
        return self.reason or (errors[-1] if errors else "")


@contextmanager
def student_kernel(
    engine: Engine,
    workdir: Path,
    *,
    confined: bool = True,
    settings: KernelSettings | None = None,
    fork_server: ForkServer | None = None,
    wary: bool = False,
) -> Iterator[StudentKernel]:
    """A kernel whose working folder is ``workdir``, which must lie in one of the engine's shared folders.

    With a ``fork_server`` it starts in a third of the time on engines that offer ``Engine.walls``. A ``wary`` one
    imports nothing from its working folder: for cells that students may not meddle with.
    Raises EngineError when ``confined`` is asked of an engine without walls; KernelLost when it can't start.
    """
    settings = settings or KernelSettings()
    kernel = StudentKernel(KernelStart(engine, workdir.resolve(), confined, settings, fork_server, wary))
    try:
        kernel.launch()
        yield kernel
    finally:
        kernel.close()


class StudentKernel:
    """One kernel process and our connection to it. Use ``student_kernel``."""

    def __init__(self, start: KernelStart) -> None:
        self._start = start
        self._settings = start.settings
        self._room = start.settings.outputs.notebook
        self._client: BlockingKernelClient | None = None
        self._processes: ProcessTree | None = None
        self._ready = False
        self._context: zmq.Context[zmq.Socket[bytes]] | None = None
        self._log: LastWords | None = None
        self._lifeline: int | None = None
        self._monitor: zmq.Socket[bytes] | None = None

    # -- life

    def launch(self) -> None:
        """Start the process and return at once; ``wait_ready`` or the first ``run`` waits for it."""
        # From here on the student (or a container of theirs) may write in the shared folder: nothing in it is
        # opened, made or changed from outside again. A symbolic link there could point at any file of ours.
        sockets = self._start.workdir / f".kernel-{secrets.token_hex(4)}"
        key = secrets.token_hex(32)
        self._connect(sockets / "k", key)
        theirs, self._lifeline = os.pipe()
        try:
            process = self._start.launch(sockets, key, theirs)
        finally:
            os.close(theirs)
        self._processes = ProcessTree(process)
        self._log = LastWords(process.stderr)

    def _connect(self, address: Path, key: str) -> None:
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        # Defaults for the sockets of this context: what a hostile kernel can make us hold in memory.
        context.setsockopt(zmq.MAXMSGSIZE, _LARGEST_MESSAGE)
        context.setsockopt(zmq.RCVHWM, _QUEUE)
        context.setsockopt(zmq.LINGER, 0)
        # We connect before the kernel listens; look again soon (milliseconds).
        context.setsockopt(zmq.RECONNECT_IVL, 20)
        ports = {f"{channel}_port": port for channel, port in PORTS.items()}
        session = Session(key=key.encode())
        client = BlockingKernelClient(context=context, session=session, transport="ipc", ip=str(address), **ports)
        client.start_channels(shell=True, iopub=True, stdin=False, hb=False)
        self._monitor = client.iopub_channel.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._client, self._context = client, context

    def wait_ready(self) -> None:
        """Return when the kernel answers. Raises KernelLost, and has ended the kernel then."""
        if self._ready:
            return
        client, processes = self._parts()
        seconds = self._settings.start_timeout * self._start.engine.patience
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not processes.is_alive():
                raise KernelLost(_("The student's kernel did not start: {log}").format(log=self._last_words()))
            client.kernel_info()
            # The answer on IOPub shows that our subscription is in place: no output can be missed now.
            if next_message(client, "iopub", 0.25) is not None:
                self._ready = True
                processes.find_first()
                return
        # Or every cell that follows would wait as long.
        self.close()
        raise KernelLost(_("The student's kernel did not answer in {n:.0f} s.").format(n=seconds))

    def _last_words(self) -> str:
        return (self._log.last_line() if self._log else "") or _("it said nothing")

    def close(self) -> None:
        """End the kernel with everything it started. Safe to call twice."""
        if self._processes is not None:
            self._processes.kill()
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        if self._monitor is not None and self._client is not None:
            self._client.iopub_channel.socket.disable_monitor()
            self._monitor = None
        if self._client is not None:
            self._client.stop_channels()
            self._client = None
        if self._context is not None:
            self._context.destroy(linger=0)
            self._context = None

    def is_alive(self) -> bool:
        return self._processes is not None and self._processes.is_alive()

    @property
    def processes(self) -> ProcessTree:
        """The student's processes, to freeze them while a check runs; none are left after ``close``, as a rule."""
        if self._processes is None:
            raise KernelLost(_("The student's kernel is not running."))
        return self._processes

    # -- cells

    def export(self, variables: Mapping[str, str], timeout: float = 30) -> None:
        """Set environment variables of the running kernel; for its cells and what they start. Raises KernelLost, and
        has ended the kernel then."""
        self.wait_ready()  # that time is not the cell's
        settings = f"__import__('os').environ.update({dict(variables)!r})"
        outcome = self.run(settings, timeout * self._start.engine.patience)
        if outcome.status is not CellStatus.OK:
            self.close()  # the next cell would run without them
            raise KernelLost(_("The student's kernel did not take its settings. {why}").format(why=outcome.last_words))

    def run(self, source: str, timeout: float) -> CellOutcome:
        """Run one cell; at most ``timeout`` seconds, then an interrupt, then the end of the kernel."""
        if not self.is_alive():
            return CellOutcome([], CellStatus.DEAD, 0.0, _("The kernel had ended before this cell."))
        # The kernel's start is not the cell's time.
        self.wait_ready()
        started = time.monotonic()
        collector = OutputCollector(self._settings.outputs, self._room)
        status, reason = self._watch(source, collector, started + timeout)
        self._room -= collector.kept
        if status is CellStatus.TIMEOUT and source.lstrip().startswith("%%"):
            # What IPython says of a script that we interrupted is about IPython, which can't put it into words.
            collector.drop_errors()
        if status in (CellStatus.TIMEOUT, CellStatus.DEAD):
            collector.note("CellTimeout" if status is CellStatus.TIMEOUT else "KernelDied", reason)
        return CellOutcome(collector.outputs, status, time.monotonic() - started, reason, collector.deciding)

    def _watch(self, source: str, collector: OutputCollector, deadline: float) -> tuple[CellStatus, str]:
        client, processes = self._parts()
        request = client.execute(source, store_history=True, allow_stdin=False, stop_on_error=False)
        cell = _Cell(client, request, collector, self._monitor)
        try:
            if cell.follow(deadline, processes):
                return (CellStatus.OK if cell.reply == "ok" else CellStatus.ERROR), ""
            if processes.is_alive() and self._interrupt(client, cell, processes):
                return CellStatus.TIMEOUT, _("The cell took too long and was interrupted.")
        except Flood:
            processes.kill()
            return CellStatus.DEAD, _("The cell printed without end, or closed its kernel: its kernel was ended.")
        if not processes.is_alive():
            return CellStatus.DEAD, _("The kernel ended while this cell ran.")
        processes.kill()
        return CellStatus.TIMEOUT, _("The cell took too long and ignored an interrupt: its kernel was ended.")

    @staticmethod
    def _interrupt(client: BlockingKernelClient, cell: _Cell, processes: ProcessTree) -> bool:
        """Whether the cell ended after an interrupt; ipykernel ignores one that comes between two steps of its own."""
        sent: set[str] = set()
        cell.interrupted = True
        for _attempt in range(_INTERRUPTS):
            message = client.session.send(client.control_channel.socket, "interrupt_request", {})
            sent.add(str(message["header"]["msg_id"]))
            if cell.follow(time.monotonic() + _GRACE / _INTERRUPTS, processes):
                return _all_answered(client, sent, processes)
        return False

    def _parts(self) -> tuple[BlockingKernelClient, ProcessTree]:
        if self._client is None or self._processes is None:
            raise KernelLost(_("The student's kernel is not running."))
        return self._client, self._processes


class _Cell:
    """One execute request and the messages that answer it."""

    def __init__(
        self,
        client: BlockingKernelClient,
        request: str,
        collector: OutputCollector,
        monitor: zmq.Socket[bytes] | None,
    ) -> None:
        self._client = client
        self._monitor = monitor
        self._request = request
        self._collector = collector
        self._idle = False
        self.reply: str | None = None
        #: ipykernel answers no request whose cell was interrupted twice (kernelbase.py, "KeyboardInterrupt caught").
        self.interrupted = False

    def follow(self, deadline: float, processes: ProcessTree) -> bool:
        """Read until the cell is done (True), or the deadline or the kernel's end (False). Raises Flood."""
        silent_since = time.monotonic()
        while (now := time.monotonic()) < deadline:
            message = next_message(self._client, "iopub", min(0.2, deadline - now))
            self._look_for_reply()
            if message is not None:
                self._take(message)
                silent_since = time.monotonic()
            elif self.reply is not None and time.monotonic() - silent_since > _LINGER:
                # The word that ends the outputs was lost: libzmq dropped messages, or the connection.
                raise Flood
            elif not processes.is_alive():
                return False
            elif self._monitor is not None and self._monitor.poll(0):
                # One output above _LARGEST_MESSAGE, or a cell that closed the kernel's own sockets.
                time.sleep(_SETTLE)
                if processes.is_alive():
                    raise Flood
                return False
            if self._idle and (self.reply is not None or self.interrupted):
                return True
        return False

    def _take(self, message: dict[str, Any]) -> None:
        if message["parent_header"].get("msg_id") != self._request:
            return
        if message["msg_type"] == "status":
            self._idle = message["content"].get("execution_state") == "idle"
        else:
            self._collector.add(message)

    def _look_for_reply(self) -> None:
        if self.reply is not None:
            return
        message = next_message(self._client, "shell", 0)
        if message is not None and message["parent_header"].get("msg_id") == self._request:
            self.reply = str(message["content"].get("status", "error"))


def _all_answered(client: BlockingKernelClient, requests: set[str], processes: ProcessTree) -> bool:
    """Whether the kernel has done with all of these interrupts: one that is yet to come would end the next cell."""
    deadline = time.monotonic() + _LATE_INTERRUPTS
    while requests and processes.is_alive() and time.monotonic() < deadline:
        message = next_message(client, "control", 0.2)
        if message is not None:
            requests.discard(str(message["parent_header"].get("msg_id")))
    return not requests
