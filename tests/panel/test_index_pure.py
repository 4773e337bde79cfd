"""The index page: what it reads from the labs' heads, and what it says."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

from grader.course.cells import Cell
from grader.course.lab_cards import LabCard, TaskCard, card_of, read_labs
from grader.course.labs import Course, Lab, Task, find_course
from grader.docker_api.deadline import Deadline
from grader.panel import pages
from grader.panel.index_page import Index
from grader.panel.live_index import LiveIndex
from grader.panel.pages import with_anchors
from grader.panel.prerequisites import order
from grader.report.progress import ProgressFolder
from grader.report.verdicts import Status, TaskReport, Verdict

NAMES = ["00-a", "01-b", "02-c"]
CARDS = (
    LabCard("00-a", "A & <b>", "20 minutes", (), (TaskCard("one", "One", 5), TaskCard("two", "Two", 5))),
    LabCard("01-b", 'B "quoted"; [odd]', "60–75 minutes", ("00-a",), (TaskCard("one", "One", 8),)),
    LabCard("02-c", "C", "", ("00-a", "01-b"), ()),
)


def _report(task: str, *statuses: Status) -> TaskReport:
    return TaskReport(task, task, "", tuple(Verdict(status, "x") for status in statuses))


@pytest.fixture
def progress(tmp_path: Path) -> ProgressFolder:
    return ProgressFolder.in_workspace(tmp_path)


def _lab(name: str, *sources: str, tasks: tuple[str, ...] = ()) -> Lab:
    cells = tuple(Cell("markdown", source, index=number, id=str(number)) for number, source in enumerate(sources))
    checks = tuple(
        Task(Cell("code", "", task, grade=True, points=5, id=task), None, (), task, "h", ()) for task in tasks
    )
    return Lab(name, Path(f"{name}.ipynb"), cells, checks)


def test_a_labs_head_is_read() -> None:
    head = (
        "# 02 · Building `images`\n\n**Story:** Why one wants it.  \n**Time:** 75–90 minutes. You can stop.  \n"
        "**You need:** `make lab`, and [lab 01](../01-b/01-b.ipynb), 90 minutes, lab 00 or 20-10. Lab 03 helps.\n"
    )
    lab = _lab(
        "02-c",
        head,
        "## 1 · First steps\n\n**Task `one`.** Do it.",
        "## 2 · Two in one\n\nTask `two-things` and Task `three`",
        tasks=("one", "two-things", "three"),
    )
    card = card_of(lab, NAMES)
    assert (card.title, card.time) == ("Building `images`", "75–90 minutes")
    assert card.story == "Why one wants it."
    assert card.builds_on == ("00-a", "01-b")
    assert [task.title for task in card.tasks] == ["First steps", "Two things", "Three"]
    assert card.points == 15


def test_a_lab_without_a_head_is_still_a_row() -> None:
    assert card_of(_lab("07-x"), NAMES) == LabCard("07-x", "07-x", "", (), ())


def test_the_number_of_a_docker_is_no_labs() -> None:
    lab = _lab("24-e", "# E\n**You need:** lab 03, Docker 23 or newer (a daemon of 20.10 does not do).\n")
    assert card_of(lab, ["03-a", "10-b", "20-c", "23-d", "24-e"]).builds_on == ("03-a",)


def test_the_courses_own_labs_say_their_time_and_their_tasks() -> None:
    cards = read_labs(find_course())
    assert [card.name for card in cards if not card.time.endswith("minutes")] == []
    assert [card.name for card in cards if not card.story.endswith(".") or len(card.story) > 130] == [], "a line"
    assert [card.name for card in cards if card.name != "00-welcome" and not card.builds_on] == []
    assert [task.id for card in cards for task in card.tasks if not task.title or not task.points] == []
    later = [(card.name, other) for card in cards for other in card.builds_on if other > card.name]
    assert later == [], "a lab builds on earlier ones"


def test_the_readme_says_of_each_lab_what_the_index_says() -> None:
    course = find_course()
    rows = re.findall(r"^\| (\d\d) .* \| ([\d, ]*) ?\|$", (course.root / "README.md").read_text(), re.MULTILINE)
    told = {number: tuple(re.findall(r"\d\d", needs)) for number, needs in rows}
    cards = {card.number: tuple(name.split("-")[0] for name in card.builds_on) for card in read_labs(course)}
    assert told == cards


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]


def test_the_index_tells_all_in_words_and_links_to_the_students_copies(progress: ProgressFolder) -> None:
    progress.note("00-a", _report("one", Status.PASSED))
    progress.note("00-a", _report("two", Status.PASSED, Status.FAILED))
    index = Index(CARDS, progress)
    assert (
        "00  A & <b>            20 minutes     nothing    ███████░░░ 1 of 2 tasks passed, 7.5 of 10 points"
        in index.text
    )
    assert "60–75 minutes  00         ░░░░░░░░░░ not begun" in index.text
    page = _Page()
    page.feed(index.as_html())
    assert "b" not in page.tags
    assert [unquote(link) for link in page.links[1:3]] == ["labs/00-a/00-a.ipynb", "labs/01-b/01-b.ipynb"]
    assert page.links[-2:] == ["labs/00-a/00-a.ipynb", "labs/01-b/01-b.ipynb"], "what lab 02 builds on"


def test_the_index_says_what_comes_next_and_why(progress: ProgressFolder) -> None:
    cards = (replace(CARDS[0], story="A story & more."), *CARDS[1:])
    assert Index(cards, progress).next_step == ("Begin: lab 00, task one", cards[0])
    progress.note("00-a", _report("one", Status.PASSED))
    index = Index(cards, progress)
    assert index.next_step == ("Continue: lab 00, task two", cards[0])
    page = _Page()
    page.feed(index.as_html())
    assert unquote(page.links[0]) == "labs/00-a/00-a.ipynb"
    assert "A story &amp; more." in index.as_html()
    assert "00  A story & more." in index.text
    progress.note("00-a", _report("two", Status.PASSED))
    assert Index(cards, progress).next_step == ("Begin: lab 01, task one", CARDS[1])
    progress.note("01-b", _report("one", Status.PASSED))
    assert Index(cards, progress).next_step == ("All tasks of all labs have passed.", None)
    progress.note("01-b", _report("one", Status.FAILED))
    assert Index(cards, progress).next_step[1] is None, "what has passed once counts"


def test_whoever_begins_with_a_later_lab_goes_on_there(progress: ProgressFolder) -> None:
    progress.note("01-b", _report("one", Status.FAILED))
    assert Index(CARDS, progress).next_step == ("Continue: lab 01, task one", CARDS[1])
    progress.note("01-b", _report("one", Status.PASSED))
    assert Index(CARDS, progress).next_step == ("Begin: lab 00, task one", CARDS[0])


def test_a_live_index_follows_what_the_checks_note(progress: ProgressFolder) -> None:
    index = LiveIndex(CARDS, progress)
    index.start()
    try:
        progress.note("00-a", _report("one", Status.PASSED))
        deadline = Deadline(60)
        while "1 of 2 tasks passed" not in str(index._output.outputs) and not deadline.is_over():
            time.sleep(0.02)
        assert "1 of 2 tasks passed" in index._output.outputs[0]["data"]["text/html"]
    finally:
        index.close()


def test_what_builds_on_what_is_a_drawing_with_its_words() -> None:
    drawing = order(CARDS)
    assert 'L01["01 · B quoted odd"]' in drawing
    assert "accDescr: lab 01 builds on 00; lab 02 builds on 00, 01." in drawing
    assert "L01 --> L02" in drawing
    assert "L00 --> L02" not in drawing, "the way over 01 says so already"


def test_the_pages_are_valid_notebooks_and_know_whether_a_student_wrote_in_them(
    progress: ProgressFolder, tmp_path: Path
) -> None:
    for content in (pages.index_notebook(CARDS, progress), pages.panel_notebook()):
        nbformat.validate(nbformat.reads(content, 4))
        page = tmp_path / "page.ipynb"
        page.write_text(content)
        assert pages.is_untouched(page)
        ran = json.loads(content)
        ran["cells"][1]["execution_count"] = 7
        ran["cells"].append({"cell_type": "code", "id": "x", "metadata": {}, "source": [], "outputs": []})
        page.write_text(json.dumps(ran))
        assert pages.is_untouched(page), "running it is no writing"
        ran["cells"][-1]["source"] = ["my note"]
        page.write_text(json.dumps(ran))
        assert not pages.is_untouched(page)
    for other in ("{}", "no notebook", '{"metadata": {"drydock": 1}, "cells": 5}'):
        page.write_text(other)
        assert not pages.is_untouched(page)


def test_progress_remembers_what_once_passed_and_forgets_nothing_for_a_lost_daemon(progress: ProgressFolder) -> None:
    progress.note("00-a", _report("one", Status.PASSED, Status.FAILED))
    progress.note("00-a", _report("one", Status.COULD_NOT_CHECK))
    assert progress.of("00-a")["one"].fraction == 0.5
    progress.note("00-a", _report("one", Status.PASSED))
    progress.note("00-a", _report("one", Status.FAILED))
    known = progress.of("00-a")["one"]
    assert (known.status, known.passed, known.fraction) == (Status.FAILED, True, 0.0)
    progress.note("01-b", _report("two", Status.FAILED))
    assert progress.latest() == "01-b"
    assert progress.of("02-c") == {}


@pytest.mark.parametrize("damage", ["", "[1]", "{", '{"one": 3}', '{"one": {"status": "odd"}}', "\x00"])
def test_a_damaged_note_is_no_progress_and_no_trouble(progress: ProgressFolder, damage: str) -> None:
    progress.note("00-a", _report("one", Status.PASSED))
    (progress.path / "00-a.json").write_text(damage)
    assert progress.of("00-a") == {}
    progress.note("00-a", _report("two", Status.PASSED))
    assert set(progress.of("00-a")) == {"two"}


def test_a_lab_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    for name, content in (("00-a", "no notebook"), ("01-b", json.dumps({"nbformat": 4, "cells": [{}]}))):
        (tmp_path / "labs" / name).mkdir(parents=True)
        (tmp_path / "labs" / name / f"{name}.ipynb").write_text(content)
    assert [card.name for card in read_labs(Course(tmp_path))] == ["01-b"]


def test_headings_get_the_anchors_that_links_name() -> None:
    text = "# Words\n\n### Block I/O\n\n```\n# no heading\n```\n#hash\n### `docker-py` and more \n"
    assert with_anchors(text).splitlines() == [
        '# <a id="words"></a>Words',
        "",
        '### <a id="block-io"></a>Block I/O',
        "",
        *("```", "# no heading", "```", "#hash"),
        '### <a id="docker-py-and-more"></a>`docker-py` and more',
    ]
