"""The type of the fixture ``sh``: runs a script, returns what it printed."""

from __future__ import annotations

from collections.abc import Callable

type Shell = Callable[[str], str]
