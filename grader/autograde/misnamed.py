"""Notebooks that were handed in under another name than the lab's, as a browser names a second download."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Iterable
from pathlib import Path

from grader.i18n import _


class Misnamed(Exception):
    """A notebook of the lab is missing and another is there. ``str()`` says so; ``remedy`` is a command, or empty."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def by_lab_name(handed_in: Iterable[Path], wanted: Collection[str], *, accept: bool) -> dict[str, Path]:
    """The lab's notebooks ``wanted`` → their files among those that were ``handed_in``.

    With ``accept`` the only one there is stands for the only one that is missing. Raises Misnamed where it is not to
    be told which is which: nbgrader would give a zero for the missing one.
    """
    files = sorted(handed_in)
    known = {path.stem: path for path in files if path.stem in wanted}
    missing = sorted(set(wanted) - set(known))
    others = [path for path in files if path.stem not in wanted]
    if known:
        # Beside the lab's own there may be scratch notebooks: then only a name like the missing one's counts.
        others = [path for path in others if path.stem.startswith(tuple(missing))]
    if not missing or not others:
        return known
    only = len(missing) == len(others) == 1
    if only and accept:
        return {**known, missing[0]: others[0]}
    folder = others[0].parent
    why = _("there is no {wanted} in {folder}, only {names}").format(
        wanted=_(" or ").join(f"{name}.ipynb" for name in missing),
        folder=os.path.relpath(folder),
        names=", ".join(path.name for path in others),
    )
    target = folder / f"{missing[0]}.ipynb"
    raise Misnamed(why, f"mv {shell_word(others[0])} {shell_word(target)}" if only else "")


def shell_word(path: Path) -> str:
    """The path from here, as bash reads it, whatever characters its name has."""
    word = os.path.relpath(path)
    if word.startswith("-"):
        word = f"./{word}"
    if word.isprintable():
        return shlex.quote(word)
    plain = (chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}" for byte in os.fsencode(word))
    return "$'" + "".join(plain) + "'"
