"""Rules for what a lab's cells declare: values that differ per student, scripts, predictions, and images."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress

from grader.author.findings import Finding, about, where_of
from grader.course.cells import Cell
from grader.course.declared import connecting
from grader.course.labs import Lab
from grader.course.predictions import Prediction, call_in, predictions_of
from grader.i18n import _
from grader.images import ImagesError, ensuring, recipes
from grader.values import BadDeclaration, Declaration
from grader.values.asked import asked_for, planted_in

#: A script whose name is put together: in grading it could not be put back as its author wrote it.
_CHOSEN_SCRIPT = re.compile(r"(?<![\w./-])(?:ba)?sh[ \t]+[^\s;|&]*[{$]")
#: Choices of a prediction.
FEWEST, MOST = 2, 6
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_USED = re.compile(r"(?<![\w./-])drydock/([a-z0-9][a-z0-9._-]*)")
#: Of a file beside the notebook: what is longer is data.
_MOST_BYTES = 1_000_000


def values_are_the_same_everywhere(lab: Lab) -> Iterator[Finding]:
    """A value's name means one thing in all cells of a lab: the student's cell and the check ask apart."""
    known: dict[str, Declaration] = {}
    for cell in lab.cells:
        try:
            asked = list(asked_for(cell.source)) if cell.is_code else []
        except BadDeclaration as mistake:
            yield about(lab, cell, _("In check.value, {mistake}.").format(mistake=mistake))
            continue
        for one in asked:
            if known.setdefault(one.name, one) != one:
                yield about(
                    lab,
                    cell,
                    _("The value “{name}” is asked for in another way than in a cell above.").format(name=one.name),
                    _("Write the same check.value(…) in every cell that uses it."),
                )


def planted_scripts_are_there(lab: Lab) -> Iterator[Finding]:
    """Only a setup cell plants something, and only what lies beside the notebook."""
    for cell in lab.cells:
        planted: list[Declaration] = []
        with suppress(BadDeclaration):  # said above
            planted = list(planted_in(cell.source)) if cell.is_code else []
        if planted and not cell.is_setup:
            yield about(
                lab, cell, _("Only a setup cell may have check.plant."), _("Name the cell TASK-setup, and lock it.")
            )
        for script in (str(script) for one in planted for script in one.choices):
            if not (lab.folder / script).is_file():
                yield about(lab, cell, _("There is no script {script} beside the notebook.").format(script=script))
        if cell.is_setup and _CHOSEN_SCRIPT.search(cell.source):
            yield about(
                lab,
                cell,
                _("It runs a script by a name that is put together: grading could not put that script right."),
                _('Write check.plant("name", of=[…]): docs/individual-values.md'),
            )


# -- ``check.predict(…)``: a question, choices, a way to tell what came, and an experiment.
#
# That the outcome is one of the choices is for the proof to show: it asks after the experiment of each solution.


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


# -- A lab uses only images that are there for it: the course's own, and those that its first cell declares.


def images_are_declared(lab: Lab) -> Iterator[Finding]:
    """An image that nobody declares is not there when the lab is opened, nor when it is graded."""
    unusable: list[str] = []
    try:
        there = set(recipes.known_names())
        recipes.registered(unusable.append, only=lab.images)
        base = {recipe.name for recipe in ensuring.wanted()}
    except ImagesError as error:
        yield Finding(lab.name, "", str(error), error.remedy)
        return
    declared = set(lab.images)
    if not _is_list_of_names(lab):
        yield Finding(lab.name, "connect", _("The images must be a list of names that can be read without running it."))
    for sentence in unusable:
        yield Finding(lab.name, "connect", sentence)
    for name in sorted(declared - there):
        yield Finding(
            lab.name,
            "connect",
            _("It declares the image {name}, which no recipe makes.").format(name=name),
            _("Name one of: {names}").format(names=", ".join(sorted(there - base))),
        )
    for where, name in _used(lab):
        if name in there - base - declared:
            names = ", ".join(f'"{one}"' for one in sorted({name, *declared}))
            yield Finding(
                lab.name,
                where,
                _("It uses the image drydock/{name}, which the lab does not declare.").format(name=name),
                _("In the first code cell: check = connect({lab}, images=[{names}])").format(
                    lab=f'"{lab.name}"', names=names
                ),
            )


def _is_list_of_names(lab: Lab) -> bool:
    call = connecting(lab.connect.source) if lab.connect else None
    for keyword in call.keywords if call else ():
        if keyword.arg == "images":
            try:
                value = ast.literal_eval(keyword.value)
            except ValueError:
                return False
            return isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)
    return True


def _used(lab: Lab) -> Iterator[tuple[str, str]]:
    """Where an image of the course is named, in code and in files, and its name; each once."""
    texts = [(where_of(cell), cell.source) for cell in lab.cells if cell.is_code]
    files = (path for path in sorted(lab.folder.rglob("*")) if path.is_file() and path.suffix != ".ipynb")
    texts += [
        (str(path.relative_to(lab.folder)), path.read_text("utf-8", errors="replace"))
        for path in files
        if path.stat().st_size <= _MOST_BYTES and ".ipynb_checkpoints" not in path.parts
    ]
    seen = set()
    for where, text in texts:
        for name in _USED.findall(text):
            if name not in seen:
                seen.add(name)
                yield where, name
