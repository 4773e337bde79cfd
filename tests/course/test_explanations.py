"""What an answer or an experiment did is told below it, folded until somebody opens it."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

REPO = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(REPO.glob("solutions/*/[0-9]*.ipynb")) + sorted(REPO.glob("labs/*/[0-9]*.ipynb"))
FOLD = "<details><summary>"
OPEN = "**What just happened"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_no_explanation_stands_open(path: Path) -> None:
    """Neither below a check nor below an experiment, where somebody may not have guessed yet."""
    cells = nbformat.read(path, as_version=4).cells
    assert not [cell.id for cell in cells if any(line.startswith(OPEN) for line in cell.source.splitlines())]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_what_is_folded_is_closed_and_still_markdown(path: Path) -> None:
    """Without the blank lines JupyterLab, nbviewer and VS Code show what is inside as it was typed."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "markdown":
            continue
        assert cell.source.count("<details>") == cell.source.count("</details>"), cell.id
        assert cell.source.count("<details>") == len(re.findall(rf"(?m)^{FOLD}[^<\n]+</summary>\n\n", cell.source)), (
            cell.id
        )
        assert cell.source.count("</details>") == len(re.findall(r"\n</details>(?:\n\n|\n?\Z)", cell.source)), cell.id
