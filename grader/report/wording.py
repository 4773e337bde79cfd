"""Words and symbols for a status, shared by the renderers: colour alone must never carry the meaning."""

from __future__ import annotations

from dataclasses import dataclass

from grader.i18n import _, ngettext
from grader.report.verdicts import Status, TaskReport, Verdict

SYMBOLS = {Status.PASSED: "✓", Status.FAILED: "✗", Status.BLOCKED: "→", Status.COULD_NOT_CHECK: "?"}


def status_word(status: Status) -> str:
    return {
        Status.PASSED: _("passed"),
        Status.FAILED: _("failed"),
        Status.BLOCKED: _("blocked"),
        Status.COULD_NOT_CHECK: _("could not check"),
    }[status]


def summary(report: TaskReport) -> str:
    """How much of the task is done, in words: ``2 of 3 expectations met, 66 %``."""
    total = len(report.verdicts)
    if report.status is Status.BLOCKED:
        return _("waits for an earlier task")
    text = ngettext("{met} of {total} expectation met", "{met} of {total} expectations met", total)
    share = int(report.fraction * 100)  # rounded down: 99.9 % is not yet done
    return _("{text}, {share} %").format(text=text.format(met=report.met, total=total), share=share)


@dataclass(frozen=True)
class Part:
    """One labelled line of a verdict; ``code`` is something to type."""

    label: str
    text: str
    code: bool = False


def parts(verdict: Verdict) -> list[Part]:
    """The labelled parts of a verdict that has not passed, those that say something."""
    found = _("reason") if verdict.status is Status.COULD_NOT_CHECK else _("found")
    labelled = [
        Part(_("expected"), verdict.expected),
        Part(found, verdict.found),
        Part(_("see"), verdict.command, code=True),
        Part(_("look"), verdict.look),
    ]
    return [part for part in labelled if part.text]


def quiet_line(report: TaskReport) -> str:
    """What to say of the expectations that follow from a failure above, or are folded behind it; "" without any."""
    count = sum(verdict.quiet for verdict in report.verdicts)
    if not count:
        return ""
    if report.status is Status.COULD_NOT_CHECK:
        text = ngettext("and {count} more for the same reason", "and {count} more for the same reason", count)
    else:
        text = ngettext(
            "and {count} more that isn't met yet: begin with what stands above",
            "and {count} more that aren't met yet: begin with what stands above",
            count,
        )
    return text.format(count=count)


def short_line(report: TaskReport) -> str:
    """The whole report on one line: the message of the exception a check raises."""
    line = f"{SYMBOLS[report.status]} {report.task}: {status_word(report.status)} ({summary(report)})"
    for verdict in report.verdicts:
        if verdict.status is report.status:
            found = f" — {verdict.found}" if verdict.found else ""
            return " ".join(f"{line}. {verdict.sentence}{found}".split())
    return line
