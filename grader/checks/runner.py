"""``python -m grader.checks.runner``: runs check cells against $DOCKER_HOST for a trusted caller.

Stdin has one JSON object a line: ``{"id", "source"}`` and optionally ``"timeout"`` in seconds,
``"values_key"``, the key of the student whose copy is checked, and ``"only_looks"``: nothing may leave a trace.
Stdout gets one JSON line for each, in order, and nothing else:
``{"id", "report": TaskReport.to_dict() | null, "error": str | null}``.

Each cell runs in a child process of its own, so that a cell that loops, exits or crashes the interpreter costs
only its own verdict; what it found out (for ``needs`` and gone-checks) is kept here.
"""

from __future__ import annotations

import argparse
import builtins
import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any, BinaryIO, NoReturn, TextIO

from grader.checks import folder, kinds, throwaway
from grader.checks.errors import CheckFailed, CouldNotCheck, OutOfTime
from grader.checks.task import Checks, Task
from grader.course.declared import declared
from grader.docker_api.course_images import from_environment
from grader.docker_api.deadline import CHECK_SECONDS
from grader.docker_api.errors import NoAnswer
from grader.i18n import _
from grader.report.plain import printable
from grader.report.verdicts import TaskReport
from grader.values import DEFAULT_KEY, BadKey, StudentKey, Values

#: Seconds a cell gets to end by itself after its time is over, before it is killed.
GRACE_SECONDS = 2.0
#: Bytes of the longest answer a child may give.
_ANSWER_LIMIT = 4 * 1024 * 1024
#: Bytes that a cell may hold: what a student made to be read ends one expectation, not the machine.
_MOST_MEMORY = 2 * 1024**3
#: How the file of a cell's code is called.
_CELL = "<check "


@dataclass(frozen=True)
class _Request:
    id: str
    source: str
    timeout: float
    #: What this cell may take: longer than others, where it says so.
    seconds: float
    key: StudentKey
    only_looks: bool


def serve(requests: TextIO, answers: TextIO, checks: Checks, timeout: float = CHECK_SECONDS) -> None:
    """Answer every request line until the end of input."""
    for line in requests:
        if line.strip():
            print(json.dumps(_answer(line, checks, timeout)), file=answers, flush=True)


def _answer(line: str, checks: Checks, timeout: float) -> dict[str, Any]:
    try:
        request = _parsed(line, timeout)
    except ValueError as error:
        return {"id": None, "report": None, "error": _("The request is not valid: {why}").format(why=error)}
    result = _run_apart(request, checks)
    # What could not be removed is still no student's.
    throwaway.made.update(map(str, result.get("made") or ()))
    report = result.get("report")
    if report is not None:
        try:
            checks.remember(TaskReport.from_dict(report), result.get("sightings") or ())
        except ValueError as error:
            return {"id": request.id, "report": None, "error": str(error)}
    return {"id": request.id, "report": report, "error": result.get("error")}


def _parsed(line: str, timeout: float) -> _Request:
    data = json.loads(line)
    if not isinstance(data, dict) or not isinstance(data.get("id"), str) or not isinstance(data.get("source"), str):
        raise ValueError(_("it needs the texts id and source"))
    timeout = data.get("timeout", timeout)
    if not isinstance(timeout, int | float) or isinstance(timeout, bool) or not 0 < timeout <= 3600:
        raise ValueError(_("timeout must be a number of seconds above 0 and up to 3600"))
    key, seconds = _key(data.get("values_key")), timeout * declared(data["source"]).longer
    return _Request(data["id"], data["source"], float(timeout), seconds, key, data.get("only_looks") is True)


def _key(text: object) -> StudentKey:
    try:
        return DEFAULT_KEY if text is None else StudentKey.parse(str(text))
    except BadKey as slip:
        raise ValueError(str(slip)) from slip


def _run_apart(request: _Request, checks: Checks) -> dict[str, Any]:
    """Run the cell in a forked child (docker-py is imported already, so a child costs milliseconds)."""
    checks.close()  # parent and child must not share a connection
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _child(request, checks, writer)
    os.close(writer)
    try:
        with open(reader, "rb", buffering=0) as pipe:  # noqa: PTH123 - a file descriptor, not a path
            result = _collected(pipe, request.seconds + GRACE_SECONDS)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if result.get("killed") and not request.only_looks:
        checks.tidy()
        checks.close()
    return result


