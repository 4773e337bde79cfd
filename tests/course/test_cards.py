"""The deck of lab 22: the notebook shows its cards and no others, and has an experiment on each."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from grader.checks.card.card import Card
from grader.checks.card.subject import deck

_FOLDER = Path(__file__).resolve().parents[2] / "solutions" / "22-interview"
_CELLS = json.loads((_FOLDER / "22-interview.ipynb").read_text(encoding="utf-8"))["cells"]
_EXAMPLE = "rm"


def sources(kind: str) -> list[str]:
    return ["".join(cell["source"]) for cell in _CELLS if cell["cell_type"] == kind]


def branches(text: str) -> dict[str, str]:
    """The experiments in it, by card."""
    return dict(re.findall(r"^([a-z-]+)\)\ncat > \w+\.sh <<'EOF'\n(.*?)\nEOF\n;;$", text, re.MULTILINE | re.DOTALL))


def experiments() -> dict[str, str]:
    """The course's own, by card: the branches of the answer cells."""
    texts = "\n".join(source for source in sources("code") if source.startswith("%%bash"))
    found = branches(texts)
    example = re.search(r"cat > example\.sh <<'EOF'\n(.*?)\nEOF$", texts, re.MULTILINE | re.DOTALL)
    assert example
    return {**found, _EXAMPLE: example[1]}


def other_ways() -> dict[str, str]:
    files = _FOLDER.glob("answers/*/right-other-ways.sh")
    return {name: text for file in files for name, text in branches(file.read_text(encoding="utf-8")).items()}


def test_the_notebook_shows_each_card_once_with_its_sentence() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", "\n".join(sources("markdown")), re.MULTILINE)
    assert dict(rows) == {card.name: card.sentence for card in deck() if card.name != _EXAMPLE}
    assert len(rows) == len(dict(rows))


def test_each_card_has_an_experiment_of_the_course_with_the_right_verdict() -> None:
    verdicts = {name: text.splitlines()[0] for name, text in experiments().items()}
    assert verdicts == {card.name: f"# verdict: {'right' if card.holds else 'wrong'}" for card in deck()}


def test_each_card_is_proved_in_another_way_too() -> None:
    verdicts = {name: text.splitlines()[0] for name, text in other_ways().items()}
    assert verdicts == {name: text.splitlines()[0] for name, text in experiments().items() if name != _EXAMPLE}


def test_the_table_of_topics_has_each_card_and_what_is_said_of_it() -> None:
    table = (_FOLDER / "topics.md").read_text(encoding="utf-8")
    rows = [line.split(" | `")[0].removeprefix("| ") for line in table.splitlines() if line.startswith("| “")]
    cards = [card for card in deck() if card.name != _EXAMPLE]
    told = [f"“{card.sentence}”: {'right' if card.holds else 'false'}. {card.said}" for card in cards]
    assert sorted(rows) == sorted(told)


def test_about_a_third_of_the_sentences_are_right() -> None:
    right = [card.holds for card in deck()]
    assert len(right) >= 33
    assert 0.25 <= sum(right) / len(right) <= 0.42


@pytest.mark.parametrize("card", list(deck()), ids=lambda card: card.name)
def test_a_card_has_another_world_and_a_source(card: Card) -> None:
    assert bool(card.bend) is not bool(card.options)
    assert card.source.startswith("https://docs.docker.com/")
    assert card.said
    for route, code in card.bend:
        re.compile(route)
        compile(code, card.name, "exec")
