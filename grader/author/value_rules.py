"""Rules for values that differ per student: asked for alike in all cells, and planted by scripts that are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from grader.author.findings import Finding, about
from grader.course.labs import Lab
from grader.i18n import _
from grader.values import BadDeclaration, Declaration
from grader.values.asked import asked_for, planted_in

#: A script whose name is put together: in grading it could not be put back as its author wrote it.
_CHOSEN_SCRIPT = re.compile(r"(?<![\w./-])(?:ba)?sh[ \t]+[^\s;|&]*[{$]")


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
