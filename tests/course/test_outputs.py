"""Each experiment that no task grades says what it must print (lab_outputs.py); a run of the lab is held against it."""

from __future__ import annotations

import re

import pytest
from lab_outputs import SOLUTIONS, declared, experiments

LABS = sorted(path.parent.name for path in SOLUTIONS.glob("*/*.ipynb"))


@pytest.mark.parametrize("lab", LABS)
def test_each_experiment_says_what_it_must_show(lab: str) -> None:
    assert set(experiments(lab)) <= set(declared(lab)), "an experiment without an entry in answers/outputs.toml"


@pytest.mark.parametrize("lab", LABS)
def test_no_entry_is_left_of_a_cell_that_is_gone(lab: str) -> None:
    source = (SOLUTIONS / lab / f"{lab}.ipynb").read_text()
    assert [name for name in declared(lab) if f'"id": "{name}"' not in source] == []


@pytest.mark.parametrize("lab", LABS)
def test_the_patterns_are_patterns_and_tell_something(lab: str) -> None:
    patterns = [pattern for some in declared(lab).values() for pattern in some]
    assert [pattern for pattern in patterns if re.search(pattern, "")] == []
