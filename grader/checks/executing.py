"""Running a command in a running container (``docker exec``), with a time limit."""

from __future__ import annotations

import queue
import time
from collections.abc import Mapping, Sequence

from grader.checks.commands import Outcome
from grader.docker_api import blame
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Refused, Unavailable
from grader.docker_api.streams import Pieces, demultiplexed

#: Bytes to read at once. (requests' iter_content would collect all that ever comes.)
_PIECE = 64 * 1024
#: Bytes of output to keep; a command that says more is not listened to any longer.
_OUTPUT_LIMIT = 1024 * 1024


def execute(
    daemon: Daemon,
    container: str,
    command: Sequence[str],
    *,
    seconds: float,
    user: str = "",
    environment: Mapping[str, str] | None = None,
    workdir: str = "",
) -> tuple[Outcome, str]:
    """The outcome and the exec's ID. A command that is still running at the end of its time keeps running: the
    Engine API can't end one. Raises Unavailable, Obstructed or Refused."""
    body = {
        "Cmd": list(command),
        "AttachStdout": True,
        "AttachStderr": True,
        "User": user,
        "Env": [f"{name}={value}" for name, value in (environment or {}).items()],
        "WorkingDir": workdir,
    }
    identifier = str(daemon.post(f"/containers/{container}/exec", body)["Id"])
    had = min(seconds, daemon.deadline.remaining())
    limit = Deadline(had)
    try:
        data, ended = _output(daemon, identifier, limit)
    except Refused as refusal:
        # Older daemons answer the start of a command that can't be executed with an error.
        trouble = blame.of_refusal(daemon, refusal)
        if isinstance(trouble, Unavailable):
            raise trouble from refusal
        return Outcome(127, "", refusal.explanation), identifier
    code = _exit_code(daemon, identifier, limit) if ended else None
    flood = len(data) >= _OUTPUT_LIMIT
    if code is None and not flood:
        blame.must_have_had(daemon, seconds, had)
    pieces = list(demultiplexed(data))
    texts = [b"".join(payload for number, payload in pieces if number == stream) for stream in (1, 2)]
    output, errors = (text.decode("utf-8", "replace") for text in texts)
    return Outcome(code, output, errors, flood), identifier


def _output(daemon: Daemon, identifier: str, limit: Deadline) -> tuple[bytes, bool]:
    """What it wrote, and whether it closed its outputs, which is what an end looks like."""
    data = bytearray()
    # Without an Upgrade header the daemon answers with a plain stream that ends with the command. docker-py asks
    # for an upgrade and then reads past what http.client has already buffered.
    with (
        daemon.stream(f"/exec/{identifier}/start", {}, patience=limit.seconds + 1, body={"Detach": False}) as response,
        Pieces(response, iter(lambda: response.raw.read1(_PIECE), b"")) as pieces,
    ):
        while len(data) < _OUTPUT_LIMIT:
            try:
                piece = pieces.next(limit.remaining())
            except queue.Empty:
                return bytes(data), False
            if piece is None:
                return bytes(data), True
            data += piece
    return bytes(data[:_OUTPUT_LIMIT]), False


def _exit_code(daemon: Daemon, identifier: str, limit: Deadline) -> int | None:
    # The stream's end comes a moment before the code is known, or long before it: a command may close its outputs
    # and go on. No event tells without a subscription made before the start.
    while True:
        state = daemon.ask(lambda client: client.exec_inspect(identifier))
        if state.get("ExitCode") is not None and not state.get("Running"):
            return int(state["ExitCode"])
        if limit.is_over():
            return None
        time.sleep(0.04)
