"""The stages of a course: on its index, and as a page to print when one is done."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.cli import main
from grader.course.lab_cards import LabCard, TaskCard, read_labs
from grader.course.labs import COURSE_VARIABLE, Course, find_course
from grader.course.settings import Stage, by_stage, settings_in
from grader.panel.index_page import Index
from grader.panel.prerequisites import order
from grader.report.progress import VARIABLE, ProgressFolder
from grader.report.verdicts import Status, TaskReport, Verdict

_STAGES = (Stage("Deck hand", "00", "01"), Stage("Mate", "02", "05"))
_CARDS = tuple(
    LabCard(f"0{n}-x", f"Lab {n}", "20 minutes", (f"0{n - 1}-x",) if n else (), (TaskCard("one", "One", 5),))
    for n in range(4)
)


def _passed(task: str) -> TaskReport:
    return TaskReport(task, task, "", (Verdict(Status.PASSED, "x"),))


def test_each_lab_is_in_its_stage_and_what_is_in_none_comes_last() -> None:
    assert [(stage, len(cards)) for stage, cards in by_stage(_CARDS, _STAGES[:1])] == [(_STAGES[0], 2), (None, 2)]
    assert [len(cards) for _stage, cards in by_stage(_CARDS, ())] == [4]
    assert list(by_stage((), _STAGES)) == []


def test_every_lab_of_the_course_is_in_a_stage() -> None:
    course = find_course()
    grouped = list(by_stage(read_labs(course), settings_in(course.root).stages))
    assert [stage.name for stage, _cards in grouped if stage] == ["deckhand", "mate", "captain"]
    assert all(stage for stage, _cards in grouped)


def test_the_index_says_how_far_each_stage_is(tmp_path: Path) -> None:
    progress = ProgressFolder(tmp_path)
    progress.note("00-x", _passed("one"))
    index = Index(_CARDS, progress, _STAGES)
    assert "Deck hand: 1 of 2 labs done" in index.text
    assert index.as_html().count("<tbody>") == 2
    progress.note("01-x", _passed("one"))
    index = Index(_CARDS, progress, _STAGES)
    assert "Deck hand: all labs done. In a terminal: drydock certificate deck-hand" in index.text
    assert "Mate: 0 of 2 labs done" in index.as_html()


def test_each_stage_has_a_drawing_of_its_own_labs() -> None:
    first, second = order(_CARDS, _STAGES).split("### Mate")
    assert first.startswith("### Deck hand")
    assert "L00 --> L01" in first
    assert "L02 --> L03" in second
    assert "--> L02" not in second, "the other end would be in another drawing"
    assert "lab 02 builds on 01" in second, "in words it is there"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    for name in ("00-start", "01-on"):
        folder = tmp_path / "labs" / name
        folder.mkdir(parents=True)
        about = {"grade": True, "grade_id": "one", "points": 5, "locked": True, "schema_version": 3, "solution": False}
        claim = "**Believe nothing, prove it.** *“All is `<well>`.”*"
        cells = [
            new_markdown_cell(f"# {name[:2]} · Title & {name}\n\n{claim}\n\n**Task `one`.** Do it."),
            new_code_cell(
                'with check.task("one", hint="h") as t:\n    t.container("a").exists()',
                metadata={"nbgrader": {**about, "task": False}},
            ),
        ]
        nbformat.write(new_notebook(cells=cells), folder / f"{name}.ipynb")
    (tmp_path / "nbgrader_config.py").write_text("")
    (tmp_path / "course.toml").write_text('title = "Lights & <Buoys>"\n[[stages]]\ntitle = "Deck"\nlabs = "00-05"\n')
    monkeypatch.setenv(COURSE_VARIABLE, str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("LANGUAGE", "en")
    return Course(tmp_path)


def test_a_certificate_is_made_when_all_tasks_of_a_stage_have_passed(course: Course) -> None:
    run = CliRunner().invoke
    progress = ProgressFolder.in_workspace(course.workspace)
    progress.note("00-start", _passed("one"))
    early = run(main, ["certificate", "deck"])
    assert early.exit_code != 0
    assert "Deck is not complete. Next: lab 01, task one." in early.output
    assert "drydock lab 01" in early.output
    progress.note("01-on", _passed("one"))
    done = run(main, ["certificate", "Deck", "--name", "Ada <L>"])
    assert done.exit_code == 0, done.output
    page = (course.workspace / "certificate-deck.html").read_text()
    assert "Ada &lt;L&gt;" in page
    assert "Lights &amp; &lt;Buoys&gt;" in page
    assert "00 · Title &amp; 00-start" in page
    assert "<well>" not in page
    assert "&lt;well&gt;</code>." in page
    assert "never from this page" in page


def test_a_stage_without_a_released_lab_gives_no_certificate(course: Course) -> None:
    with (course.root / "course.toml").open("a") as file:
        file.write('[[stages]]\ntitle = "Bridge"\nlabs = "06-09"\n')
    early = CliRunner().invoke(main, ["certificate", "bridge"])
    assert early.exit_code != 0
    assert "No lab of Bridge is released yet." in early.output
    assert not (course.workspace / "certificate-bridge.html").exists()


def test_a_stage_that_is_none_is_said_with_those_there_are(course: Course) -> None:
    wrong = CliRunner().invoke(main, ["certificate", "admiral"])
    assert wrong.exit_code != 0
    assert "This course has no stage admiral. It has: deck." in wrong.output
