"""Which submissions there are, whatever a course and its labs are called; and what a journal keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
from traitlets.config import Config

from grader.autograde.submissions import Journal, Submissions, is_signed


@pytest.mark.parametrize(
    ("folder", "lab"), [("course", "hw1"), ("c [26]*", "hw1"), ("course", "Homework (2)"), ("course", "hw[1].+")]
)
def test_only_the_students_name_is_a_pattern(tmp_path: Path, folder: str, lab: str) -> None:
    config = Config()
    config.CourseDirectory.root = str(tmp_path / folder)
    for student in ("ada", "bob (1)", "[a-z]*"):
        (tmp_path / folder / "submitted" / student / lab).mkdir(parents=True)
        (tmp_path / folder / "submitted" / student / lab / "p.ipynb").touch()
    (tmp_path / folder / "submitted" / "cyd" / f"{lab}2").mkdir(parents=True)
    submissions = Submissions(config, lab)
    assert submissions.students() == ["[a-z]*", "ada", "bob (1)"]
    assert submissions.without_notebook() == []


@pytest.mark.parametrize(
    ("text", "finished"),
    [("", False), ('{"metadata": {"dry', False), ('{"metadata": {}}', False), ('{"metadata": {"drydock": {}}}', False),
     ('{"metadata": {"drydock": {"version": 1}}}', True)],
)  # fmt: skip
def test_what_a_kill_or_a_power_cut_left_half_is_not_finished(tmp_path: Path, text: str, finished: bool) -> None:
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    graded = tmp_path / "autograded" / "ada" / "hw1" / "p.ipynb"
    graded.parent.mkdir(parents=True)
    graded.write_text(text)
    assert is_signed(graded) is Submissions(config, "hw1").was_graded("ada") is finished


def test_a_line_that_a_full_disk_cut_off_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.add("ada", "1")
    journal.add("bob", "2")
    path.write_text(path.read_text()[:-5])
    journal.add("cyd", "3")
    journal.add("dan", "4")
    assert journal.read() == {"ada": "1", "cyd": "3", "dan": "4"}
