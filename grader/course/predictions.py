"""What a lab lets its students predict: the text above ``check.predict("id", …)`` asks, the cell below shows it.

The question and its choices are text, so that they are translated with the text; no code cell holds a word of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.course.cells import Cell

_CHOICE = re.compile(r" {0,3}\d{1,2}[.)] +(?P<words>\S.*)")
#: What Markdown puts around words.
_MARKS = re.compile(r"\*\*|[`*]")


@dataclass(frozen=True)
class Prediction:
    """What is asked before an experiment. ``cell`` asks, ``experiment`` shows; no choices where the text has none."""

    id: str
    question: str
    choices: tuple[str, ...]
    cell: Cell
    experiment: Cell | None


def predictions_of(cells: Sequence[Cell]) -> Iterator[Prediction]:
    """In the notebook's order."""
    for number, cell in enumerate(cells):
        if cell.is_code and (call := call_in(cell.source)) is not None:
            above = cells[number - 1] if number else None
            question, choices = asked_in(above.source if above is not None and not above.is_code else "")
            below = (other for other in cells[number + 1 :] if other.is_code and call_in(other.source) is None)
            yield Prediction(_name(call), question, choices, cell, next(below, None))


def call_in(source: str) -> ast.Call | None:
    """A code cell's ``check.predict(…)``, if it has one."""
    if "predict" not in source:
        return None
    try:
        nodes = ast.walk(ast.parse(source))
    except (SyntaxError, ValueError):
        return None
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="check"), attr="predict")):
                return node
    return None


def asked_in(text: str) -> tuple[str, tuple[str, ...]]:
    """The question and the choices of a text that ends with a numbered list: its last paragraph before it asks."""
    lines = text.strip().splitlines()
    choices: list[str] = []
    while lines and (not lines[-1].strip() or _CHOICE.fullmatch(lines[-1])):
        if choice := _CHOICE.fullmatch(lines.pop()):
            choices.insert(0, _plain(choice["words"]))
    question = "\n".join(lines).rpartition("\n\n")[2]
    return _plain(question), tuple(choices)


def _name(call: ast.Call) -> str:
    match call.args:
        case [ast.Constant(value=str(name)), *_rest]:
            return name
    return ""


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", text).split())
