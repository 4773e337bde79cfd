"""Every lab ends with a card and the rehearsal of its grading, which cost nothing where no student's copy lies."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

REPO = Path(__file__).resolve().parents[2]
LABS = sorted(path.stem for path in (REPO / "solutions").glob("*/[0-9]*.ipynb"))


@pytest.mark.parametrize("lab", LABS)
def test_the_last_cells_tell_how_far_one_is_and_rehearse(lab: str) -> None:
    for part in ("solutions", "labs"):
        card, text, code = nbformat.read(REPO / part / lab / f"{lab}.ipynb", as_version=4).cells[-3:]
        assert card.source == "# ✓ How far you are: Shift+Enter\ncheck.card()"
        assert card.metadata == {"jupyter": {"source_hidden": True}}
        assert code.source == "check.rehearse()"
        assert "nbgrader" not in code.metadata
        assert f"drydock check {lab[:2]} --fresh" in text.source
