"""What a lab's experiments must print: ``answers/outputs.toml`` beside the lab, and how a run is held against it.

No check hangs on a cell that only shows something: it could show the contrary of what the text teaches, and nobody
would see it. For each such cell the file has, by its ID, what of its output makes the point: a regular expression or a
list of them, searched with ``re.MULTILINE``; an empty list where nothing that is printed matters.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.course.labs import read_lab
from grader.course.predictions import predictions_of

SOLUTIONS = Path(__file__).resolve().parents[1] / "solutions"
#: What Drydock itself tells has tests of its own.
_DRYDOCKS_OWN = re.compile(r"check\.(predict|card|rehearse|proofs)\(")
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def experiments(lab: str) -> list[str]:
    """The IDs of the cells that only show something. A prediction's outcome is proved by ``drydock author check``."""
    cells = read_lab(SOLUTIONS / lab / f"{lab}.ipynb").cells
    predicted = [prediction.experiment for prediction in predictions_of(cells)]
    shown = [cell for cell in cells if cell.is_code and cell.source.strip() and not cell.grade_id]
    return [cell.id for cell in shown if cell not in predicted and not _DRYDOCKS_OWN.search(cell.source)]


def declared(lab: str) -> Mapping[str, list[str]]:
    text = (SOLUTIONS / lab / "answers/outputs.toml").read_text()
    return {name: [given] if isinstance(given, str) else given for name, given in tomllib.loads(text).items()}


def not_shown(lab: str, cells: Iterable[Any]) -> Iterator[str]:
    """What an executed notebook's cells did not print, a text each, with what they did."""
    wanted = declared(lab)
    for cell in cells:
        shown = printed(cell)
        for pattern in wanted.get(cell.id, ()):
            if not re.search(pattern, shown, re.MULTILINE):
                yield f"{lab} {cell.id}: no {pattern!r} in\n{shown[-1500:]}"


def printed(cell: Any) -> str:
    """All that a cell's outputs say as text."""
    texts = (out.get("text") or out.get("data", {}).get("text/plain") or "" for out in cell.get("outputs", ()))
    return _CONTROL.sub("", "".join(texts))
