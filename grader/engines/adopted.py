"""A lab engine that somebody else started, and starts again: a class server's, as its students' own commands see it."""

from __future__ import annotations

import os
from pathlib import Path

#: The file whose coming asks whoever started it for one that is as new.
RESET_VARIABLE = "DRYDOCK_CLASS_RESET"


def reset_mark() -> Path | None:
    """Where to ask for it; None where the lab engine is one's own."""
    given = os.environ.get(RESET_VARIABLE)
    return Path(given) if given else None
