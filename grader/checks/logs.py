"""A container's log, read with a limit on time and size."""

from __future__ import annotations

from collections.abc import Iterable

from grader.checks.daemon import Daemon
from grader.checks.deadline import Deadline
from grader.checks.multiplex import demultiplexed

#: Bytes of log to look at. A container that logs without end must not fill the checker's memory.
LOG_LIMIT = 8 * 1024 * 1024
#: Seconds for its next bytes, and for all of it.
_PATIENCE = 10.0


def read_logs(daemon: Daemon, name: str, *, tty: bool, streams: Iterable[int] = (1, 2)) -> str:
    """The log from its beginning, up to ``LOG_LIMIT`` bytes; ``streams``: 1 stdout, 2 stderr.

    With a terminal both are one. Raises Unavailable, Obstructed or Refused.
    """
    limit = Deadline(_PATIENCE)
    wanted = set(streams)
    params = {"stdout": int(1 in wanted), "stderr": int(2 in wanted)}
    data = bytearray()
    with daemon.stream(f"/containers/{name}/logs", params, patience=_PATIENCE) as response:
        for chunk in response.iter_content(64 * 1024):
            data += chunk
            if len(data) >= LOG_LIMIT or limit.is_over() or daemon.deadline.is_over():
                break
    raw = bytes(data)
    text = raw if tty else b"".join(payload for _stream, payload in demultiplexed(raw))
    return text.decode("utf-8", "replace")
