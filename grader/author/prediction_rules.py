"""Rules for ``check.predict(…)``: a question, choices, a way to tell what came, and an experiment.

That the outcome is one of the choices is for the proof to show: it asks after the experiment of each solution.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.author.findings import Finding, where_of
from grader.course.cells import Cell
from grader.course.labs import Lab
from grader.course.predictions import Prediction, call_in, predictions_of
from grader.i18n import _

FEWEST, MOST = 2, 6
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


def predictions_can_be_made(lab: Lab) -> Iterator[Finding]:
    known: set[str] = set()
    for prediction in predictions_of(lab.cells):
        for what, remedy in _problems(prediction, known):
            yield Finding(lab.name, prediction.id or where_of(prediction.cell), what, remedy)
        known.add(prediction.id)


def asks_for_prediction(cell: Cell) -> bool:
    return cell.is_code and call_in(cell.source) is not None


def _problems(prediction: Prediction, known: set[str]) -> Iterator[tuple[str, str]]:
    call = call_in(prediction.cell.source)
    shape = _('Write it as check.predict("name", lambda seen: …): see docs/predictions.md.')
    match call:
        case ast.Call(args=[ast.Constant(value=str()), ast.Lambda() | ast.Name()], keywords=[]):
            pass
        case _:
            yield _("The prediction is not a name and a function that tells the outcome."), shape
    if not _NAME.fullmatch(prediction.id):
        yield _("A prediction's name must be lower case letters, digits and dashes."), shape
    if prediction.id in known:
        yield _("Two predictions have the name “{name}”.").format(name=prediction.id), _("Rename one of them.")
    count = len(set(prediction.choices))
    if not FEWEST <= count <= MOST or count < len(prediction.choices):
        yield (
            _("The text right above must end with a numbered list of {fewest} to {most} different choices.").format(
                fewest=FEWEST, most=MOST
            ),
            _("Write each choice on a line of its own: 1. …"),
        )
    elif not prediction.question:
        yield _("No question stands above the choices."), _("Ask in the paragraph before the list.")
    if prediction.experiment is None or prediction.experiment.is_check:
        yield (
            _("No experiment follows: the next code cell must show what comes."),
            _("Put the experiment's cell right below, before any check."),
        )
