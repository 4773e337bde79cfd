from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from grader.course.labs import Course, find_course
from grader.panel import pages
from grader.workspace import Workspace

_LINK = re.compile(r"\]\(([^)\s]+)\)")


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


def test_the_courses_own_pages_are_kept_up_to_date_but_what_a_student_wrote_is_kept(workspace: Workspace) -> None:
    glossary = workspace.course.root / "docs" / "glossary.md"
    glossary.parent.mkdir()
    glossary.write_text("# Glossary")
    workspace.prepare_all()
    assert (workspace.root / "docs" / "glossary.md").read_text() == '# <a id="glossary"></a>Glossary\n'
    assert workspace.notebook("00-a").read_text() == "released"
    assert {path.name for path in workspace.root.iterdir()} == {
        *(".progress", "docs", "labs"),
        *("index.ipynb", "panel.ipynb"),
    }
    first = workspace.index.stat()
    workspace.prepare_all()
    assert workspace.index.stat().st_ino == first.st_ino, "the same page is not written again"
    written = json.loads(workspace.index.read_text())
    written["cells"][0]["source"] = ["my own notes"]
    workspace.index.write_text(json.dumps(written))
    glossary.write_text("# Glossary, longer")
    workspace.prepare_all(refresh=False)
    assert "my own notes" in workspace.index.read_text(), "JupyterLab may be showing it"
    workspace.prepare_all()
    assert pages.is_untouched(workspace.index)
    (kept,) = workspace.root.glob("index 2*.ipynb")
    assert "my own notes" in kept.read_text()
    assert (workspace.root / "docs" / "glossary.md").read_text().endswith("Glossary, longer\n")
    assert {path.name for path in (workspace.root / "docs").iterdir()} == {"glossary.md", "glossary.html"}


def test_notes_in_the_glossary_are_kept(workspace: Workspace) -> None:
    course = workspace.course.root / "docs" / "glossary.md"
    course.parent.mkdir()
    course.write_text("# Glossary")
    workspace.prepare_all()
    mine = workspace.root / "docs" / "glossary.md"
    for words in ("# Glossary", "# Glossary, longer"):
        course.write_text(words)
        mine.write_text(f"{mine.read_text()}my own notes, then {words}\n")
        workspace.prepare_all()
        assert mine.read_text().endswith(f"{words[2:]}\n")
    kept = sorted(path.read_text().splitlines()[-1] for path in mine.parent.glob("glossary 2*.md"))
    assert kept == ["my own notes, then # Glossary", "my own notes, then # Glossary, longer"]


def test_a_page_that_a_kill_left_old_is_made_anew_and_only_then(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = workspace.course.root / "docs" / "glossary.md"
    course.parent.mkdir()
    course.write_text("# Glossary")
    workspace.prepare_all()
    mine, make = workspace.root / "docs" / "glossary.md", pages.as_page
    page, made = mine.with_suffix(".html"), []
    os.utime(page, ns=(0, mine.stat().st_mtime_ns - 10**9))

    def noted(text: str) -> str:
        made.append(text)
        if len(made) == 2:
            raise KeyboardInterrupt
        return make(text)

    monkeypatch.setattr(pages, "as_page", noted)
    course.write_text("# Glossary, longer")
    # Asked first whether the text is a student's.
    with pytest.raises(KeyboardInterrupt):
        workspace.prepare_all()
    assert "longer" in mine.read_text() and "longer" not in page.read_text()
    for _start in range(3):
        workspace.prepare_all()
    assert "longer" in page.read_text() and len(made) == 3
    # Somebody has saved the same text again: its page is compared once.
    os.utime(page, ns=(0, 0))
    for _start in range(3):
        workspace.prepare_all()
    assert len(made) == 4


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The real course, as a student has it."""
    root = tmp_path_factory.mktemp("course")
    for name in ("labs", "docs"):
        (root / name).symlink_to(find_course().root / name)
    workspace = Workspace(Course(root))
    workspace.prepare_all()
    return workspace


def test_every_link_leads_to_something_that_a_student_can_open(whole: Workspace) -> None:
    """JupyterLab serves the workspace alone: a link out of it leads nowhere."""
    broken = []
    anchors = set(re.findall(r'<a id="([^"]+)"></a>', (whole.root / "docs" / "glossary.md").read_text()))
    seen = 0
    for notebook in whole.root.rglob("*.ipynb"):
        for cell in json.loads(notebook.read_text())["cells"]:
            for link in _LINK.findall("".join(cell["source"])) if cell["cell_type"] == "markdown" else ():
                path, _hash, anchor = unquote(link).partition("#")
                if "://" in link or not path:
                    continue
                seen += 1
                target = (notebook.parent / path).resolve()
                there = target.is_file() and target.is_relative_to(whole.root.resolve())
                if not there or (anchor and target.name == "glossary.md" and anchor not in anchors):
                    broken.append(f"{notebook.name}: {link}")
    assert broken == []
    assert seen > 100
