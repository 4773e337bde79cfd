"""The index of the course: the labs, their time, what builds on what, and how far the student is.

All of it is read from the labs' own notebooks and from the student's progress; nothing is typed here a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote

from grader.author.course import RELEASE
from grader.i18n import _
from grader.progress import ProgressFolder, TaskProgress
from grader.widgets.drawing.how_far import bar, how_far
from grader.widgets.reading.course import LabCard
from grader.widgets.table import Table

_CELL = "text-align:left;padding:4px 14px 4px 0;vertical-align:top"


class Index:
    """Displays itself as the last value of a cell."""

    def __init__(self, cards: Sequence[LabCard], progress: ProgressFolder) -> None:
        self._rows = [(card, progress.of(card.name)) for card in cards]
        self._cards = {card.name: card for card in cards}

    @property
    def text(self) -> str:
        rows = [
            (card.number, card.title, card.time, self._needs(card), f"{bar(card, known)} {how_far(card, known)}")
            for card, known in self._rows
        ]
        return f"{_('Your labs')}\n{Table.of(('', *_heads()), rows).as_text()}"

    def _needs(self, card: LabCard) -> str:
        return ", ".join(self._cards[name].number for name in card.builds_on) or _("nothing")

    def as_html(self) -> str:
        head = "".join(f'<th scope="col" style="{_CELL}">{escape(word)}</th>' for word in _heads())
        body = "".join(self._row(card, known) for card, known in self._rows)
        return (
            f'<table class="drydock-index"><caption style="{_CELL}">{escape(_("Your labs"))}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def _row(self, card: LabCard, known: Mapping[str, TaskProgress]) -> str:
        others = [self._cards[name] for name in card.builds_on]
        title = _link(card, f"{card.number} · {card.title}")
        cells = (
            escape(card.time),
            # A bare number says little when it is read out alone.
            ", ".join(_link(other, other.number, _("lab {number}, {title}")) for other in others) or _("nothing"),
            f'<span aria-hidden="true" style="white-space:nowrap">{bar(card, known)}</span> '
            f"{escape(how_far(card, known))}",
        )
        return f'<tr><th scope="row" style="{_CELL}">{title}</th>' + "".join(
            f'<td style="{_CELL}">{cell}</td>' for cell in cells
        ) + "</tr>"  # fmt: skip

    def _repr_mimebundle_(self, **_wanted: object) -> dict[str, str]:
        # IPython asks for all forms by this name.
        return {"text/plain": self.text, "text/html": self.as_html()}

    def __str__(self) -> str:
        return self.text


def _heads() -> tuple[str, ...]:
    return (_("lab"), _("time"), _("builds on"), _("your progress"))


def _link(card: LabCard, words: str, label: str = "") -> str:
    spoken = label.format(number=card.number, title=card.title)
    title = f' title="{escape(spoken, quote=True)}"' if spoken else ""
    return f'<a href="{escape(path_of(card), quote=True)}"{title}>{escape(words)}</a>'


def path_of(card: LabCard) -> str:
    """The student's copy, as seen from the workspace's folder."""
    return quote(f"{RELEASE}/{card.name}/{card.name}.ipynb")


def order(cards: Sequence[LabCard]) -> str:
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
        *(f"    L{names[other].number} --> L{card.number}" for card in cards for other in _direct(card, names)),
        "```",
    ]
    return "\n".join(lines)


def _direct(card: LabCard, names: Mapping[str, LabCard]) -> list[str]:
    """Without those that another of them builds on: a drawing with every arrow is a thicket."""

    def below(name: str) -> set[str]:
        return {deeper for other in names[name].builds_on for deeper in {other, *below(other)}}

    return [name for name in card.builds_on if not any(name in below(other) for other in card.builds_on)]


def _plain(title: str) -> str:
    """Without what Mermaid takes for its own."""
    return "".join(character for character in title if character not in '"[]{}<>|;#`')
