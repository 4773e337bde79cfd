"""Which checks only look: they can run by themselves, since nothing on the daemon tells afterwards that they did.

Read from a check cell's source, by the words it uses. What isn't understood here does more than look: such a check
stays with the student. Whoever lets one run by itself asks with ``only_looks`` besides: a slip here does no harm.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from typing import get_type_hints

from grader.checks import kinds
from grader.checks.expectation import Subject, expectations_of
from grader.course.labs import Lab, Task

_FILES = frozenset({"has_file", "has_no_file"})
_REACHING = frozenset({"answers_http", "reaches", "cannot_reach", "resolves", "does_not_resolve", "listens_on"})
_INSIDE = frozenset(
    {"has_process", "has_no_process", "has_zombies", "has_no_zombies", "has_env_of_engine", "comes_back", "was_visited"}
)
_TRYING = frozenset({"uses_cpus", "outruns", "has_healthcheck_that_can_fail"})
_CONTAINER = _FILES | _REACHING | _INSIDE | _TRYING | {"can", "cannot", "has_programs", "loses_no_request", "runs"}
#: For each kind that can be judged by looking, its words that do more: run or start something, copy a file out (which
#: the daemon notes as an event), talk to a server. A kind that is not here is never only looked at.
#: (tests/checks/test_looking.py tries each word on a daemon that can only be looked at.)
ACTING: Mapping[str, frozenset[str]] = {
    "answer": frozenset(),
    "container": _CONTAINER,
    "event": frozenset(),
    "folder": frozenset({"has_context", "satisfies"}),
    "image": _FILES | {"runs", "starts_with", "stops_within", "layers_lack", "is_pushed"},
    "images": frozenset(),
    "network": frozenset(),
    "project": frozenset(),
    "service": _CONTAINER | {"has_secret"},
    "volume": _FILES | {"has_same_files_as"},
    "volumes": frozenset(),
}
#: What may follow an expectation.
_AFTERWORDS = frozenset({"worth", "as_before", "worded"})
#: Builtins with which a cell could do what can't be read off it.
_OPAQUE = frozenset({"open", "exec", "eval", "compile", "getattr", "vars", "globals", "locals", "__import__"})


def trace_of(source: str) -> str:
    """The first word of a check cell that does more than look; "" when it has none."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return "?"
    reader = _Reader()
    reader.visit(tree)
    return reader.trace


def tasks_that_only_look(lab: Lab) -> tuple[Task, ...]:
    """The tasks whose checks only look, in the notebook's order."""
    return tuple(task for task in lab.tasks if not trace_of(task.check.source))


class _Reader(ast.NodeVisitor):
    """Follows which name is a subject of which kind."""

    def __init__(self) -> None:
        self.trace = ""
        self._task = ""
        self._named: dict[str, type[Subject] | None] = {}
        #: Parameters that are given the daemon's facts (answer.py), which only look whatever is asked of them.
        self._facts: set[str] = set()
        # A check with another package's in it does more than look, as that kind is not in ACTING.
        known = kinds.own()
        self._kinds = {name: kind for name, kind in known.items() if name in ACTING}
        self._words = {word for kind in known.values() for word in _methods(kind)}

    def visit_With(self, node: ast.With) -> None:
        for item in node.items:
            if isinstance(item.optional_vars, ast.Name) and _is_task(item.context_expr):
                self._task = item.optional_vars.id
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            self._bind(target, node.value)

    def visit_For(self, node: ast.For) -> None:
        elements = node.iter.elts if isinstance(node.iter, ast.Tuple | ast.List) else []
        found = {self._kind_of(element) for element in elements}
        if isinstance(node.target, ast.Name):
            self._named[node.target.id] = found.pop() if len(found) == 1 else None
        self.generic_visit(node)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._named[target.id] = self._kind_of(value)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, its in zip(target.elts, value.elts, strict=False):
                self._bind(one, its)

    def visit_Import(self, _node: ast.Import) -> None:
        self._acts("import")

    def visit_ImportFrom(self, _node: ast.ImportFrom) -> None:
        self._acts("import")

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in _OPAQUE:
            self._acts(node.id)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "equals_found":
            finders = [given for given in node.args if isinstance(given, ast.Lambda)]
            self._facts.update(argument.arg for finder in finders for argument in finder.args.args)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        # Innermost first: in the order in which the cell says it.
        self.generic_visit(node)
        word = node.attr
        if isinstance(node.value, ast.Name) and node.value.id == self._task:
            if word not in self._kinds:
                self._acts(word)
            return
        if isinstance(node.value, ast.Name) and node.value.id in self._facts:
            return
        kind = self._kind_of(node.value)
        if kind is None:
            # A method of a text, say; or of something whose kind we can't tell.
            if word in self._words or word.startswith("_"):
                self._acts(word)
        elif word in _acting(kind) or not (word in _methods(kind) or word in _AFTERWORDS):
            self._acts(word)

    def _acts(self, word: str) -> None:
        self.trace = self.trace or word

    def _kind_of(self, node: ast.expr) -> type[Subject] | None:
        if isinstance(node, ast.Name):
            return self._named.get(node.id)
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            return None
        base, word = node.func.value, node.func.attr
        if isinstance(base, ast.Name) and base.id == self._task:
            return self._kinds.get(word)
        kind = self._kind_of(base)
        return kind if kind is None or word in _AFTERWORDS else _part(kind, word) or kind


def _is_task(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "task"


@cache
def _methods(kind: type[Subject]) -> frozenset[str]:
    """What an author can call: expectations, and ways to a part."""
    return frozenset({*expectations_of(kind), *(name for name in dir(kind) if _part(kind, name) is not None)})


@cache
def _part(kind: type[Subject], word: str) -> type[Subject] | None:
    """The kind that ``project.service("web")``, say, gives; None for a method that leads to no other subject."""
    method = getattr(kind, word, None)
    if word.startswith("_") or not callable(method) or isinstance(getattr(type(kind), word, None), property):
        return None
    try:
        given = get_type_hints(method).get("return")
    except (NameError, TypeError):
        return None
    return given if isinstance(given, type) and issubclass(given, Subject) else None


def _acting(kind: type[Subject]) -> Iterable[str]:
    """Of a kind of which nothing is said: all."""
    name = "service" if kind.__name__ == "Service" else kind.kind
    return ACTING.get(name, expectations_of(kind))
