"""A task's report in words: as plain text and as one HTML fragment. Colour alone must never carry the meaning."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

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


def ways_of(verdict: Verdict) -> list[str]:
    """How one may have come here: never a claim that it was so."""
    leads = [_("One way to get here: {reason}"), *[_("Another one: {reason}")] * len(verdict.ways)]
    return [lead.format(reason=way) for lead, way in zip(leads, verdict.ways, strict=False)]


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


# -- A task's report as plain text.

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
    return lines + [f"{_INDENT}{line}" for way in ways_of(verdict) for line in way.splitlines()]


# -- A task's report as one HTML fragment for a notebook.
#
# No scripts and no style sheet: JupyterLab's own colours (CSS variables) make it right in light and dark themes, and
# the fallbacks inherit, so that static feedback pages work too. Status is a word and a symbol, not only a colour.

# The fallback colours have a contrast of at least 3:1 on white and on #111, enough for bars and symbols (WCAG 1.4.11).
_COLOURS = {
    Status.PASSED: "var(--jp-success-color1, #2e8540)",
    Status.FAILED: "var(--jp-error-color1, #d9433f)",
    Status.BLOCKED: "var(--jp-info-color1, #2a86b8)",
    Status.COULD_NOT_CHECK: "var(--jp-warn-color1, #b26a00)",
}
_TEXT = "color:var(--jp-content-font-color1, inherit)"
#: The classes of what must not be read as mathematics, such as `$A = $B` in a command: by JupyterLab's MathJax 3
#: (docs.mathjax.org, "ignoreHtmlClass") and by nbconvert's MathJax 2 on feedback pages.
NO_MATHS = "mathjax_ignore tex2jax_ignore"
_CODE = "font-family:var(--jp-code-font-family, monospace);overflow-wrap:anywhere;white-space:pre-wrap"


def report_as_html(report: TaskReport) -> str:
    """The fragment. Every text in it is escaped: parts of it come from whoever made the containers."""
    label = escape(f"{report.title or report.task}: {status_word(report.status)}")
    bar = f"border-left:4px solid {_COLOURS[report.status]};padding:2px 0 2px 10px;margin:4px 0"
    shown = "".join(_verdict(verdict) for verdict in report.verdicts if not verdict.quiet)
    return (
        f'<section class="drydock-report {NO_MATHS}" aria-label="{label}" style="{bar};{_TEXT}">'
        f'<div role="status">{html_mark(report.status)} <strong>{escape(report.title or report.task)}</strong>'
        f" <small>({escape(summary(report))})</small></div>"
        f'<ul style="list-style:none;margin:2px 0 0 0;padding:0">{shown}</ul>'
        f"{_quiet(report)}{_hint(report)}</section>"
    )


def progress_as_html(line: str) -> str:
    """One quiet line for below a report."""
    return (
        f'<div class="drydock-progress {NO_MATHS}" style="margin:4px 0;padding-left:14px;{_TEXT}">{escape(line)}</div>'
    )


def waiting_as_html(sentence: str) -> str:
    """What a check waits for, where its report will stand."""
    style = f"margin:4px 0;padding-left:14px;{_TEXT}"
    return f'<div class="drydock-waiting {NO_MATHS}" role="status" style="{style}">{escape(sentence)}</div>'


def html_mark(status: Status) -> str:
    """The colour is on the symbol only: a theme's colours need not be readable as text."""
    symbol = f'<span aria-hidden="true" style="color:{_COLOURS[status]};font-weight:bold">{SYMBOLS[status]}</span>'
    return f'<span style="white-space:nowrap">{symbol} <strong>{escape(status_word(status))}</strong></span>'


def _verdict(verdict: Verdict) -> str:
    line = f"{html_mark(verdict.status)} {with_code(verdict.sentence)}"
    if verdict.status is Status.PASSED:
        return f"<li>{line}</li>"
    rows = "".join(_row(part) for part in parts(verdict))
    grid = "display:grid;grid-template-columns:max-content 1fr;column-gap:10px;margin:0 0 4px 20px"
    ways = "".join(f'<p style="margin:0 0 4px 20px">{with_code(way)}</p>' for way in ways_of(verdict))
    return f'<li>{line}<dl style="{grid}">{rows}</dl>{ways}</li>'


def _row(part: Part) -> str:
    text = f'<code style="{_CODE}">{escape(part.text)}</code>' if part.code else with_code(part.text)
    label = f'<dt style="grid-column:1;opacity:.8">{escape(part.label)}</dt>'
    return f'{label}<dd style="grid-column:2;margin:0">{text}</dd>'


def with_code(text: str) -> str:
    """Escaped text in which `…` became code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # an odd number of backticks: not ours, show them as they are
        return f'<span style="overflow-wrap:anywhere">{escape(text)}</span>'
    marked = (
        f'<code style="{_CODE}">{escape(piece)}</code>' if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )
    return f'<span style="overflow-wrap:anywhere">{"".join(marked)}</span>'


def _quiet(report: TaskReport) -> str:
    """What follows from a failure above, or is folded behind it: there for those who ask."""
    line = quiet_line(report)
    if not line:
        return ""
    inside = "".join(_verdict(verdict) for verdict in report.verdicts if verdict.quiet)
    folded = f'<ul style="list-style:none;margin:2px 0 0 0;padding:0">{inside}</ul>'
    return f"<details><summary>… {escape(line)}</summary>{folded}</details>"


def _hint(report: TaskReport) -> str:
    if not report.hint or report.status is not Status.FAILED:
        return ""
    word = escape(_("Hint"))
    return f"<details><summary>{word}</summary>{with_code(report.hint)}</details>"


# -- An HTML page of its own, for a browser: to look a word up, or to print.


def document(title: str, body: str, *, style: str, schemes: str = "light") -> str:
    """``body`` is HTML. ``schemes``: the colour schemes that it is legible in; what is printed knows only light."""
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="{schemes}">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>{body}</body></html>\n"
    )
