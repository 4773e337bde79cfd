"""The page of what was proved: what has passed and nothing else, with texts shown as texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.panel.proofs import PAGE, proofs
from grader.report.progress import ProgressFolder
from grader.report.verdicts import Status, TaskReport, Verdict

_PASSED = Verdict(Status.PASSED, "“`docker ps` <b>shows</b> all” is so", found="wrong: no. https://docs.docker.com/x/")
_FAILED = Verdict(Status.FAILED, "another one", found="no")


def reports(*verdicts: Verdict) -> dict[str, TaskReport]:
    return {"life": TaskReport("life", "Life", "Look.", verdicts)}


def test_what_has_passed_is_on_the_page_with_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown = proofs(reports(_PASSED, _FAILED), ProgressFolder(tmp_path))
    assert "wrong: no." in str(shown)
    assert "another one" not in str(shown) + shown.as_html()
    assert '<a href="https://docs.docker.com/x/">' in shown.as_html()
    assert "&lt;b&gt;shows" in shown.as_html()
    assert shown.as_html() in Path(PAGE).read_text(encoding="utf-8")


def test_without_a_copy_of_a_students_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "What I proved" in str(proofs(reports(_PASSED), None))
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_has_passed_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "run the checks" in str(proofs(reports(_FAILED), ProgressFolder(tmp_path)))
    assert list(tmp_path.iterdir()) == []
