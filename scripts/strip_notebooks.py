"""Take out of notebooks what running them left: outputs, execution counts, times, and how far an output was scrolled.

    scripts/strip_notebooks.py [--check] NOTEBOOK...

What a cell printed on one author's machine is no source: it makes diffs that nobody reads, and may show what students
should find out. Exit code 1 if there was something to take out; ``--check`` says so and changes nothing.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

#: Cell metadata that JupyterLab writes when a cell is run or looked at.
TRACES = ("execution", "scrolled", "collapsed")


def strip(notebook: dict[str, Any]) -> bool:
    """True if there was something to take out of this notebook (nbformat 4, as JSON has it)."""
    found = False
    for cell in notebook["cells"]:
        for name in TRACES:
            found |= cell["metadata"].pop(name, None) is not None
        if cell["cell_type"] == "code":
            found |= bool(cell["outputs"]) or cell["execution_count"] is not None
            cell["outputs"], cell["execution_count"] = [], None
    return found


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("notebooks", nargs="*", type=Path)
    arguments.add_argument("--check", action="store_true", help="Change nothing.")
    given = arguments.parse_args()
    found = 0
    for path in given.notebooks:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        if not strip(notebook):
            continue
        found += 1
        if given.check:
            print(f"{path} holds outputs. Run: scripts/strip_notebooks.py '{path}'")
        else:
            # As JupyterLab and nbformat write it.
            path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            print(f"{path}: outputs taken out")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
