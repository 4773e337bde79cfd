"""Rows of the CSV files we write: a spreadsheet runs what begins like a formula (OWASP, "CSV injection")."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: What a formula begins with, in full width as well, and what a spreadsheet may pass over before it.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
#: A number is no formula, whatever its sign.
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def in_order(name: str) -> list[tuple[int, str]]:
    """A sorting key by which 2 stands before 10."""
    return [(int(part) if part.isdecimal() else -1, part) for part in re.split(r"([0-9]+)", name)]


def harmless(row: Iterable[object]) -> list[str]:
    """The row with an apostrophe before each text that a spreadsheet would run; numbers stay numbers."""
    return [f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell for cell in map(str, row)]
