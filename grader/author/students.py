"""As which students a lab is tried: their values differ, and one that types a value in is found out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress

from grader.course.labs import Lab
from grader.values import DEFAULT_KEY, BadDeclaration, Declaration, StudentKey, Value, variable_of
from grader.values.asked import all_asked_for, asked_for, planted_in

#: As how many students what depends on values is tried.
_STUDENTS = 3
#: Tokens, orders: more than anybody tries.
_MANY = 1_000_000
_TRIES = 20_000
#: An answer in bash for whoever has this value, then for whoever has that one.
_CASE = re.compile(r"^[ \t]*case [\"']?\$\{?(?P<value>VALUE_\w+)\}?[\"']? in$|^[ \t]*esac\b", re.MULTILINE)
_ARM = re.compile(r"^[ \t]*(?P<choice>[\w.-]+)\)$", re.MULTILINE)


def who_runs(lab: Lab, answer: str, place: int) -> StudentKey:
    """A student whose value leads to this place in the source of an answer; the default key where it leads nobody."""
    cases = list(_CASE.finditer(answer, 0, place))
    value = cases[-1]["value"] if cases else None
    arms = _ARM.findall(answer, cases[-1].end(), place) if value else []
    asked = all_asked_for(cell.source for cell in lab.cells if arms and cell.is_code)
    for one in asked.values():
        if variable_of(one.name) == value:
            keys = map(_student, range(_TRIES))
            return next((key for key in keys if str(one.value(key)) == arms[-1]), DEFAULT_KEY)
    return DEFAULT_KEY


def _student(number: int) -> StudentKey:
    return StudentKey.derive(b"author's proof", f"student {number}") if number else DEFAULT_KEY


def students_of(lab: Lab, runs: int) -> list[StudentKey]:
    """The students a lab is tried as: the first has the default key, ``runs`` is the least number of them.

    In a lab that asks for values there are three at least, each with a value of their own of every name, as far as it
    has so many, and so many that every script is planted for one of them.
    """
    asked: dict[str, Declaration] = {}
    planted: set[str] = set()
    for cell in lab.cells:
        with suppress(BadDeclaration):  # a rule says so
            asked |= {one.name: one for one in (asked_for(cell.source) if cell.is_code else ())}
            planted |= {one.name for one in (planted_in(cell.source) if cell.is_code else ())}
    kinds = {name: len(one.choices) or _MANY for name, one in asked.items()}
    least = max([runs, *([_STUDENTS] if asked else []), *(kinds[name] for name in planted)])
    students: list[StudentKey] = []
    seen: dict[str, set[Value]] = {name: set() for name in asked}
    for number in range(_TRIES):
        key = _student(number)
        values = {name: one.value(key) for name, one in asked.items()}
        fresh = all(values[name] not in seen[name] or len(seen[name]) == kinds[name] for name in asked)
        if fresh or number >= _TRIES - least:
            students.append(key)
            for name, value in values.items():
                seen[name].add(value)
        if len(students) == least:
            break
    return students


def plants_something(lab: Lab) -> bool:
    """Whether a cell has a ``check.plant``: then the untouched lab is not the same for all."""
    with suppress(BadDeclaration):
        return any(True for cell in lab.cells if cell.is_code for _one in planted_in(cell.source))
    return False


def asks_for_values(sources: Iterable[str]) -> bool:
    with suppress(BadDeclaration):
        return any(True for source in sources for _one in asked_for(source))
    return True
