"""The index of the course: the labs, their time, what builds on what, and how far the student is.

All of it is read from the labs' own notebooks and from the student's progress; nothing is typed here a second time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from grader.author.course import RELEASE
from grader.i18n import _, ngettext
from grader.progress import ProgressFolder, TaskProgress
from grader.widgets.reading.course import LabCard

#: File name in the student's workspace.
NOTEBOOK = "index.ipynb"
_REFRESH = "from grader.widgets import course_index\n\ncourse_index()"
_CELL = "text-align:left;padding:4px 14px 4px 0;vertical-align:top"
_BLOCKS = 10


class Index:
    """Displays itself as the last value of a cell."""

    def __init__(self, cards: Sequence[LabCard], progress: ProgressFolder) -> None:
        self._rows = [(card, progress.of(card.name)) for card in cards]
        self._titles = {card.name: card for card in cards}

    @property
    def text(self) -> str:
        lines = [_("Your labs")]
        for card, known in self._rows:
            lines.append(f"{card.number}  {card.title}  {card.time}  {how_far(card, known)}")
        return "\n".join(lines)

    def as_html(self) -> str:
        heads = (_("lab"), _("time"), _("builds on"), _("your progress"))
        head = "".join(f'<th scope="col" style="{_CELL}">{escape(word)}</th>' for word in heads)
        body = "".join(self._row(card, known) for card, known in self._rows)
        return (
            f'<table class="drydock-index"><caption style="{_CELL}">{escape(_("Your labs"))}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def _row(self, card: LabCard, known: Mapping[str, TaskProgress]) -> str:
        needs = ", ".join(self._link(self._titles[name], name.split("-")[0]) for name in card.builds_on)
        cells = (
            f"<strong>{self._link(card, f'{card.number} · {card.title}')}</strong>",
            escape(card.time),
            needs or escape(_("nothing")),
            f'<span aria-hidden="true" style="white-space:nowrap">{bar(card, known)}</span> '
            f"{escape(how_far(card, known))}",
        )
        return "<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells) + "</tr>"

    def _link(self, card: LabCard, words: str) -> str:
        return f'<a href="{escape(path_of(card), quote=True)}">{escape(words)}</a>'

    def _repr_mimebundle_(self, **_wanted: object) -> dict[str, str]:
        # IPython asks for all forms by this name.
        return {"text/plain": self.text, "text/html": self.as_html()}


def path_of(card: LabCard) -> str:
    """The student's copy, as seen from the workspace's folder."""
    return quote(f"{RELEASE}/{card.name}/{card.name}.ipynb")


def earned(card: LabCard, known: Mapping[str, TaskProgress]) -> float:
    """Points for tasks as the checks said last; what has passed once counts in full."""
    found = ((task.points, known.get(task.id)) for task in card.tasks)
    return sum(points * (1.0 if task.passed else task.fraction) for points, task in found if task is not None)


def how_far(card: LabCard, known: Mapping[str, TaskProgress]) -> str:
    passed = sum(task.id in known and known[task.id].passed for task in card.tasks)
    if not known:
        return _("not begun")
    words = ngettext(
        "{passed} of {count} task passed, {earned:g} of {points:g} points",
        "{passed} of {count} tasks passed, {earned:g} of {points:g} points",
        len(card.tasks),
    ).format(passed=passed, count=len(card.tasks), earned=round(earned(card, known), 1), points=card.points)
    return f"{words} – {_('done')}" if passed == len(card.tasks) else words


def bar(card: LabCard, known: Mapping[str, TaskProgress]) -> str:
    # Full only when everything is: never rounded up.
    full = int(_BLOCKS * earned(card, known) / card.points) if card.points else 0
    return "█" * full + "░" * (_BLOCKS - full)


def as_notebook(cards: Sequence[LabCard], progress: ProgressFolder) -> str:
    """The index as a notebook, its last cell already run."""
    index = Index(cards, progress)
    output = {
        "output_type": "execute_result",
        "execution_count": 1,
        "metadata": {},
        "data": {mime: content.splitlines(keepends=True) for mime, content in index._repr_mimebundle_().items()},
    }
    cells = [
        _markdown("title", _head()),
        _code("labs", _REFRESH, [output]),
        _markdown("order", _order(cards)),
    ]
    content = {
        "cells": cells,
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _head() -> str:
    return "\n".join(
        [
            f"# {_('Drydock: the course')}",
            "",
            _("Click a lab to open it. Your copies are yours: nothing overwrites them."),
            "",
            _("- [The panel](panel.ipynb) shows what your lab's Docker is doing, beside any lab."),
            _("- [The glossary](docs/glossary.md) explains each new word."),
            "",
            _("The table shows your progress when this page was opened. For the latest, click the next cell and press "
              "**Shift + Enter**."),
        ]
    )  # fmt: skip


def _order(cards: Sequence[LabCard]) -> str:
    """What builds on what, as a drawing that JupyterLab makes by itself, with the same in words inside it."""
    names = {card.name: card for card in cards}
    words = "; ".join(
        _("lab {number} builds on {others}").format(
            number=card.number, others=", ".join(names[other].number for other in card.builds_on)
        )
        for card in cards
        if card.builds_on
    )
    lines = [
        "```mermaid",
        "flowchart LR",
        f"    accTitle: {_('What builds on what')}",
        f"    accDescr: {words or _('Each lab stands alone')}.",
        *(f'    L{card.number}["{card.number} · {_plain(card.title)}"]' for card in cards),
        *(f"    L{names[other].number} --> L{card.number}" for card in cards for other in card.builds_on),
        "```",
    ]
    return "\n".join([f"## {_('What builds on what')}", "", *lines])


def _plain(title: str) -> str:
    """Without what Mermaid takes for its own."""
    return "".join(character for character in title if character not in '"[]{}<>|;#`')


def _markdown(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(name: str, source: str, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {},
        "execution_count": 1 if outputs else None,
        "outputs": outputs,
        "source": source.splitlines(keepends=True),
    }


def panel_notebook() -> str:
    """The notebook that holds the panel."""
    text = "\n".join(
        [
            f"# {_('What your Docker is doing')}",
            "",
            _("Click the next cell and press **Shift + Enter**. Then drag this tab to the side of a lab's, so that "
              "you see both. The panel goes on by itself while you work."),
        ]
    )  # fmt: skip
    content = {
        "cells": [
            _markdown("title", text),
            _code("panel", "from grader.widgets import panel\n\npanel()", []),
        ],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
