"""A container's log, read with a limit on time and size."""

from __future__ import annotations

from grader.checks.daemon import Daemon
from grader.checks.multiplex import demultiplexed

#: Bytes of log to look at. A container that logs without end must not fill the checker's memory.
LOG_LIMIT = 8 * 1024 * 1024


def read_logs(daemon: Daemon, name: str) -> str:
    """Both streams in order, from the beginning, up to ``LOG_LIMIT`` bytes. Raises Unavailable or Refused."""
    tty = bool((daemon.ask(lambda client: client.inspect_container(name)).get("Config") or {}).get("Tty"))
    data = bytearray()
    with daemon.stream(f"/containers/{name}/logs", {"stdout": 1, "stderr": 1}, patience=10) as response:
        for chunk in response.iter_content(64 * 1024):
            data += chunk
            if len(data) >= LOG_LIMIT or daemon.deadline.is_over():
                break
    raw = bytes(data)
    text = raw if tty else b"".join(payload for _stream, payload in demultiplexed(raw))
    return text.decode("utf-8", "replace")
