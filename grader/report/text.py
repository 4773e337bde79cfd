"""A task's report as plain text."""

from __future__ import annotations

from grader.i18n import _
from grader.report.verdicts import Status, TaskReport, Verdict
from grader.report.wording import SYMBOLS, parts, quiet_line, status_word, summary

_ANSI = {
    Status.PASSED: "\x1b[32m",
    Status.FAILED: "\x1b[31m",
    Status.BLOCKED: "\x1b[36m",
    Status.COULD_NOT_CHECK: "\x1b[33m",
}
_INDENT = "      "


def report_as_text(report: TaskReport, *, colour: bool = False) -> str:
    """Several lines, without a line break at the end."""
    head = f"{mark(report.status, colour)}  {report.title or report.task} ({summary(report)})"
    lines = [head]
    for verdict in report.verdicts:
        if not verdict.quiet:
            lines += _verdict_lines(verdict, colour)
    if more := quiet_line(report):
        lines.append(f"  … {more}")
    if report.hint and report.status is Status.FAILED:
        lines.append("  " + _("Hint: {hint}").format(hint=report.hint))
    return "\n".join(lines)


def mark(status: Status, colour: bool) -> str:
    mark = f"{SYMBOLS[status]} {status_word(status)}"
    return f"{_ANSI[status]}{mark}\x1b[0m" if colour else mark


def _verdict_lines(verdict: Verdict, colour: bool) -> list[str]:
    lines = [f"  {mark(verdict.status, colour)}  {verdict.sentence}"]
    if verdict.status is Status.PASSED:
        return lines
    labelled = parts(verdict)
    width = max((len(part.label) for part in labelled), default=0) + 1
    for part in labelled:
        first, *rest = part.text.splitlines() or [""]
        lines.append(f"{_INDENT}{part.label + ':':<{width}} {first}")
        lines += [f"{_INDENT}{'':<{width}} {line}" for line in rest]
    return lines
