"""Looks at what an author passed to an expectation; a wrong value is an ``AuthorError`` in plain words.

Sizes and durations are written as the docker command writes them."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping, Sequence

from grader.checks.errors import AuthorError
from grader.i18n import _

_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?) ?(?P<unit>[kmgtp]?)(?P<binary>i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)")
_NANOSECONDS = {
    "h": 3_600_000_000_000,
    "m": 60_000_000_000,
    "s": 1_000_000_000,
    "ms": 1_000_000,
    "us": 1000,
    "µs": 1000,
    "ns": 1,
}


def memory_bytes(value: str | int, what: str = "memory") -> int:
    """Bytes of a memory size: a number of bytes or a text such as "64m". Raises AuthorError."""
    return _bytes(value, what, base=1024)


def size_bytes(value: str | int, what: str = "size") -> int:
    """Bytes of an image's or file's size: a number or a text such as "20MB" or "20MiB". Raises AuthorError."""
    return _bytes(value, what, base=1000)


def _bytes(value: str | int, what: str, base: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise AuthorError(
            _('{what} must be a number of bytes or a text such as "64m", not {value!r}').format(what=what, value=value)
        )
    power = _POWERS[match["unit"].lower()]
    return int(float(match["number"]) * (1024 if match["binary"] else base) ** power)


def human_size(size: int) -> str:
    """Decimal, as ``docker images`` shows it: ``12.3MB``."""
    return _human(size, 1000, ("B", "kB", "MB", "GB", "TB", "PB"))


def human_memory(size: int) -> str:
    """Binary, as ``docker stats`` shows it: ``64MiB``."""
    return _human(size, 1024, ("B", "KiB", "MiB", "GiB", "TiB", "PiB"))


def _human(size: int, base: int, units: tuple[str, ...]) -> str:
    value, unit = float(size), 0
    while value >= base and unit < len(units) - 1:
        value, unit = value / base, unit + 1
    return f"{value:.4g}{units[unit]}"


def nanoseconds(value: str | float, what: str = "duration") -> int:
    """A duration in nanoseconds: a number of seconds or a text such as "1m30s". Raises AuthorError."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 and math.isfinite(value):
        return round(value * 1_000_000_000)
    pieces = _DURATION.findall(value) if isinstance(value, str) else []
    if not pieces or "".join(number + unit for number, unit in pieces) != value:
        raise AuthorError(
            _('{what} must be a number of seconds or a text such as "1m30s", not {value!r}').format(
                what=what, value=value
            )
        )
    return round(sum(float(number) * _NANOSECONDS[unit] for number, unit in pieces))


def human_duration(value: int) -> str:
    """Nanoseconds as seconds: ``1.5s``."""
    return f"{value / 1_000_000_000:g}s"


# -- Other values than sizes and durations; a wrong one is an ``AuthorError`` in plain words.


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
