"""Which key this copy of the course has: a student's own, or the default one."""

from __future__ import annotations

import os
from pathlib import Path

from grader.files import whole
from grader.i18n import _
from grader.values.keys import DEFAULT_KEY, BadKey, StudentKey

#: Beside the notebook or in any folder above it; ``drydock values set`` writes it into workspace/.
KEY_FILE = "values.key"
#: Wins over the file. In grading it is how the student's kernel gets to know its key.
KEY_VARIABLE = "DRYDOCK_VALUES_KEY"


def own_key(folder: Path) -> StudentKey:
    """The key for notebooks in ``folder``; DEFAULT_KEY when there is none. Raises BadKey for a broken one."""
    given = os.environ.get(KEY_VARIABLE)
    if given:
        return _parsed(given, KEY_VARIABLE)
    folder = folder.resolve()
    for place in (folder, *folder.parents):
        file = place / KEY_FILE
        if file.is_file():
            return read_key(file)
    return DEFAULT_KEY


def read_key(file: Path) -> StudentKey:
    """Raises BadKey, naming the file."""
    return _parsed(file.read_bytes()[:1000].decode(errors="replace"), str(file))


def write_key(folder: Path, key: StudentKey) -> Path:
    """Keep ``key`` in ``folder``, for its owner's eyes only; returns the file."""
    file = folder / KEY_FILE
    folder.mkdir(parents=True, exist_ok=True)
    with whole(file) as draft:
        draft.touch(mode=0o600)
        draft.write_text(f"{key.text}\n", encoding="ascii")
    return file


def _parsed(text: str, where: str) -> StudentKey:
    try:
        return StudentKey.parse(text)
    except BadKey as slip:
        raise BadKey(_("{where}: {what}").format(where=where, what=slip)) from None
