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
    """Who has no image of their own gets the same one in each."""
    later = sorted(SOLUTIONS.glob("0[5-9]-*/tides/Dockerfile"))
    assert later
    assert len({path.read_text() for path in later}) == 1
