"""A task's report as one HTML fragment for a notebook.

No scripts and no style sheet: JupyterLab's own colours (CSS variables) make it right in light and dark
themes, and the fallbacks inherit, so that static feedback pages work too. Status is a word and a symbol, not
only a colour.
"""

from __future__ import annotations

from html import escape

from grader.i18n import _
from grader.report.verdicts import Status, TaskReport, Verdict
from grader.report.wording import SYMBOLS, Part, parts, quiet_line, status_word, summary

# The fallback colours have a contrast of at least 3:1 on white and on #111, enough for bars and symbols (WCAG 1.4.11).
_COLOURS = {
    Status.PASSED: "var(--jp-success-color1, #2e8540)",
    Status.FAILED: "var(--jp-error-color1, #d9433f)",
    Status.BLOCKED: "var(--jp-info-color1, #2a86b8)",
    Status.COULD_NOT_CHECK: "var(--jp-warn-color1, #b26a00)",
}
_TEXT = "color:var(--jp-content-font-color1, inherit)"
_CODE = "font-family:var(--jp-code-font-family, monospace);overflow-wrap:anywhere;white-space:pre-wrap"


def report_as_html(report: TaskReport) -> str:
    """The fragment. Every text in it is escaped: parts of it come from whoever made the containers."""
    label = escape(f"{report.title or report.task}: {status_word(report.status)}")
    bar = f"border-left:4px solid {_COLOURS[report.status]};padding:2px 0 2px 10px;margin:4px 0"
    shown = "".join(_verdict(verdict) for verdict in report.verdicts if not verdict.quiet)
    return (
        f'<section class="drydock-report" aria-label="{label}" style="{bar};{_TEXT}">'
        f'<div role="status">{mark(report.status)} <strong>{escape(report.title or report.task)}</strong>'
        f" <small>({escape(summary(report))})</small></div>"
        f'<ul style="list-style:none;margin:2px 0 0 0;padding:0">{shown}</ul>'
        f"{_quiet(report)}{_hint(report)}</section>"
    )


def progress_as_html(line: str) -> str:
    """One quiet line for below a report."""
    return f'<div class="drydock-progress" style="margin:4px 0;padding-left:14px;{_TEXT}">{escape(line)}</div>'


def waiting_as_html(sentence: str) -> str:
    """What a check waits for, where its report will stand."""
    style = f"margin:4px 0;padding-left:14px;{_TEXT}"
    return f'<div class="drydock-waiting" role="status" style="{style}">{escape(sentence)}</div>'


def mark(status: Status) -> str:
    """The colour is on the symbol only: a theme's colours need not be readable as text."""
    symbol = f'<span aria-hidden="true" style="color:{_COLOURS[status]};font-weight:bold">{SYMBOLS[status]}</span>'
    return f'<span style="white-space:nowrap">{symbol} <strong>{escape(status_word(status))}</strong></span>'


def _verdict(verdict: Verdict) -> str:
    line = f"{mark(verdict.status)} {with_code(verdict.sentence)}"
    if verdict.status is Status.PASSED:
        return f"<li>{line}</li>"
    rows = "".join(_row(part) for part in parts(verdict))
    grid = "display:grid;grid-template-columns:max-content 1fr;column-gap:10px;margin:0 0 4px 20px"
    return f'<li>{line}<dl style="{grid}">{rows}</dl></li>'


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
