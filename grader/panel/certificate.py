"""A stage's certificate: a page to print, of what the checks have seen pass on a student's own daemon."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from grader.course.claims import claims_of
from grader.course.lab_cards import LabCard, card_of
from grader.course.labs import RELEASE, Course
from grader.course.settings import Stage
from grader.errors import ExpectedError
from grader.i18n import _
from grader.panel.parts import next_task
from grader.report.progress import ProgressFolder
from grader.report.render import document, with_code

_LOOK = """
body { font: 12pt/1.45 Georgia, serif; color: #1a1a1a; background: #fff; max-width: 44em; margin: 2em auto }
h1 { font-size: 24pt; margin: 0 0 .2em }
.name { font-size: 18pt; border-bottom: 1px solid #767676; min-height: 1.5em }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25em .8em .25em 0; vertical-align: top; font-weight: normal }
thead th { border-bottom: 1px solid #767676 }
.number { text-align: right }
.small { font-size: 10pt }
li { break-inside: avoid }
@page { size: A4; margin: 18mm }
"""


@dataclass(frozen=True)
class Earned:
    """A lab of which every task has passed. ``at``: when the last of them was checked, in seconds since 1970."""

    card: LabCard
    claims: tuple[str, ...]
    at: float


def earned_in(stage: Stage, course: Course, progress: ProgressFolder) -> list[Earned]:
    """The stage's labs. Raises ExpectedError while a task of one of them has never passed or there is none, and
    CourseError."""
    names = course.names(RELEASE)
    found: list[Earned] = []
    still_open: list[tuple[str, str]] = []
    for name in names:
        if not stage.holds(name.split("-")[0]):
            continue
        lab, known = course.lab(name, RELEASE), progress.of(name)
        card = card_of(lab, names)
        task = next_task(card, known)
        if task is not None:
            still_open.append((card.number, task.id))
            continue
        claims = tuple(claim.words for claim in claims_of(lab))
        found.append(Earned(card, claims, max((task.at for task in known.values()), default=0.0)))
    if not found and not still_open:
        raise ExpectedError(_("No lab of {stage} is released yet.").format(stage=stage.title), "drydock lab")
    if still_open:
        tasks = "; ".join(_("lab {number}, task {task}").format(number=lab, task=task) for lab, task in still_open)
        raise ExpectedError(
            _("{stage} is not complete. Next: {tasks}.").format(stage=stage.title, tasks=tasks),
            f"drydock lab {still_open[0][0]}",
        )
    return found


def page(stage: Stage, earned: Sequence[Earned], *, course: str, name: str = "") -> str:
    """The HTML page. Without a ``name`` there is a line to write one on."""
    rows = "".join(
        f'<tr><th scope="row">{each.card.number} · {escape(each.card.title)}</th>'
        f'<td class="number">{len(each.card.tasks)}</td><td class="number">{each.card.points:g}</td>'
        f"<td>{_day(each.at)}</td></tr>"
        for each in earned
    )
    heads = (_("lab"), _("tasks"), _("points"), _("last check"))
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in heads)
    claims = "".join(f"<li>“{with_code(words)}”</li>" for each in earned for words in each.claims)
    proved = f"<h2>{escape(_('Put to the test'))}</h2><ul>{claims}</ul>" if claims else ""
    done = _("has done all tasks of these labs, each checked on a real Docker daemon:")
    body = (
        f"<p>{escape(course)}</p><h1>{escape(stage.title)}</h1>"
        f'<p class="name">{escape(name)}</p><p>{escape(done)}</p>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{proved}"
        f'<p class="small">{escape(_no_grade())}</p>'
    )
    return document(f"{course}: {stage.title}", body, style=_LOOK)


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(at))


def _no_grade() -> str:
    return _(
        "Made from what the checks noted on the student's own machine. Marks come from grading by an instructor, "
        "never from this page."
    )
