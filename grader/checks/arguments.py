"""Looks at what an author passed to an expectation; a wrong value is an ``AuthorError`` in plain words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from grader.checks.errors import AuthorError
from grader.i18n import _


def text(value: object, what: str) -> str:
    """A non-empty string."""
    if not isinstance(value, str) or not value.strip():
        raise AuthorError(_("{what} must be a non-empty text, not {value!r}").format(what=what, value=value))
    return value


def texts(values: Sequence[object], what: str) -> tuple[str, ...]:
    """One or more non-empty strings."""
    if not values:
        raise AuthorError(_("{what}: at least one is needed").format(what=what))
    return tuple(text(value, what) for value in values)


def whole(value: object, what: str, *, low: int, high: int) -> int:
    """A whole number from ``low`` to ``high``; True and False are none."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise AuthorError(
            _("{what} must be a whole number from {low} to {high}, not {value!r}").format(
                what=what, low=low, high=high, value=value
            )
        )
    return value


def port(value: object, what: str) -> int:
    return whole(value, what, low=1, high=65535)


def seconds(value: object, what: str, *, high: float = 600) -> float:
    """A number of seconds above 0."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= high:
        raise AuthorError(
            _("{what} must be a number of seconds above 0 and up to {high:g}, not {value!r}").format(
                what=what, high=high, value=value
            )
        )
    return float(value)


def one_of(value: object, what: str, choices: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise AuthorError(
            _("{what} must be one of {choices}, not {value!r}").format(
                what=what, choices=", ".join(choices), value=value
            )
        )
    return value


def path(value: object, what: str) -> str:
    """An absolute path inside a container."""
    if not isinstance(value, str) or not value.startswith("/") or "\0" in value:
        raise AuthorError(
            _("{what} must be an absolute path such as /etc/motd, not {value!r}").format(what=what, value=value)
        )
    return value.rstrip("/") or "/"


def words(value: object, what: str) -> list[str]:
    """A command: a list of words, or one text split as a shell would split it."""
    if isinstance(value, str):
        return shlex.split(text(value, what))
    if isinstance(value, list | tuple) and all(isinstance(word, str) for word in value):
        return list(value)
    raise AuthorError(_("{what} must be a list of words or one text, not {value!r}").format(what=what, value=value))


def pairs(named: Mapping[str, object] | None, keywords: Mapping[str, object], what: str) -> dict[str, str]:
    """Names with values, given as a mapping, as keywords or both."""
    merged = {**(named or {}), **keywords}
    if not merged or not all(isinstance(item, str) for pair in merged.items() for item in pair):
        raise AuthorError(_("{what} must be names with text values, not {value!r}").format(what=what, value=merged))
    return {name: str(value) for name, value in merged.items()}


def pattern(value: object, what: str) -> re.Pattern[str]:
    """A regular expression, searched for with ``^`` and ``$`` at line ends."""
    try:
        return re.compile(text(value, what), re.MULTILINE)
    except re.error as error:
        raise AuthorError(
            _("{what} is not a regular expression: {why} in {value!r}").format(what=what, why=error, value=value)
        ) from error


def octal_mode(value: object, what: str) -> int:
    """File permission bits, given as text such as "0644" (a plain number would hide a forgotten 0o)."""
    if not isinstance(value, str) or not re.fullmatch(r"0?o?[0-7]{3,4}", value):
        raise AuthorError(_('{what} must be a text such as "0644", not {value!r}').format(what=what, value=value))
    return int(value.replace("o", ""), 8)


def pair(key: object, value: object, what: str = "key") -> str:
    """A name and perhaps a value, shown as ``key=value`` or ``key``."""
    text(key, what)
    if value is not None and not isinstance(value, str):
        raise AuthorError(_("the value of {key} must be a text, not {value!r}").format(key=key, value=value))
    return str(key) if value is None else f"{key}={value}"


def yes(value: object, what: str) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise AuthorError(_("{what} must be True or False, not {value!r}").format(what=what, value=value))
    return value


def port_and_protocol(number: object, protocol: object) -> str:
    """``80/tcp``"""
    return f"{port(number, 'port')}/{one_of(protocol, 'protocol', ('tcp', 'udp', 'sctp'))}"
