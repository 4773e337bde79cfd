"""What a task's answer did is told below its check, folded until somebody opens it."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

REPO = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(REPO.glob("solutions/*/[0-9]*.ipynb")) + sorted(REPO.glob("labs/*/[0-9]*.ipynb"))
FOLD = "<details><summary>"
OPEN = "**What just happened"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_no_explanation_stands_open_below_a_check(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    below = [cell.source for check, cell in pairwise(cells) if _is_check(check)]
    assert not [text for text in below if text.startswith(OPEN)]


@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if path.stem < "10"], ids=lambda path: f"{path.parts[-3]}-{path.stem}"
)
def test_the_first_ten_labs_tell_nothing_unasked(path: Path) -> None:
    """Neither below an experiment, where somebody may not have guessed yet, nor two cells below a check."""
    cells = nbformat.read(path, as_version=4).cells
    assert not [cell.id for cell in cells if cell.source.startswith(OPEN)]


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


def _is_check(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.metadata.get("nbgrader", {}).get("grade"))
