from __future__ import annotations

from pathlib import Path

import pytest

from grader.author.course import Course
from grader.cli.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    lab = tmp_path / "labs" / "00-a"
    (lab / "site").mkdir(parents=True)
    (lab / "00-a.ipynb").write_text("released")
    (lab / "site" / "index.html").write_text("page")
    return Workspace(Course(tmp_path))


def test_only_what_the_student_lacks_is_copied(workspace: Workspace) -> None:
    assert {path.name for path in workspace.prepare("00-a")} == {"00-a.ipynb", "index.html"}
    workspace.notebook("00-a").write_text("mine")
    (workspace.folder("00-a") / "site" / "index.html").unlink()
    assert [path.name for path in workspace.prepare("00-a")] == ["index.html"]
    assert workspace.notebook("00-a").read_text() == "mine"


def test_every_copy_of_the_student_is_kept(workspace: Workspace) -> None:
    workspace.prepare("00-a")
    kept = []
    for number in range(3):
        workspace.notebook("00-a").write_text(f"mine {number}")
        kept.append(workspace.restore("00-a"))
        assert workspace.notebook("00-a").read_text() == "released"
    assert [path.read_text() for path in kept if path] == ["mine 0", "mine 1", "mine 2"]
    assert len(set(kept)) == 3


def test_an_untouched_notebook_is_left_alone(workspace: Workspace) -> None:
    workspace.prepare("00-a")
    assert workspace.restore("00-a") is None
    assert len(list(workspace.folder("00-a").glob("*.ipynb"))) == 1
