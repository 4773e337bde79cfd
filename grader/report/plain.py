"""Makes text from a daemon safe and short enough to show: it was written by whoever made the container."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

#: Longest text of one field of a verdict, in characters: enough for a path or an error, not for a log.
FIELD_LIMIT = 600

# Marks that would re-order or hide the rest of the line in a terminal or a page (Unicode bidi controls).
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


# What ends a line or jumps in it, beside the control characters that ``printable`` shows anyway.
_LINE_ENDS = frozenset("\n\t\u2028\u2029")


def printable(text: object, limit: int = FIELD_LIMIT) -> str:
    """``text`` with control characters made visible and its middle left out beyond ``limit`` characters.

    Terminal escape sequences in a container's log must not recolour or rewrite the student's screen.
    """
    whole = str(text)
    # Of a long log both ends are enough.
    ends = whole if len(whole) <= 4 * limit else whole[: 2 * limit] + whole[-2 * limit :]
    shown = "".join(map(_visible, ends))
    if len(shown) <= limit:
        return shown
    keep = (limit - 3) // 2
    return f"{shown[:keep]} … {shown[-keep:]}"


def shortened(text: str, limit: int) -> str:
    """Its beginning, where it has more than ``limit`` characters."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def one_line(text: object, limit: int = FIELD_LIMIT) -> str:
    """``printable`` with line ends made visible, too: a name must not look like a line of its own."""
    shown = printable(text, limit)
    return "".join(c.encode("unicode_escape").decode("ascii") if c in _LINE_ENDS else c for c in shown)


def _visible(character: str) -> str:
    if character in "\n\t":
        return character
    if character in _BIDI or unicodedata.category(character) in {"Cc", "Cs"}:
        return character.encode("unicode_escape", "surrogatepass").decode("ascii")
    return character


def encodable(text: str) -> str:
    """``text`` with U+FFFD for each half of a character (a lone surrogate), of which no UTF-8 can be made."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def listed(names: Iterable[object], *, limit: int = 8, empty: str) -> str:
    """A short list for a sentence: ``a, b, c …``; ``empty`` when there is nothing to list."""
    shown = [printable(name, 80) for name in names]
    if not shown:
        return empty
    more = " …" if len(shown) > limit else ""
    return ", ".join(shown[:limit]) + more


def excerpt(text: str, limit: int = 240) -> str:
    """The end of a longer text, on one line: for logs and outputs, where the end says most."""
    line = " ⏎ ".join(part for part in printable(text.strip(), limit * 8).splitlines() if part.strip())
    return line if len(line) <= limit else f"… {line[-limit:]}"
