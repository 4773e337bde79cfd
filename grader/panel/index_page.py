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
from grader.course.settings import Stage, by_stage
from grader.i18n import _
from grader.panel.parts import bar, how_far, next_task
from grader.report.progress import ProgressFolder, TaskProgress

_CELL = "text-align:left;padding:4px 14px 4px 0;vertical-align:top"
_STAGE = "text-align:left;padding:14px 14px 4px 0;font-size:110%"
#: Seen on a light and on a dark page (3:1 or more on white and on black); the words beside it say the same.
_DONE, _BEGUN, _REST = "#008a65", "#2f7fc1", "#8a8a8a"


class Index:
    """Displays itself as the last value of a cell."""

    def __init__(self, cards: Sequence[LabCard], progress: ProgressFolder, stages: Sequence[Stage] = ()) -> None:
        self._known = {card.name: progress.of(card.name) for card in cards}
        self._stages = list(by_stage(cards, stages))
        self._notes = {card.name: list(filter(None, (card.story, _images(card)))) for card in cards}
        self._cards = {card.name: card for card in cards}
        self._latest = progress.latest()

    @property
    def text(self) -> str:
        rows = []
        for stage, cards in self._stages:
            if stage:
                rows.append(("", self._stage(stage, cards), "", "", ""))
            for card in cards:
                known = self._known[card.name]
                far = f"{bar(card, known)} {how_far(card, known)}"
                rows.append((card.number, card.title, card.time, self._needs(card), far))
        stories = [f"{card.number}  {note}" for card in self._cards.values() for note in self._notes[card.name]]
        table = Table.of(("", *_heads()), rows).as_text()
        shown = (f"{_('Your labs')}\n{table}", "\n".join(stories), self.next_step[0])
        return "\n\n".join(text for text in shown if text)

    @property
    def next_step(self) -> tuple[str, LabCard | None]:
        """What to do next, in words, and in which lab: that of the latest check first, then the next one not done."""
        cards, known = list(self._cards.values()), self._known
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
        body = ""
        for stage, cards in self._stages:
            rows = "".join(self._row(card, self._known[card.name]) for card in cards)
            if stage:
                words = escape(self._stage(stage, cards))
                rows = f'<tr><th scope="rowgroup" colspan="{len(_heads())}" style="{_STAGE}">{words}</th></tr>{rows}'
            body += f"<tbody>{rows}</tbody>"
        words, card = self.next_step
        step = _link(card, words) if card else escape(words)
        return (
            f'<p class="drydock-next" style="font-size:120%"><strong>{step}</strong></p>'
            f'<table class="drydock-index"><caption style="{_CELL}">{escape(_("Your labs"))}</caption>'
            f"<thead><tr>{head}</tr></thead>{body}</table>"
        )

    def _stage(self, stage: Stage, cards: Sequence[LabCard]) -> str:
        done = sum(next_task(card, self._known[card.name]) is None for card in cards)
        if done == len(cards):
            said = _("{stage}: all labs done. In a terminal: drydock certificate {name}")
            return said.format(stage=stage.title, name=stage.name)
        return _("{stage}: {done} of {count} labs done").format(stage=stage.title, done=done, count=len(cards))

    def _row(self, card: LabCard, known: Mapping[str, TaskProgress]) -> str:
        others = [self._cards[name] for name in card.builds_on]
        title = _link(card, f"{card.number} · {card.title}")
        for note in self._notes[card.name]:
            title += f'<div style="font-weight:normal;white-space:normal;max-width:34em">{escape(note)}</div>'
        cells = (
            # In a narrow window the number must not part from its minutes.
            escape(card.time).replace(" ", "\N{NO-BREAK SPACE}"),
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
