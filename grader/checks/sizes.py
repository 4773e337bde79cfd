"""Sizes and durations as the docker command writes them.

Memory is binary (``64m`` is 64 MiB), image sizes are decimal (``20MB`` is 20 000 000 bytes): the docker
command does it so too (github.com/docker/go-units: RAMInBytes and FromHumanSize).
"""

from __future__ import annotations

import math
import re

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
