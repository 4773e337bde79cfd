"""One service grows through the labs: wherever its files lie, they are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
#: Each lab is whole by itself, so each has its own. Students add their harbours to theirs.
NAMES = ("tides.py", "harbours.csv", "coast.py", "check.py")


@pytest.mark.parametrize("name", NAMES)
def test_every_copy_is_the_same(name: str) -> None:
    copies = sorted(SOLUTIONS.glob(f"*/tides/{name}"))
    assert len(copies) >= 2
    assert len({path.read_text() for path in copies}) == 1, copies


def test_later_labs_begin_with_the_same_image() -> None:
    """Who has no image of their own gets the same one in each. Lab 08 has lab 04's first stage, too: it is edited."""
    later = sorted(SOLUTIONS.glob("0[5-9]-*/tides/Dockerfile"))
    stages = [path.read_text().partition("\n\n") for path in later]
    assert len(later) == 5
    assert len({last for _first, _between, last in stages}) == 1
    assert len({first for first, _between, _last in stages}) == 2
    made = (SOLUTIONS / "04-multi-stage-builds" / "tides" / "before.Dockerfile").read_text().splitlines()[1:6]
    assert made == stages[3][0].splitlines()[1:]
