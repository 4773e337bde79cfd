"""Labs' texts as feedback and formgrader show them: nbconvert's Markdown knows less than JupyterLab's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nbconvert.filters import markdown2html

from grader.course.labs import Course

COURSE = Course(Path(__file__).resolve().parents[2])
_CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)
#: Of a table, of bold print, of a link and of a fence: where it stands in the page, it was not understood.
_MARKUP = ("|---", "**", "](", "```")


def shown(source: str) -> str:
    """The words that a reader sees, without code."""
    return re.sub(r"<[^>]+>", "", _CODE.sub("", markdown2html(source)))


def test_a_table_in_a_quotation_is_none() -> None:
    assert "|---" in shown("> a task\n>\n> | a | b |\n> |---|---|\n> | 1 | 2 |")
    assert "|---" not in shown("> a task\n\n| a | b |\n|---|---|\n| 1 | 2 |")


@pytest.mark.parametrize("name", COURSE.names())
def test_no_markup_is_left_in_what_is_read(name: str) -> None:
    for cell in COURSE.lab(name).cells:
        if cell.cell_type == "markdown":
            words = shown(cell.source)
            assert not [markup for markup in _MARKUP if markup in words], words
