"""Every lab ends with the rehearsal of its grading, which costs nothing where no student's copy lies."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

REPO = Path(__file__).resolve().parents[2]
LABS = sorted(path.stem for path in (REPO / "solutions").glob("*/[0-9]*.ipynb"))


@pytest.mark.parametrize("lab", LABS)
def test_the_last_cell_rehearses(lab: str) -> None:
    for part in ("solutions", "labs"):
        text, code = nbformat.read(REPO / part / lab / f"{lab}.ipynb", as_version=4).cells[-2:]
        assert code.source == "check.rehearse()"
        assert "nbgrader" not in code.metadata
        assert f"drydock check {lab[:2]} --fresh" in text.source
