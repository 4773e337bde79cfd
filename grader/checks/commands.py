"""Running a command in a container (``docker exec``), and what was expected of what it printed and how it ended."""

from __future__ import annotations

import queue
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.checks import arguments
from grader.checks.expectation import Finding
from grader.docker_api import blame
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Refused, Unavailable
from grader.docker_api.streams import Pieces, demultiplexed
from grader.i18n import _
from grader.report.plain import excerpt


@dataclass(frozen=True)
class Outcome:
    """``code`` None: it had not ended when its time was over, or (``flood``) when it had printed too much."""

    code: int | None
    output: str
    errors: str
    flood: bool = False


@dataclass(frozen=True)
class Wanted:
    """Expectations about an outcome; None where nothing is asked."""

    prints: tuple[str, ...]
    lacks: tuple[str, ...]
    matching: re.Pattern[str] | None
    errors: tuple[str, ...]
    code: int | None

    def shown(self) -> str:
        parts = [_("prints {text!r}").format(text=text) for text in self.prints]
        parts += [_("does not print {text!r}").format(text=text) for text in self.lacks]
        parts += [_("prints {text!r} to its error output").format(text=text) for text in self.errors]
        parts += [_("prints what matches {text!r}").format(text=self.matching.pattern)] if self.matching else []
        parts += [_("ends with code {code}").format(code=self.code)] if self.code is not None else []
        return ", ".join(parts) or _("can be run")

    def judge(self, outcome: Outcome, seconds: float) -> Finding:
        if outcome.code is None:
            found = _("it still ran after {seconds:g} s").format(seconds=seconds)
            if outcome.flood:
                found = _("it printed more than 1 MiB")
            return Finding(False, f"{found}: {shown_output(outcome)}")
        right = (
            self.code in (None, outcome.code)
            and all(text in outcome.output for text in self.prints)
            and all(text in outcome.errors for text in self.errors)
            and not any(text in outcome.output + outcome.errors for text in self.lacks)
            and (self.matching is None or self.matching.search(outcome.output) is not None)
        )
        return Finding(right, _("code {code}: {output}").format(code=outcome.code, output=shown_output(outcome)))


def wanted(
    *,
    prints: str | Sequence[str] | None,
    lacks: str | Sequence[str] | None,
    matching: str | None,
    errors: str | Sequence[str] | None,
    exit_code: int | None,
) -> Wanted:
    """The author's keywords, looked at. Raises AuthorError."""
    return Wanted(
        _texts(prints, "prints"),
        _texts(lacks, "lacks"),
        None if matching is None else arguments.pattern(matching, "matching"),
        _texts(errors, "errors"),
        None if exit_code is None else arguments.whole(exit_code, "exit_code", low=0, high=255),
    )


def _texts(value: str | Sequence[str] | None, what: str) -> tuple[str, ...]:
    if value is None:
        return ()
    return arguments.texts([value] if isinstance(value, str) else list(value), what)


def shown_output(outcome: Outcome) -> str:
    """Both outputs in short."""
    output, errors = excerpt(outcome.output), excerpt(outcome.errors)
    if errors and output:
        return _("{output} (errors: {errors})").format(output=output, errors=errors)
    return output or errors or _("no output")


# -- Running a command in a running container (``docker exec``), with a time limit.

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
    unheard: Sequence[str] = (),
) -> tuple[Outcome, str]:
    """The outcome and the exec's ID. A command that is still running at the end of its time keeps running: the
    Engine API can't end one. ``unheard``: variables of the container's that the command does not get. Raises
    Unavailable, Obstructed or Refused."""
    body = {
        "Cmd": list(command),
        "AttachStdout": True,
        "AttachStderr": True,
        "User": user,
        # A name alone takes the variable away (moby, container/env.go).
        "Env": [*unheard, *(f"{name}={value}" for name, value in (environment or {}).items())],
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
