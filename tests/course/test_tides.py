"""One service grows through the labs: wherever it lies, it is the same program."""

from __future__ import annotations

from pathlib import Path

import pytest

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
COPIES = sorted(SOLUTIONS.glob("*/tides/tides.py"))


def test_the_labs_have_it() -> None:
    assert len(COPIES) >= 2, COPIES


@pytest.mark.parametrize("copy", COPIES, ids=lambda copy: copy.parts[-3])
def test_every_copy_is_the_first_one(copy: Path) -> None:
    first = SOLUTIONS / "02-building-images" / "tides" / "tides.py"
    assert copy.read_text() == first.read_text()


def test_later_labs_begin_with_the_same_image() -> None:
    """Who has no image of their own gets the one that lab 04 ends with."""
    later = sorted(SOLUTIONS.glob("0[5-9]-*/tides/Dockerfile"))
    assert later
    assert len({path.read_text() for path in later}) == 1
