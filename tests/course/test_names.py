"""All labs of a student share one daemon, so no two of them use the same name or the same port of the machine."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
#: What is named → how it stands in a command, and how many of them the labs have at least.
NAMED = {
    "containers": (r"--name[ =]([\w.-]+)", 100),
    # tides grows from lab to lab: each begins with the image that the lab before ended with.
    "images": (r"docker (?:image )?build[^\n]*? -t[ =]?(?!tides:)([\w./-]+:?[\w.-]*)", 30),
    "networks": (r"docker network create [^\n]*?([a-z][\w.-]+)(?= >| 2>|\n|$)", 5),
    "ports": (r" -p (?:[\d.]+:)?(\d+):", 20),
}
#: The one service that grows from lab to lab: the same image is meant.
SHARED = re.compile(r"tides:1\.\d")


def scripts() -> Iterator[tuple[str, str]]:
    """The lab and the text of each code cell and each script that students get."""
    for notebook in sorted(SOLUTIONS.glob("*/[0-9]*.ipynb")):
        lab = notebook.stem
        for cell in nbformat.read(notebook, as_version=4).cells:
            if cell.cell_type == "code":
                yield lab, cell.source
        for script in notebook.parent.rglob("*.sh"):
            if "answers" not in script.parts:
                yield lab, script.read_text()


@pytest.mark.parametrize("kind", NAMED)
def test_no_two_labs_use_the_same(kind: str) -> None:
    pattern, least = NAMED[kind]
    users: dict[str, set[str]] = defaultdict(set)
    for lab, text in scripts():
        for name in re.findall(pattern, text):
            if not SHARED.fullmatch(name):
                users[name].add(lab)
    assert len(users) >= least, sorted(users)
    assert {name: sorted(labs) for name, labs in users.items() if len(labs) > 1} == {}
