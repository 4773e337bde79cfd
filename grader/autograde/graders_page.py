"""formgrader's page of one submission (``HTMLExporter.preprocessors``): a stylesheet, open hints, and a jump to what
waits or failed.

nbgrader's own template is kept: formgrader sets it itself, and a preprocessor is in nobody's way.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader import utils

from grader.i18n import _

_HERE = Path(__file__).parent


class GradersPage(Preprocessor):  # type: ignore[misc]
    """Changes the page, not the notebook in ``autograded/``."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        if "submission_id" not in resources:
            return nb, resources  # not formgrader's
        for cell in nb.cells:
            # The outputs of such cells begin with a report of ours; a student's have no HTML.
            if cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell):
                _open_hints(cell)
        # Markdown lets HTML pass, up to an empty line; the script puts the bar above the notebook.
        nb.cells.insert(0, new_markdown_cell(_jump()))
        return nb, resources


def _open_hints(cell: NotebookNode) -> None:
    for output in cell.outputs:
        if "data" in output and "text/html" in output.data:
            output.data["text/html"] = output.data["text/html"].replace("<details>", "<details open>")


def _jump() -> str:
    words = {"waits": _("Waits for you:"), "failed": _("Failed:"), "nothing": _("Nothing waits for you or failed.")}
    data = " ".join(f'data-{name}="{escape(text)}"' for name, text in words.items())
    style, script = ((_HERE / f"graders_page.{kind}").read_text("utf-8") for kind in ("css", "js"))
    nav = f'<nav id="drydock-jump" aria-label="{escape(_("Where to look"))}" {data}></nav>'
    page = f"<style>\n{style}</style>\n{nav}\n<script>\n{script}</script>"
    return "\n".join(line for line in page.splitlines() if line.strip())
