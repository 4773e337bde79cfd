"""``check.rehearse()``: the rehearsal from a notebook's own kernel, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from grader.course.labs import is_own_copy, own_copy
from grader.engines.adopted import reset_mark
from grader.i18n import _


def rehearse(lab: str) -> None:
    """Show the rehearsal's outcome below the cell, or one sentence where there is nothing to rehearse."""
    # Grading, papermill and the author's proof run a lab's last cell, too.
    if not is_own_copy(Path.cwd(), lab):
        print(
            _("The grading is rehearsed in a student's own copy of the lab only: {folder}").format(folder=own_copy(lab))
        )
        return
    command = [sys.executable, "-P", "-m", "grader", "check", lab, "--fresh", "--json"]
    print(_("Rehearsing the grading of the notebook as it is saved; your own daemon is not touched …"), flush=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        shown = json.loads(done.stdout)
    except ValueError:
        print(_not_here(lab, done.stderr))
        return
    from IPython.display import publish_display_data

    publish_display_data({"text/plain": shown["text"], "text/html": shown["html"]})


def _not_here(lab: str, why: str) -> str:
    """Where this kernel can't start a daemon (behind walls, for instance), somebody's terminal may."""
    lines = [line for line in why.strip().splitlines() if line.strip()]
    told = "\n".join(line for line in lines if not line.startswith(_("Rehearsing the grading of"))) or "-"
    sentence = _("The grading can't be rehearsed from this notebook. {why}").format(why=told.removeprefix("Error: "))
    if reset_mark() is not None:
        return sentence
    return sentence + "\n" + _("In a terminal it is: drydock check {lab} --fresh").format(lab=lab)
