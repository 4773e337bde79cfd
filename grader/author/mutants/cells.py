"""The mutants of a task: each a whole answer cell that differs from the solution in one place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest

from grader.author.mutants import code, documents, shell
from grader.author.mutants.change import Change, Operator

_SOLUTION = re.compile(r"### BEGIN SOLUTION\n(?P<solution>.*?)(?=### END SOLUTION)", re.DOTALL)
_MAGIC = re.compile(r"%%(?P<name>\w+)(?P<words>[^\n]*)\n")


@dataclass(frozen=True)
class Mutant:
    """``id`` stays the same as long as the lines that differ do, whatever else is changed in the cell."""

    task: str
    id: str
    operator: Operator
    #: The change in a few words.
    what: str
    source: str
    #: What differs from the solution, as a unified diff without its head.
    diff: str


def mutants_of(task: str, source: str) -> list[Mutant]:
    """All mutants of a task's answer cell, the most telling ones first; always the same ones in the same order."""
    found: dict[str, Mutant] = {}
    seen = {_normal(source)}
    for change in _in_order(list(_changes(source))):
        mutated = change.made_in(source)
        normal = _normal(mutated)
        if normal in seen:
            continue
        seen.add(normal)
        name = _id(task, source, mutated)
        while name in found:
            name = sha256(name.encode()).hexdigest()[:8]
        found[name] = Mutant(task, name, change.operator, change.what, mutated, _diff(source, mutated))
    return list(found.values())


def _changes(source: str) -> Iterator[Change]:
    magic = _MAGIC.match(source)
    begins, ends = (magic.end() if magic else 0), len(source)
    if solution := _SOLUTION.search(source):
        begins, ends = solution.span("solution")
    text = source[begins:ends]
    if magic is None:
        inside = code.changes(text)
    elif magic["name"] in ("bash", "sh"):
        inside = shell.changes(text)
    else:
        inside = documents.changes(text, shell.changes)
    yield from (change.moved(begins) for change in inside)


def _in_order(changes: list[Change]) -> Iterator[Change]:
    """One of each kind by turns, so that little time is spent on many kinds."""
    by_kind = [[change for change in changes if change.operator is kind] for kind in Operator]
    for some in zip_longest(*by_kind):
        yield from (change for change in some if change is not None)


def _normal(source: str) -> str:
    """Spaces, and lines that do nothing, make no other answer."""
    lines = (" ".join(line.split()) for line in source.replace("\\\n", " ").splitlines())
    return "\n".join(line for line in lines if line not in ("", ":", "pass"))


def _id(task: str, source: str, mutated: str) -> str:
    lines = list(difflib.unified_diff(source.splitlines(), mutated.splitlines(), n=0, lineterm=""))
    changed = [line for line in lines[2:] if not line.startswith("@@")]
    return sha256("\n".join([task, *changed]).encode()).hexdigest()[:8]


def _diff(source: str, mutated: str) -> str:
    lines = difflib.unified_diff(source.splitlines(), mutated.splitlines(), n=1, lineterm="")
    return "\n".join(list(lines)[2:])
