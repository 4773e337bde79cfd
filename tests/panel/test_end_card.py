"""A lab's end card, of the course's own labs and of what their checks said last."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from grader.course.claims import Claim, claims_of
from grader.course.labs import RELEASE, Course, read_lab
from grader.panel.end_card import EndCard, card
from grader.report.progress import ProgressFolder
from grader.report.verdicts import Status, TaskReport, Verdict

REPO = Path(__file__).resolve().parents[2]
COURSE = Course(REPO)
NAMES = COURSE.names(RELEASE)
FIRST = "01-first-container"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProgressFolder:
    """The progress of a student who is in their copy of lab 01."""
    shutil.copytree(REPO / RELEASE, tmp_path / RELEASE)
    copy = tmp_path / "workspace" / RELEASE / FIRST
    copy.mkdir(parents=True)
    monkeypatch.chdir(copy)
    return ProgressFolder.in_workspace(tmp_path / "workspace")


def noted(folder: ProgressFolder, *tasks: str, status: Status = Status.PASSED) -> EndCard:
    for task in tasks:
        folder.note(FIRST, TaskReport(task, task, "Look.", (Verdict(status, "It is so"),)))
    shown = card(FIRST, folder)
    assert shown is not None
    return shown


def test_what_is_open_and_what_is_proved_follows_the_checks(folder: ProgressFolder) -> None:
    begun = noted(folder, "note", "quiet")
    assert "2 of 17 tasks · " in str(begun)
    assert "- web (" in str(begun)
    assert "- quiet (" not in str(begun)
    assert "Without `-p` nobody can reach" in str(begun)
    assert "docker start" not in str(begun)
    lost = noted(folder, "quiet", status=Status.FAILED)
    assert re.search(r"- quiet \(.*it had passed once\)", str(lost))
    assert "nobody can reach" not in str(lost)
    done = noted(folder, *(task.id for task in COURSE.lab(FIRST, RELEASE).tasks))
    assert "17 of 17 tasks · 100 of 100 points" in str(done)
    assert "Still open" not in str(done)
    assert "drydock check 01 --fresh" in str(done)


def test_links_lead_to_cells_and_to_a_lab_that_are_there(folder: ProgressFolder) -> None:
    page = noted(folder, "note").as_html()
    ids = {cell.id for cell in COURSE.lab(FIRST, RELEASE).cells}
    linked = re.findall(rf'href="{FIRST}\.ipynb#cell-id=([^"]+)"', page)
    assert len(linked) == 16
    assert set(linked) <= ids
    assert '<a href="../02-building-images/02-building-images.ipynb">Next: lab 02, ' in page
    assert not re.search(r"<script|<style", page)


def test_after_the_last_lab_there_is_none() -> None:
    assert "That was the last lab." in str(EndCard(COURSE.lab(NAMES[-1], RELEASE), {}, None))


def test_elsewhere_it_is_one_sentence(
    folder: ProgressFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert card(FIRST, None) is None
    monkeypatch.chdir(tmp_path)
    assert card(FIRST, folder) is None
    assert capsys.readouterr().out.count("in a student's own copy of the lab only") == 2


@pytest.mark.parametrize("lab", NAMES)
def test_a_sentence_to_prove_belongs_to_a_task_of_its_lab(lab: str) -> None:
    read = COURSE.lab(lab, RELEASE)
    assert {claim.task for claim in claims_of(read)} <= {task.id for task in read.tasks}


def test_a_sentence_without_a_task_in_its_section_is_not_proved(tmp_path: Path) -> None:
    notebook = tmp_path / "03-knots" / "03-knots.ipynb"
    notebook.parent.mkdir()
    proved, told = (
        "**Believe nothing, prove it.** *“A reef knot holds.”*",
        "**Believe nothing, prove it.** *“So does any.”*",
    )
    texts = [
        f"## 1\n\n{proved}\n\n### Knots\n\n> **Task `reef`.**",
        f"{told}\n\nIt doesn't.",
        "## 2\n\n> **Task `bow`.**",
    ]
    nbformat.write(new_notebook(cells=[new_markdown_cell(text) for text in texts]), notebook)
    assert claims_of(read_lab(notebook)) == (Claim("A reef knot holds.", "reef"),)
