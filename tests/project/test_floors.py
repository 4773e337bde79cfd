"""The house has floors: a room imports from its own floor and from below, and nothing goes round in a circle."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

_HOUSE = Path(__file__).resolve().parents[2] / "grader"
#: From the top (docs/architecture.md). What stands in no room is the ground, on which everything may stand.
FLOORS = (
    ("cli", "__main__"),
    ("classroom",),
    ("notebook", "widgets", "workspace"),
    ("jupyter", "rehearsal"),
    ("autograde", "author", "panel", "lms"),
    ("charts", "sandbox"),
    ("checks", "lab_daemon"),
    ("engines",),
    ("docker_api",),
    ("report",),
    ("images", "values", "course"),
    ("errors", "extras", "files", "i18n", "locks", "logs", "plugins", "processes", "shell", "temporary", "grader"),
)
#: Names in strings that lead up, and why that is none of the importing room's business.
_BY_NAME = {
    # What a student's kernel will import, imported beforehand: nothing of it is called.
    ("grader.sandbox.fork_server", "grader.notebook"),
}
_LONGEST = 350
_HEIGHT = {room: -floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def _modules() -> dict[str, Path]:
    found = {}
    for path in _HOUSE.rglob("*.py"):
        parts = path.relative_to(_HOUSE.parent).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def _imported(path: Path, modules: dict[str, Path], *, for_types: bool, by_name: bool = False) -> Iterator[str]:
    """Modules of ours that one file imports, also in functions; ``for_types``: also what only names a type.

    ``by_name``: also what a string names, for importlib or another process.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not for_types:
        tree.body = [node for node in tree.body if not _is_for_types(node)]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("grader"):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in modules else str(node.module)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("grader"))
        elif by_name and isinstance(node, ast.Constant) and re.fullmatch(r"grader(\.\w+)+", str(node.value)):
            # A module, or something in it (as traitlets and entry points name classes).
            named = (str(node.value), str(node.value).rpartition(".")[0])
            yield from [name for name in named if name in modules and name != "grader"][:1]


def _is_for_types(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def test_every_room_is_on_the_plan() -> None:
    assert {_room(module) for module in _modules()} == set(_HEIGHT)


def test_no_arrow_goes_up() -> None:
    modules = _modules()
    up = {
        (module, other)
        for module, path in modules.items()
        for other in _imported(path, modules, for_types=True, by_name=True)
        if _HEIGHT[_room(other)] > _HEIGHT[_room(module)]
    }
    assert up == _BY_NAME


def test_the_plan_for_people_has_every_room_in_the_same_order() -> None:
    page = (_HOUSE.parent / "docs" / "architecture.md").read_text()
    table = page.partition("| floor | room")[2].partition("\n\n")[0]
    rooms = [room for row in table.splitlines() for room in re.findall(r"`(\w+)(?:/|\.py)`", row.split("|")[2:3][0])]
    # What has no plate of its own.
    assert set(rooms) == set(_HEIGHT) - {"__main__", "grader"}
    heights = [_HEIGHT[room] for room in rooms]
    assert heights == sorted(heights, reverse=True)


def test_no_file_is_too_long() -> None:
    lengths = {str(path): len(path.read_text().splitlines()) for path in _HOUSE.rglob("*.py")}
    assert {path: length for path, length in lengths.items() if length > _LONGEST} == {}


@pytest.mark.parametrize("level", ["rooms", "modules"])
def test_nothing_goes_round_in_a_circle(level: str) -> None:
    modules = _modules()
    graph: dict[str, set[str]] = defaultdict(set)
    for module, path in modules.items():
        for other in _imported(path, modules, for_types=level == "rooms"):
            one, two = (module, other) if level == "modules" else (_room(module), _room(other))
            if one != two:
                graph[one].add(two)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(f"{level}: {' imports '.join(reversed(circle.args[1]))}")
