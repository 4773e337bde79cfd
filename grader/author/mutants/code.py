"""A cell of Python with shell lines changed in one place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from grader.author.mutants import documents, shell, words
from grader.author.mutants.change import Change, Operator, swap

#: ``!command`` and ``name = !command``.
_SHELL_LINE = re.compile(r"^(?P<before>[ \t]*(?:[\w, ]+= *)?!)(?P<command>.+)$", re.MULTILINE)
_MAGIC_LINE = re.compile(r"^(?P<before>[ \t]*)%.+$", re.MULTILINE)
_SHOWING = frozenset(("print", "display", "sleep", "wait", "logs", "close", "reload"))


def changes(source: str) -> Iterator[Change]:
    """Of the shell lines, and of the Python around them where it can be read."""
    lines = list(_SHELL_LINE.finditer(source))
    effective = [line for line in lines if list(shell.changes(line["command"] + "\n:\n"))]
    for line in lines:
        yield from (change.moved(line.start("command")) for change in shell.changes(line["command"]))
    for line in effective:
        if line["before"].strip() == "!" and (len(effective) > 1 or _python_of(source).strip()):
            what = f"left out: {line['command'][:40]}"
            blank = re.match(r"[ \t]*", line["before"])
            yield Change(Operator.COMMAND, line.start(), line.end(), f"{blank[0] if blank else ''}pass", what)
    for first, second in pairwise(effective):
        if first["before"].strip() == second["before"].strip() == "!" and first.end() + 1 == second.start():
            yield swap(source, first.span(), second.span(), "two commands")
    yield from _python(source)


def _python_of(source: str) -> str:
    """The source with each shell line as Python of the same length, so that places stay what they are."""

    def filled(line: re.Match[str]) -> str:
        return f"{line['before'][:-1]}0".ljust(len(line[0]))

    plain = _SHELL_LINE.sub(filled, source)
    return _MAGIC_LINE.sub(lambda line: f"{line['before']}0".ljust(len(line[0])), plain)


def _python(source: str) -> Iterator[Change]:
    try:
        tree = ast.parse(_python_of(source))
    except SyntaxError:
        return
    places = _Places(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _call(node, places)
        elif isinstance(node, ast.Assign | ast.List | ast.Dict | ast.Tuple):
            yield from _constants(node, places)
        for body in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if isinstance(body, list):
                yield from _statements(body, places)


class _Places:
    """From ast's lines and bytes to places in the text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._lines = source.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno or 0, node.end_col_offset or 0)

    def _at(self, line: int, byte: int) -> int:
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:byte].decode())


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _call(call: ast.Call, places: _Places) -> Iterator[Change]:
    if _name(call) in _SHOWING:
        return
    for keyword in call.keywords:
        start, end = places.span(keyword)
        rest = re.match(r"\s*,\s*", places.source[end:])
        if rest:
            end += rest.end()
        elif before := re.search(r",\s*$", places.source[:start]):
            start = before.start()
        yield Change(Operator.OPTION, start, end, "", f"drop {keyword.arg}=")
        yield from _constant(keyword.value, places)
    for argument in call.args:
        yield from _constant(argument, places)


def _constants(node: ast.Assign | ast.List | ast.Dict | ast.Tuple, places: _Places) -> Iterator[Change]:
    values = [node.value] if isinstance(node, ast.Assign) else node.values if isinstance(node, ast.Dict) else node.elts
    for value in values:
        yield from _constant(value, places)


def _constant(node: ast.expr, places: _Places) -> Iterator[Change]:
    if not isinstance(node, ast.Constant):
        return
    start, end = places.span(node)
    text = places.source[start:end]
    if isinstance(node.value, bool):
        yield Change(Operator.VALUE, start, end, str(not node.value), f"{node.value} → {not node.value}")
    elif isinstance(node.value, int):
        yield Change(Operator.VALUE, start, end, str(node.value + 1), f"{node.value} → {node.value + 1}")
    elif isinstance(node.value, str) and "\n" in node.value and text.startswith(('"""', "'''")):
        yield from (change.moved(start + 3) for change in documents.changes(text[3:-3], shell.changes))
    elif isinstance(node.value, str) and text[:1] in "'\"":
        yield from words.changes(text, at=start)


def _statements(body: list[ast.stmt], places: _Places) -> Iterator[Change]:
    calls = [one for one in body if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call)]
    telling = [one for one in calls if isinstance(one.value, ast.Call) and _name(one.value) not in _SHOWING]
    for one in telling:
        start, end = places.span(one)
        yield Change(Operator.COMMAND, start, end, "pass", f"left out: {places.source[start:end].splitlines()[0][:40]}")
    for first, second in pairwise(telling):
        yield swap(places.source, places.span(first), places.span(second), "two calls")
