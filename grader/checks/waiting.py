"""Waiting by Docker's events: look, and look again whenever the daemon says that something happened."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from grader.checks.daemon import Daemon
from grader.checks.deadline import Deadline
from grader.checks.errors import Unavailable
from grader.checks.expectation import Finding
from grader.i18n import _


def wait_for(
    daemon: Daemon,
    kind: str,
    name: str,
    look: Callable[[], Finding],
    *,
    seconds: float,
    retry: float | None = None,
) -> Finding:
    """The first good finding, or the last one when ``seconds`` are over.

    ``retry``: also look again every so many seconds. Only for things no event tells about (a line in a log, an
    answer over HTTP). Raises Unavailable when the check's own deadline comes first.
    """
    finding = look()
    if finding.ok:
        return finding
    limit = Deadline(min(seconds, daemon.deadline.remaining()))
    with daemon.stream("/events", _filters(kind, name), patience=limit.remaining() + 1) as response:
        events = _pump(response)
        # What happened between the first look and the subscription would otherwise be missed.
        finding = look()
        while not finding.ok and not limit.is_over():
            pause = limit.remaining() if retry is None else min(retry, limit.remaining())
            with suppress(queue.Empty):
                if events.get(timeout=pause) is None:
                    raise Unavailable(_("The Docker daemon ended its stream of events."))
            finding = look()
    if not finding.ok and seconds > limit.seconds:
        raise Unavailable(
            _("The time for this check was over before the {seconds:g} s to wait.").format(seconds=seconds)
        )
    return finding


def _filters(kind: str, name: str) -> dict[str, str]:
    return {"filters": json.dumps({"type": [kind], kind: [name]})}


def _pump(response: Any) -> queue.Queue[bytes | None]:
    """Events from the stream, read by a thread of its own: a read can't be given a shrinking time limit.

    The thread ends when the response is closed. None stands for the stream's end.
    """
    events: queue.Queue[bytes | None] = queue.Queue()

    def read() -> None:
        with suppress(Exception):  # closed by the waiter, or the daemon went away: the end either way
            for line in response.iter_lines(chunk_size=1):
                events.put(line)
        events.put(None)

    threading.Thread(target=read, name="drydock-events", daemon=True).start()
    return events
