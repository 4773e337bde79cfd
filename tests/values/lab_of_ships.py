"""A lab with individual values, in the tiny grading course: a ship's name, a berth (a port) and a seal (a token)."""

from __future__ import annotations

from pathlib import Path

import nbformat
from grading_course import CONNECT, LAB, Course, grading_marks, locked_cell
from nbformat.v4 import new_code_cell, new_notebook

SHIPS = ["avocet", "bittern", "curlew", "dunlin", "egret", "fulmar", "gannet", "heron", "knot", "lapwing", "merlin"]
ASK = f"""\
ship = check.value("ship", of={SHIPS!r})
seal = check.value("seal", length=8)
berth = check.value("berth", of=range(8000, 9000))
"""
ANSWER = f"""\
{ASK}ship, seal, berth
### BEGIN SOLUTION
!docker volume create --label seal={{seal}} {{ship}}
!docker run -d --name quay -p {{berth}}:80 drydock/busybox:1 sleep 600
### END SOLUTION"""
CARGO = f"""\
{ASK}with check.task("cargo", hint="Look at `docker volume create --help`.") as t:
    t.volume(ship).exists().has_label("seal", seal)"""
QUAY = f"""\
{ASK}with check.task("quay", hint="Look at `docker run --help`.") as t:
    t.container("quay").is_running().publishes(berth, container_port=80)"""


def typed(ship: str, seal: str, berth: str) -> str:
    """The answer of somebody who typed the values instead of asking for them."""
    return (
        f"!docker volume create --label seal={seal} {ship}\n"
        f"!docker run -d --name quay -p {berth}:80 drydock/busybox:1 sleep 600"
    )


def course_with_values(root: Path) -> Course:
    """Tasks ``cargo`` and ``quay``, both answered in ``cargo-answer``; released."""
    course = Course(root)
    answer = new_code_cell(ANSWER, id="answer", metadata=grading_marks("cargo-answer", "code", solution=True))
    checks = [
        new_code_cell(source, id=name, metadata=grading_marks(name, "code", locked=True, grade=True, points=2))
        for name, source in (("cargo", CARGO), ("quay", QUAY))
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [locked_cell("connect", CONNECT), answer, *checks]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": spec})
    nbformat.write(notebook, root / "solutions" / LAB / f"{LAB}.ipynb")
    course.release()
    return course
