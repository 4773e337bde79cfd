"""The scripts that setup cells run, as the author wrote them: a student's cells may have changed what lies there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Not an absolute path: that is one in a container.
_RUN = re.compile(r"(?<![\w./-])(?:ba)?sh[ \t]+((?!/)[\w./-]+)")

#: Run by the kernel that prepares tasks, with a student's rights and no more, so a link laid out there leads nowhere.
_PUT_BACK = """
def put_back(scripts):
    import os, shutil
    for path, text in scripts.items():
        parts = path.split("/")
        for folder in ("/".join(parts[:depth]) for depth in range(1, len(parts))):
            if os.path.islink(folder) or not os.path.isdir(folder):
                if os.path.lexists(folder):
                    os.unlink(folder)
                os.mkdir(folder)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif os.path.lexists(path):
            os.unlink(path)
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
put_back({scripts})
del put_back
"""


def scripts_run_by(source: str, folders: Sequence[Path]) -> dict[str, str]:
    """Path → text of each file that a setup cell runs by ``sh PATH`` or ``bash PATH``, of the first folder with it."""
    found: dict[str, str] = {}
    for path in _RUN.findall(source):
        for folder in folders:
            if ".." not in Path(path).parts and (script := folder / path).is_file():
                found.setdefault(path, script.read_text("utf-8"))
    return found


def put_back(scripts: Mapping[str, str]) -> str:
    """The cell that writes them anew below the working folder; whatever is in the way goes."""
    return _PUT_BACK.replace("{scripts}", repr(dict(scripts)))
