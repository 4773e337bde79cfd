"""Each card of the deck on real daemons: the course's own experiments tell its two worlds apart.

The author's proof draws three cards of each suit, no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.checks import Status
from grader.checks.card.card import Card
from grader.checks.card.subject import deck
from grader.engines.protocol import Engine
from tests.checks.conftest import engine_with
from tests.checks.test_checks_cards import verdict_on
from tests.course.test_cards import experiments, other_ways

pytestmark = [pytest.mark.daemon, pytest.mark.weekly]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with engine_with(image="host") as engine:
        yield engine


@pytest.mark.parametrize(
    ("card", "script"),
    [
        pytest.param(card, ways[card.name], id=f"{card.name}-{kind}")
        for kind, ways in (("own", experiments()), ("other", other_ways()))
        for card in deck()
        if card.name in ways
    ],
)
def test_the_courses_experiments_prove_their_card(engine: Engine, tmp_path: Path, card: Card, script: str) -> None:
    first, _newline, experiment = script.partition("\n")
    one = verdict_on(engine, tmp_path, first.removeprefix("# verdict: "), experiment, card.name)
    assert one.status is Status.PASSED, one.text
