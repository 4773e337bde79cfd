"""Which values a cell asks for, read from its source without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from grader.i18n import _
from grader.values.values import BadDeclaration, Declaration

#: Lines that are IPython's, not Python's: magics and shell commands, also those whose output gets a name.
_NOT_PYTHON = re.compile(r"^([ \t]*)(?:[\w, \t]+=[ \t]*)?[!%].*$", re.MULTILINE)


def asked_for(source: str) -> Iterator[Declaration]:
    """What ``check.value(…)`` asks for in this cell, and ``check.plant(…)``, which is one of several scripts.

    Raises BadDeclaration when it isn't written out in the call.
    """
    for _word, call in _calls(source):
        yield _declaration(call)


def asking_in(source: str) -> Iterator[str]:
    """The calls of ``check.value(…)`` in this cell, each as a line of its own."""
    yield from (ast.unparse(call) for word, call in _calls(source) if word == "value")


def planted_in(source: str) -> Iterator[Declaration]:
    """What ``check.plant(…)`` chooses from in this cell. Raises BadDeclaration as above."""
    for word, call in _calls(source):
        if word == "plant":
            yield _declaration(call)


def _calls(source: str) -> Iterator[tuple[str, ast.Call]]:
    try:
        tree = ast.parse(_NOT_PYTHON.sub(r"\1pass", source))
    except SyntaxError:
        return
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="check"), attr="value" | "plant" as word)):
                yield word, node


def all_asked_for(sources: Iterable[str]) -> dict[str, Declaration]:
    """By name, what several cells ask for. Raises BadDeclaration when two of them ask differently for one name."""
    known: dict[str, Declaration] = {}
    for source in sources:
        for asked in asked_for(source):
            if known.setdefault(asked.name, asked) != asked:
                raise BadDeclaration(
                    _("the value {name} is asked for in two ways; it must be the same everywhere").format(
                        name=asked.name
                    )
                )
    return known


def _declaration(call: ast.Call) -> Declaration:
    names = {keyword.arg: _written_out(keyword.value) for keyword in call.keywords}
    if len(call.args) != 1 or not set(names) <= {"of", "length", "order"}:
        raise BadDeclaration(
            _('line {line}: write it as check.value("name", of=…), with length=… or with order=…').format(
                line=call.lineno
            )
        )
    return Declaration.of(_written_out(call.args[0]), names.get("of"), names.get("length"), names.get("order"))


def _written_out(node: ast.expr) -> object:
    match node:
        case ast.Call(func=ast.Name(id="range"), args=[*bounds], keywords=[]) if 1 <= len(bounds) <= 3:
            numbers = [_written_out(bound) for bound in bounds]
            whole = [number for number in numbers if isinstance(number, int)]
            if len(whole) == len(numbers) and (len(whole) < 3 or whole[2]):
                return range(*whole)
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise BadDeclaration(
            _("line {line}: what a value is must be written out in the call, as a list or a range").format(
                line=node.lineno
            )
        ) from None
