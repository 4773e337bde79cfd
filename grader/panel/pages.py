"""The course's own pages as notebooks: the index, its table filled in, and the panel; headings that links find."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.course.lab_cards import LabCard
from grader.course.settings import Stage
from grader.i18n import _
from grader.panel.index_page import Index
from grader.panel.live_index import MODEL_ID, WIDGET_VIEW
from grader.panel.prerequisites import order
from grader.report.progress import ProgressFolder
from grader.report.render import document

_HEADING = re.compile(r"^(#{1,6}) +(.+?) *$")


def anchor_of(heading: str) -> str:
    """As GitHub makes it: lower case, without punctuation, spaces as hyphens."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def with_anchors(markdown: str) -> str:
    """The same text, with an anchor in each heading."""
    lines = []
    in_code = False
    for line in markdown.splitlines():
        in_code ^= line.lstrip().startswith("```")
        heading = None if in_code else _HEADING.match(line)
        lines.append(f'{heading[1]} <a id="{anchor_of(heading[2])}"></a>{heading[2]}' if heading else line)
    return "\n".join(lines) + "\n"


def as_page(markdown: str) -> str:
    """A document as HTML: Notebook 7 shows Markdown files as plain text, and forgets which word a link meant."""
    # Slow to import, and seldom needed.
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    style = (
        "body { font: 100%/1.5 system-ui, sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em } "
        ".anchor-link { display: none }"
    )
    return document(_("Glossary"), markdown2html_mistune(markdown), style=style, schemes="light dark")


# -- The course's own pages as notebooks: the index, its table already filled in, and the panel.
#
# Each says in its metadata how its cells were, so that a page which a student has written in is told from one that is
# only old.

type Cells = list[dict[str, Any]]

PANEL = "panel.ipynb"
_MARK = "drydock"
_INDEX_CODE = "from grader.widgets import course_index\n\ncourse_index()"
_PANEL_CODE = "from grader.widgets import panel\n\npanel()"


def index_notebook(
    cards: Sequence[LabCard],
    progress: ProgressFolder,
    *,
    title: str = "",
    glossary: bool = True,
    stages: Sequence[Stage] = (),
) -> str:
    """``title`` and ``stages``: the course's own; ``glossary``: whether it has one."""
    forms = Index(cards, progress, stages)._repr_mimebundle_()
    # The notebook's own kernel makes this widget when it starts, before anybody runs a cell.
    live = {"version_major": 2, "version_minor": 0, "model_id": MODEL_ID}
    table = {
        "output_type": "execute_result",
        "execution_count": 1,
        "metadata": {},
        "data": {
            **{mime: content.splitlines(keepends=True) for mime, content in forms.items()},
            WIDGET_VIEW: live,
        },
    }
    return _notebook(
        [
            _markdown("title", _welcome(title, glossary=glossary)),
            _code("labs", f"# {_('Your labs: Shift+Enter')}\n{_INDEX_CODE}", [table], hidden=True),
            _markdown("order", f"## {_('What builds on what')}\n\n{order(cards, stages)}"),
        ]
    )


def panel_notebook() -> str:
    return _notebook([_markdown("title", _how_to_look()), _code("panel", _PANEL_CODE, [])])


def _welcome(title: str, *, glossary: bool) -> str:
    return "\n".join(
        [
            f"# {title or _('Drydock: the course')}",
            "",
            _("Click a lab to open it. Your copies are yours: nothing overwrites them."),
            "",
            _("- [The panel](panel.ipynb) shows what your lab's Docker is doing, beside any lab."),
            *([_("- [The glossary](docs/glossary.md) explains each new word.")] if glossary else []),
            "",
            _("The table follows your checks by itself. If it is missing below, click “Your labs: "
              "Shift+Enter” there and press **Shift + Enter**."),
        ]
    )  # fmt: skip


def _how_to_look() -> str:
    return "\n".join(
        [
            f"# {_('What your Docker is doing')}",
            "",
            _("Click the next cell and press **Shift + Enter**. Then drag this tab to the side of a lab's, so that "
              "you see both. The panel goes on by itself while you work."),
        ]
    )  # fmt: skip


def trust(notebook: str) -> None:
    """Sign a page of ours: JupyterLab shows no widget of a notebook that it was not told to trust."""
    import nbformat
    from nbformat.sign import NotebookNotary

    # Without a place to note it (a home that can't be written) the page is shown as it was at the start.
    with suppress(OSError, sqlite3.Error, RuntimeError):
        NotebookNotary().sign(nbformat.reads(notebook, as_version=4))


def is_untouched(file: Path) -> bool:
    """Whether nobody has written in the cells of one of these pages; running them is no writing."""
    try:
        content: Any = json.loads(file.read_text(encoding="utf-8"))
        return bool(content["metadata"][_MARK] == _fingerprint(content["cells"]))
    except (OSError, ValueError, TypeError, KeyError):
        return False


def _notebook(cells: Cells) -> str:
    content = {
        "cells": cells,
        "metadata": {
            _MARK: _fingerprint(cells),
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _fingerprint(cells: Cells) -> str:
    # JupyterLab adds an empty cell below the last one that is run with Shift-Enter.
    sources = ["".join(cell["source"]) for cell in cells]
    return hashlib.sha256(json.dumps([source for source in sources if source.strip()]).encode()).hexdigest()


def _markdown(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(name: str, source: str, outputs: list[dict[str, Any]], *, hidden: bool = False) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": name,
        # What it shows matters, not the Python that shows it.
        "metadata": {"jupyter": {"source_hidden": True}} if hidden else {},
        "execution_count": 1 if outputs else None,
        "outputs": outputs,
        "source": source.splitlines(keepends=True),
    }
