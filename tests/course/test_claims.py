"""The sentences that a lab has put to the test: its first cell counts them, and its table of topics quotes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.course.claims import claims_of
from grader.course.labs import Course

REPO = Path(__file__).resolve().parents[2]
COURSE = Course(REPO)
LABS = COURSE.names()
#: As the first cell writes them.
NUMBERS = ["None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"]
#: Its sentences stand on cards that are drawn, and not in the text.
CARDS = "22-interview"


def plain(words: str) -> str:
    return " ".join(re.findall(r"[\w']+", words.lower()))


@pytest.mark.parametrize("name", LABS)
def test_the_first_cell_counts_the_tasks_that_prove_a_sentence(name: str) -> None:
    lab = COURSE.lab(name)
    said = re.search(r"(\w+) (?:of them|task) (?:holds?|are marked)\b", lab.cells[0].source)
    assert NUMBERS.index(said[1] if said else "None") == len({claim.task for claim in claims_of(lab)})


@pytest.mark.parametrize("name", [lab for lab in LABS if (COURSE.source / lab / "topics.md").exists() and lab != CARDS])
def test_a_quoted_row_is_a_sentence_that_its_task_proves(name: str) -> None:
    claims = claims_of(COURSE.lab(name))
    table = (COURSE.source / name / "topics.md").read_text(encoding="utf-8")
    for row in (line for line in table.splitlines() if line.startswith("| “")):
        quoted, tasks = plain(row[row.index("“") : row.index("”")]), re.findall(r"`([a-z0-9-]+)`", row.split("|")[-2])
        assert any(claim.task in tasks and quoted in plain(claim.words) for claim in claims), row
