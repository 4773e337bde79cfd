"""Files that are written whole or not at all: after a kill or on a full disk there is still what was there before.

Standard library only: every engine's supervisor imports it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A file beside ``target`` to write to, which takes its place at the end; nothing is left of it after an error."""
    draft = target.with_name(f".{target.name}.part")
    try:
        yield draft
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def write_whole(target: Path, text: str) -> None:
    """Make ``text`` the content of ``target``."""
    with whole(target) as draft:
        draft.write_text(text, encoding="utf-8")