def _collected(pipe: BinaryIO | Any, seconds: float) -> dict[str, Any]:
    """The child's answer; an error when it gives none in time."""
    end, data = time.monotonic() + seconds, bytearray()
    while True:
        left = end - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            return {"error": _("The check cell did not end within its time and was stopped."), "killed": True}
        piece = pipe.read(65536)
        if not piece or len(data) > _ANSWER_LIMIT:
            break
        data += piece
    try:
        result = json.loads(data)
    except ValueError:
        return {"error": _("The check cell ended its process before it could report.")}
    return result if isinstance(result, dict) else {"error": _("The check cell's report is not readable.")}


def _child(request: _Request, checks: Checks, writer: int) -> NoReturn:
    """Run the cell and write what came of it; never returns."""
    result: dict[str, Any] = {"error": _("The check cell could not be run.")}
    known = frozenset(throwaway.made)
    try:
        _die_with_parent()
        os.setpgid(0, 0)
        throwaway.is_alone = not request.only_looks
        # The next requests are not the cell's to read.
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a descriptor, for good
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
        signal.signal(signal.SIGALRM, _out_of_time)
        # Again every second: a cell could swallow it once.
        signal.setitimer(signal.ITIMER_REAL, request.seconds, 1.0)
        result = run_cell(
            request.source, request.id, checks, request.timeout, Values(request.key), only_looks=request.only_looks
        )
        signal.setitimer(signal.ITIMER_REAL, 0)
    except BaseException as error:
        result = {"error": _in_short(error)}
    finally:
        data = json.dumps({**result, "made": sorted(throwaway.made - known)}).encode()
        while data:
            data = data[os.write(writer, data) :]
        os._exit(0)


def _die_with_parent() -> None:
    """Ask Linux to kill this process when the runner ends, however it ends."""
    pr_set_pdeathsig = 1  # linux/prctl.h
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def _out_of_time(signum: int, frame: FrameType | None) -> None:
    """Ends what the cell does. What comes after it, and the end of its task, is ours, however late the signal is."""
    while frame is not None and frame.f_code is not Task.__exit__.__code__:
        if frame.f_code.co_filename.startswith(_CELL):
            raise OutOfTime
        frame = frame.f_back


def run_cell(
    source: str, name: str, checks: Checks, timeout: float, values: Values, *, only_looks: bool = False
) -> dict[str, Any]:
    """Execute one check cell with only ``check`` in its namespace; what came of it as JSON data."""
    reports: list[TaskReport] = []
    checks = checks.again(deadline=timeout, on_report=reports.append, values=values, only_looks=only_looks)
    namespace = {"check": checks, "__builtins__": builtins, "__name__": "__check__"}
    error = _executed(source, name, namespace, reports)
    if not error and len(reports) != 1:
        error = (
            _("The check cell checks no task: it needs one `with check.task(…)`.")
            if not reports
            else _("The check cell checks {count} tasks; a cell has one.").format(count=len(reports))
        )
    report = reports[0].to_dict() if len(reports) == 1 else None
    return {"report": report, "error": error or None, "sightings": sorted(checks.sightings)}


def _executed(source: str, name: str, namespace: Mapping[str, Any], reports: list[TaskReport]) -> str:
    """Run the source; what went wrong outside of its task, or nothing."""
    try:
        exec(compile(source, f"{_CELL}{name}>", "exec"), dict(namespace))
    except (CheckFailed, CouldNotCheck):
        pass  # the report says it
    except OutOfTime as late:
        # Too late for a task that has its report.
        return "" if reports else _in_short(late)
    except BaseException as error:
        return _in_short(error)
    return ""


def _in_short(error: BaseException) -> str:
    if isinstance(error, OutOfTime):
        return _("The check cell did not end within its time and was stopped.")
    if isinstance(error, SyntaxError):
        return _("The check cell is not valid Python, line {line}: {why}").format(line=error.lineno, why=error.msg)
    return _("The check cell stumbled: {why}").format(why=printable(f"{type(error).__name__}: {error}"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m grader.checks.runner", description=__doc__)
    parser.add_argument("--timeout", type=float, default=CHECK_SECONDS, help=_("seconds for one cell"))
    options = parser.parse_args()
    # Only answers may reach the caller's pipe: whatever a cell or a library prints goes to stderr.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    from grader.docker_api import client  # noqa: F401 - and with it docker: once here, not in every child

    kinds.preload()

    checks = Checks(os.environ.get("DOCKER_HOST"), course_images=from_environment(), folder=folder.from_environment())
    with suppress(NoAnswer):  # each cell will say so
        checks.prepare()
    serve(sys.stdin, answers, checks, options.timeout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
