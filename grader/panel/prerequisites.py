"""What builds on what, as drawings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.course.lab_cards import LabCard
from grader.course.settings import Stage, by_stage
from grader.i18n import _

#: JupyterLab draws once, in the theme of that moment: these colours are seen in every theme.
_LOOK = (
    # Narrow boxes close together: the drawing shrinks to the page's width, and its letters with it.
    '%%{init: {"theme": "base", "flowchart": {"nodeSpacing": 4, "rankSpacing": 36, "wrappingWidth": 80, '
    '"padding": 4}, "themeVariables": {"lineColor": "#808080", "primaryColor": "#dbe9f6", '
    '"primaryBorderColor": "#2f7fc1", "primaryTextColor": "#1a1a1a", "fontSize": "16px"}}}%%'
)


def order(cards: Sequence[LabCard], stages: Sequence[Stage] = ()) -> str:
    """What builds on what, a drawing for each stage: one of two dozen labs has letters that nobody can read."""
    parts = []
    for stage, held in by_stage(cards, stages):
        if stage:
            parts.append(f"### {stage.title}")
        parts.append(_drawing(held))
    return "\n\n".join(parts)


def _drawing(cards: Sequence[LabCard]) -> str:
    """As JupyterLab draws it by itself, with the same in words inside it."""
    names = {card.name: card for card in cards}
    words = "; ".join(
        _("lab {number} builds on {others}").format(
            number=card.number, others=", ".join(other.split("-")[0] for other in card.builds_on)
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
        return {deeper for other in names[name].builds_on if other in names for deeper in {other, *below(other)}}

    mine = [name for name in card.builds_on if name in names]
    return [name for name in mine if not any(name in below(other) for other in mine)]


def _plain(title: str) -> str:
    """Without what Mermaid takes for its own."""
    return "".join(character for character in title if character not in '"[]{}<>|;#`')
