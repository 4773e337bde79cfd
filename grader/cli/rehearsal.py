"""``drydock check LAB --fresh``: the student's notebook as grading will find it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.group import Trouble
from grader.cli.ways import need_an_engine
from grader.cli.workspace import Workspace
from grader.course.labs import RELEASE, Lab
from grader.engines import best_kind, detached, engine_class
from grader.i18n import _
from grader.report.cell_runs import runs_of
from grader.report.verdicts import Status
from grader.values import own_key

if TYPE_CHECKING:
    from grader.rehearsal.render import Outcome


def rehearse(workspace: Workspace, lab: Lab, tasks: Sequence[str], *, as_json: bool, colour: bool) -> list[Status]:
    """Rehearse the grading of the student's copy of ``lab`` and print what came of it; the statuses of ``tasks``, or of
    all. Raises Trouble where that can't be done."""
    notebook = workspace.notebook(lab.name)
    if not notebook.is_file():
        raise Trouble(_("You have no copy of {lab} yet.").format(lab=lab.name), f"drydock lab {lab.name}")
    kind = _kind(lab.name)
    if not as_json:
        click.echo(_("Rehearsing the grading of {notebook} …").format(notebook=notebook), err=True)
    outcome = _outcome(workspace, lab, notebook, kind)
    chosen = replace(outcome, tasks=tuple(one for one in outcome.tasks if not tasks or one.task in tasks))
    from grader.rehearsal.render import as_html, as_text

    shown = as_text(chosen, colour=colour)
    if as_json:
        shown = json.dumps({**asdict(chosen), "text": shown, "html": as_html(chosen)}, ensure_ascii=False)
    click.echo(shown)
    return [task.rehearsed for task in chosen.tasks]


def _kind(lab: str) -> str:
    """The engine that the student's lab has, or else the best: a Docker of somebody's own is no fresh one.

    Raises Trouble where a fresh daemon can't be had beside the one that runs.
    """
    running = detached.current()
    if running is not None and running.kind != "host":
        kind = running.kind
    else:
        need_an_engine()
        kind = best_kind()
    if running is not None and not engine_class(kind).offers_walls():
        # Without walls both daemons would publish ports on one localhost, and a check might ask the wrong one.
        raise Trouble(
            _("Here a second daemon would share its ports with your lab daemon ({kind} engine).").format(kind=kind),
            _("Stop it, which keeps what is in it: {commands}").format(
                commands=f"drydock down; drydock check {lab} --fresh; drydock up"
            ),
        )
    return kind


def _outcome(workspace: Workspace, lab: Lab, notebook: Path, kind: str) -> Outcome:
    from grader.autograde.submission import Unreadable
    from grader.rehearsal.compare import compare, unsaved
    from grader.rehearsal.conduct import rehearse as rehearsed
    from grader.rehearsal.render import Outcome
    from grader.sandbox import KernelLost

    released = workspace.course.root / RELEASE / lab.name / notebook.name
    # As they were when it began: a check that runs meanwhile belongs to the next rehearsal.
    live, runs = workspace.progress.of(lab.name), runs_of(workspace.progress, lab.name)
    try:
        found = rehearsed(notebook, released, kind=kind, key=own_key(notebook.parent))
    except Unreadable as problem:
        raise Trouble(str(problem), f"drydock reset {lab.name} --notebook") from None
    except KernelLost as trouble:
        raise Trouble(str(trouble), "drydock doctor") from None
    by_hand = tuple(cell.grade_id for cell in lab.cells if cell.grade and not cell.is_check)
    return Outcome(
        lab.name,
        found.saved,
        kind,
        tuple(compare(found, live, runs)),
        found.replaced,
        unsaved(found, runs),
        by_hand,
    )
