from __future__ import annotations

import json

import pytest

from grader.author import release
from grader.autograde.assign import stub_for
from grader.course.labs import Course, CourseError


def test_the_release_is_repeatable_and_holds_no_solution_and_no_answers(course: Course) -> None:
    assert release.write_release(course, ["00-tiny"]) == ["00-tiny"]
    assert release.write_release(course, ["00-tiny"]) == []
    assert release.stale(course, ["00-tiny"]) == []
    files = {path.relative_to(course.release).as_posix() for path in course.release.rglob("*") if path.is_file()}
    assert files == {"00-tiny/00-tiny.ipynb", "00-tiny/.reasons.json", "00-tiny/site/index.html"}
    text = (course.release / "00-tiny" / "00-tiny.ipynb").read_text()
    assert "sleep 600" not in text
    assert "has_no_mounts" not in text
    assert "# Type your commands here" in text


def test_an_answer_cell_says_what_may_be_typed_in_it() -> None:
    assert stub_for("%%bash\n### BEGIN SOLUTION") == "# Type your commands here"
    assert "with ! in front" in stub_for("name = check.value('name')\n### BEGIN SOLUTION")


def test_an_edited_release_is_named_and_mended(course: Course) -> None:
    release.write_release(course, ["00-tiny"])
    page = course.release / "00-tiny" / "site" / "index.html"
    page.write_text("edited")
    (stale,) = release.stale(course, ["00-tiny"])
    assert (stale.where, stale.remedy) == ("labs/00-tiny/site/index.html", "drydock author release")
    assert release.write_release(course, ["00-tiny"]) == ["00-tiny"]
    assert page.read_text() == "<h1>tiny</h1>\n"


def test_what_nbgrader_refuses_is_said_and_the_old_release_stays(course: Course) -> None:
    release.write_release(course, ["00-tiny"])
    path = course.source / "00-tiny" / "00-tiny.ipynb"
    notebook = json.loads(path.read_text())
    next(cell for cell in notebook["cells"] if cell["id"] == "site-answer")["source"] = "### BEGIN SOLUTION"
    path.write_text(json.dumps(notebook))
    with pytest.raises(CourseError, match="nbgrader can't make a release of 00-tiny"):
        release.write_release(course, ["00-tiny"])
    assert (course.release / "00-tiny" / "00-tiny.ipynb").is_file()


def test_a_check_is_folded_to_one_line_and_the_author_keeps_the_view_of_it(course: Course) -> None:
    source = course.source / "00-tiny" / "00-tiny.ipynb"
    before = source.read_bytes()
    release.write_release(course, ["00-tiny"])
    assert source.read_bytes() == before
    released = json.loads((course.release / "00-tiny" / "00-tiny.ipynb").read_text())
    cells = {cell["id"]: cell for cell in released["cells"]}
    hidden = {name for name, cell in cells.items() if cell["metadata"].get("jupyter", {}).get("source_hidden")}
    # The end card is folded by its author.
    assert hidden == {"card", "hello", "site"}
    first, second = "".join(cells["hello"]["source"]).splitlines()[:2]
    assert first == '# ✓ Check "hello": Shift+Enter'
    assert second.startswith('with check.task("hello"')
