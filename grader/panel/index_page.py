"""The index of the course: the labs, their time, what builds on what, and how far the student is.

All of it is read from the labs' own notebooks and from the student's progress; nothing is typed here a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote

from grader import images
from grader.charts.chart import Table
from grader.course.lab_cards import LabCard
from grader.course.labs import RELEASE
from grader.i18n import _
from grader.panel.parts import bar, how_far, next_task
from grader.report.progress import ProgressFolder, TaskProgress

_CELL = "text-align:left;padding:4px 14px 4px 0;vertical-align:top"
#: Seen on a light and on a dark page (3:1 or more on white and on black); the words beside it say the same.
_DONE, _BEGUN, _REST = "#008a65", "#2f7fc1", "#8a8a8a"


class Index:
    """Displays itself as the last value of a cell."""

    def __init__(self, cards: Sequence[LabCard], progress: ProgressFolder) -> None:
        self._rows = [(card, progress.of(card.name)) for card in cards]
        self._notes = {card.name: list(filter(None, (card.story, _images(card)))) for card in cards}
        self._cards = {card.name: card for card in cards}
        self._latest = progress.latest()

    @property
    def text(self) -> str:
        rows = [
            (card.number, card.title, card.time, self._needs(card), f"{bar(card, known)} {how_far(card, known)}")
            for card, known in self._rows
        ]
        stories = [f"{card.number}  {note}" for card, _known in self._rows for note in self._notes[card.name]]
        table = Table.of(("", *_heads()), rows).as_text()
        shown = (f"{_('Your labs')}\n{table}", "\n".join(stories), self.next_step[0])
        return "\n\n".join(text for text in shown if text)

    @property
    def next_step(self) -> tuple[str, LabCard | None]:
        """What to do next, in words, and in which lab: that of the latest check first, then the next one not done."""
        cards = [card for card, _known in self._rows]
        known = {card.name: known for card, known in self._rows}
        begun = next((number for number, card in enumerate(cards) if card.name == self._latest), 0)
        for card in (*cards[begun:], *cards[:begun]):
            task = next_task(card, known[card.name])
            if task is not None:
                words = _("Continue: lab {number}, task {task}") if known[card.name] else _(
                    "Begin: lab {number}, task {task}"
                )  # fmt: skip
                return words.format(number=card.number, task=task.id), card
        return (_("All tasks of all labs have passed.") if cards else ""), None

    def _needs(self, card: LabCard) -> str:
        return ", ".join(self._cards[name].number for name in card.builds_on) or _("nothing")

    def as_html(self) -> str:
        head = "".join(f'<th scope="col" style="{_CELL}">{escape(word)}</th>' for word in _heads())
        body = "".join(self._row(card, known) for card, known in self._rows)
        words, card = self.next_step
        step = _link(card, words) if card else escape(words)
        return (
            f'<p class="drydock-next" style="font-size:120%"><strong>{step}</strong></p>'
            f'<table class="drydock-index"><caption style="{_CELL}">{escape(_("Your labs"))}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def _row(self, card: LabCard, known: Mapping[str, TaskProgress]) -> str:
        others = [self._cards[name] for name in card.builds_on]
        title = _link(card, f"{card.number} · {card.title}")
        for note in self._notes[card.name]:
            title += f'<div style="font-weight:normal;white-space:normal;max-width:34em">{escape(note)}</div>'
        cells = (
            escape(card.time),
            # A bare number says little when it is read out alone.
            ", ".join(_link(other, other.number, _("lab {number}, {title}")) for other in others) or _("nothing"),
            f"{_coloured(card, known)} {escape(how_far(card, known))}",
        )
        return f'<tr><th scope="row" style="{_CELL}">{title}</th>' + "".join(
            f'<td style="{_CELL}">{cell}</td>' for cell in cells
        ) + "</tr>"  # fmt: skip

    def _repr_mimebundle_(self, **_wanted: object) -> dict[str, str]:
        # IPython asks for all forms by this name.
        return {"text/plain": self.text, "text/html": self.as_html()}

    def __str__(self) -> str:
        return self.text


def _images(card: LabCard) -> str:
    """What a lab will need besides the course's own images, and is not made yet on this machine; "" for nothing."""
    try:
        lacking = [need for need in images.needs(card.images) if not need.is_made] if card.images else []
    except images.ImagesError as error:
        return str(error)
    if not lacking:
        return ""
    return _("When it is opened, these images are made once, from packages: {images}.").format(
        images=", ".join(need.text for need in lacking)
    )


def _heads() -> tuple[str, ...]:
    return (_("lab"), _("time"), _("builds on"), _("best so far"))


def _coloured(card: LabCard, known: Mapping[str, TaskProgress]) -> str:
    blocks = bar(card, known)
    full = blocks.rstrip("░")
    colour = _BEGUN if next_task(card, known) else _DONE
    return (
        f'<span aria-hidden="true" style="display:block;white-space:nowrap"><span style="color:{colour}">{full}</span>'
        f'<span style="color:{_REST}">{blocks[len(full) :]}</span></span>'
    )


def _link(card: LabCard, words: str, label: str = "") -> str:
    spoken = label.format(number=card.number, title=card.title)
    title = f' title="{escape(spoken, quote=True)}"' if spoken else ""
    return f'<a href="{escape(path_of(card), quote=True)}"{title}>{escape(words)}</a>'


def path_of(card: LabCard) -> str:
    """The student's copy, as seen from the workspace's folder."""
    return quote(f"{RELEASE}/{card.name}/{card.name}.ipynb")


#: JupyterLab draws once, in the theme of that moment: these colours are seen in every theme.
_LOOK = (
    # Narrow boxes close together: the drawing shrinks to the page's width, and its letters with it.
    '%%{init: {"theme": "base", "flowchart": {"nodeSpacing": 4, "rankSpacing": 36, "wrappingWidth": 80, '
    '"padding": 4}, "themeVariables": {"lineColor": "#808080", "primaryColor": "#dbe9f6", '
    '"primaryBorderColor": "#2f7fc1", "primaryTextColor": "#1a1a1a", "fontSize": "16px"}}}%%'
)


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
        _LOOK,
        # From the top: as wide as the most labs side by side, not as the longest way through the course.
        "flowchart TB",
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
