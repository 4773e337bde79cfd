"""What a check cell says of its task, read without running it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TypeGuard


@dataclass(frozen=True)
class Declared:
    """What stands in ``check.task(…)``; empty where it is no plain literal."""

    id: str = ""
    hint: str = ""
    #: All tasks that it builds on, whether their failure blocks it (``needs``) or not (``after``).
    needs: tuple[str, ...] = ()
    #: Those of them whose failure doesn't block it.
    after: tuple[str, ...] = ()
    #: How many times as long as others its check may take.
    longer: float = 1


#: The most that ``longer`` may be.
LONGEST = 5


def is_longer(times: object) -> TypeGuard[float]:
    """Whether it is a number that ``longer`` may be."""
    return isinstance(times, int | float) and not isinstance(times, bool) and 1 <= times <= LONGEST


def prepares(name: str, task: str) -> bool:
    """Whether a cell of this name is one of the task's setup cells."""
    return name.startswith(f"{task}-setup")


#: For what is no Python: a magic, or an author's slip, which must not pass for a test of another kind.
_BEGINS = re.compile(r"^\s*with\s+check\s*\.\s*task\s*\(", re.MULTILINE)


def has_task(source: str) -> bool:
    """Whether a cell has a ``check.task(…)``: it is one of our checks. nbgrader's own tests have none."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return _BEGINS.search(source) is not None
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == "task"
        and isinstance(node.value, ast.Name)
        and node.value.id == "check"
        for node in ast.walk(tree)
    )


def declared(source: str) -> Declared:
    """Of the first ``check.task(…)`` in a cell; all empty when there is none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return Declared()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "task":
            first = _literal(node.args[0]) if node.args else ""
            named = {keyword.arg: _literal(keyword.value) for keyword in node.keywords}
            after, longer = _names(named.get("after")), named.get("longer")
            return Declared(
                str(first or ""),
                str(named.get("hint") or ""),
                (*_names(named.get("needs")), *after),
                after,
                longer if is_longer(longer) else 1,
            )
    return Declared()


def _names(listed: object) -> tuple[str, ...]:
    return tuple(map(str, listed)) if isinstance(listed, list | tuple) else ()


def images_of(connect: str) -> tuple[str, ...]:
    """The images that a lab's first cell declares, ``connect("NN-name", images=["cosign"])``: by name, sorted."""
    call = connecting(connect)
    named = {keyword.arg: _literal(keyword.value) for keyword in call.keywords} if call is not None else {}
    return tuple(sorted(set(_names(named.get("images")))))


def connecting(source: str) -> ast.Call | None:
    """The call of ``connect`` in a cell."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return next((call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "connect"), None)


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return ""
