"""A rehearsal's outcome as text for a terminal and as HTML for a notebook, where colour never speaks alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from grader.i18n import _, ngettext
from grader.rehearsal.compare import Compared, clock
from grader.report.plain import printable
from grader.report.render import NO_MATHS, html_mark, mark
from grader.report.verdicts import Status

_CELL = "text-align:left;vertical-align:top;padding:2px 12px 2px 0"


@dataclass(frozen=True)
class Outcome:
    """All that is told of a rehearsal. ``graded_by_hand``: tasks that no check looks at."""

    lab: str
    saved: float
    kind: str
    tasks: tuple[Compared, ...]
    replaced: tuple[str, ...]
    unsaved: bool
    graded_by_hand: tuple[str, ...] = ()

    @property
    def before(self) -> list[str]:
        """What was rehearsed."""
        said = [
            _(
                "{lab}, your notebook as saved at {time} ({ago}), from top to bottom on a fresh daemon, as in grading. "
                "Your lab daemon and your files are as they were."
            ).format(lab=self.lab, time=clock(self.saved), ago=_ago(time.time() - self.saved))
        ]
        if self.unsaved:
            said.append(_("You ran something since that is not saved yet: press Ctrl-S, then rehearse again."))
        for name in self.replaced:
            text = _("You changed {file}, which came with the lab: grading takes it as it came.")
            said.append(text.format(file=name))
        return said

    @property
    def after(self) -> list[str]:
        """The sum, and what a rehearsal can't know."""
        earned = sum(task.rehearsed_points or 0.0 for task in self.tasks)
        live = sum(task.live_points for task in self.tasks)
        total = sum(task.points for task in self.tasks)
        passed = sum(task.rehearsed is Status.PASSED for task in self.tasks)
        said = [
            _("Rehearsed: {passed} of {tasks} tasks passed, {earned:g} of {total:g} points. Live: {live:g}.").format(
                passed=passed, tasks=len(self.tasks), earned=round(earned, 2), total=total, live=round(live, 2)
            )
        ]
        if self.graded_by_hand:
            said.append(_("Graded by hand, so not rehearsed: {tasks}.").format(tasks=", ".join(self.graded_by_hand)))
        said.append(
            _("This is no mark: grading asks again, and some checks ask for more there than the copy you have shows.")
        )
        return said


def as_text(outcome: Outcome, *, colour: bool = False) -> str:
    """Several lines, without a line break at the end."""
    heads = _heads()[:3]
    marks = [(task.task, _mark(task.live, False), _mark(task.rehearsed, False)) for task in outcome.tasks]
    widths = [max(len(row[column]) for row in [heads, *marks]) for column in range(3)]
    lines = [*map(printable, outcome.before), "", _row(heads, widths, heads)]
    for task, words in zip(outcome.tasks, marks, strict=True):
        shown = (task.task, _mark(task.live, colour), _mark(task.rehearsed, colour))
        lines += [f"{_row(words, widths, shown)}  {_points(task)}", *(f"    {_plain(why)}" for why in task.reasons)]
    return "\n".join([*lines, "", *outcome.after])


def _row(words: Sequence[str], widths: Sequence[int], shown: Sequence[str]) -> str:
    """``shown`` may hold colours, which take no room: ``words`` are the same without."""
    columns = (mark + " " * (width - len(word)) for word, width, mark in zip(words, widths, shown, strict=True))
    return "  ".join(columns).rstrip()


def _mark(status: Status | None, colour: bool) -> str:
    return mark(status, colour) if status is not None else "–"


def _points(task: Compared) -> str:
    earned = "?" if task.rehearsed_points is None else f"{task.rehearsed_points:g}"
    return _("{earned} of {points:g} points").format(earned=earned, points=task.points)


def _plain(reason: str) -> str:
    return " ".join(printable(reason).split())


def as_html(outcome: Outcome) -> str:
    """One fragment without scripts. Every text in it is escaped: containers wrote some of it."""
    head = "".join(f'<th scope="col" style="{_CELL}">{escape(name)}</th>' for name in _heads())
    rows = "".join(_html_row(task) for task in outcome.tasks)
    return (
        f'<section class="drydock-rehearsal {NO_MATHS}" aria-label="{escape(_("Rehearsal of the grading"))}">'
        f"{_paragraphs(outcome.before)}"
        f'<table style="margin:6px 0"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        f"{_paragraphs(outcome.after)}</section>"
    )


def _heads() -> tuple[str, ...]:
    return (_("task"), _("live"), _("rehearsed"), _("points"), _("why"))


def _html_row(task: Compared) -> str:
    live = "–" if task.live is None else html_mark(task.live)
    why = "".join(f'<div style="overflow-wrap:anywhere">{escape(_plain(reason))}</div>' for reason in task.reasons)
    cells = (live, html_mark(task.rehearsed), escape(_points(task)), why)
    columns = "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells)
    return f'<tr><th scope="row" style="{_CELL}">{escape(task.task)}</th>{columns}</tr>'


def _paragraphs(lines: Sequence[str]) -> str:
    return "".join(f'<p style="margin:2px 0">{escape(printable(line))}</p>' for line in lines)


def _ago(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes < 1:
        return _("less than a minute ago")
    if minutes < 120:
        return ngettext("{n} minute ago", "{n} minutes ago", minutes).format(n=minutes)
    return ngettext("{n} hour ago", "{n} hours ago", minutes // 60).format(n=minutes // 60)
