"""A lab's ways out: every lab it names is there, every file it links to, and its end leads to the next one."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
LABS = sorted(path.stem for path in SOLUTIONS.glob("*/[0-9]*.ipynb"))
NEXT = dict(pairwise(LABS))
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def texts(lab: str) -> list[str]:
    notebook = nbformat.read(SOLUTIONS / lab / f"{lab}.ipynb", as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def test_there_are_labs() -> None:
    assert len(LABS) >= 10


@pytest.mark.parametrize("lab", LABS)
def test_every_lab_that_is_named_exists(lab: str) -> None:
    named = set(re.findall(r"\b[Ll]abs? (\d\d)\b", "\n".join(texts(lab))))
    assert named <= {other[:2] for other in LABS}


@pytest.mark.parametrize("lab", LABS)
def test_every_file_that_is_linked_exists(lab: str) -> None:
    links = _LINK.findall("\n".join(texts(lab)))
    files = [unquote(link.split("#")[0]) for link in links if not re.match(r"https?://|#", link)]
    assert files
    assert [name for name in files if not (SOLUTIONS / lab / name).resolve().is_file()] == []


@pytest.mark.parametrize("lab", LABS)
def test_the_end_leads_to_the_next_lab(lab: str) -> None:
    end = next(text for text in reversed(texts(lab)) if "What next" in text)
    if lab in NEXT:
        assert f"(../{NEXT[lab]}/{NEXT[lab]}.ipynb)" in end
    else:
        assert "drydock lab" in end
