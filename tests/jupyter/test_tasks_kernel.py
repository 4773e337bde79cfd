"""A kernel and the pages that show its lab's tasks, without a kernel or a page."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.jupyter.tasks_kernel import _Desk
from grader.panel.task_list import VARIABLE as AUTO_CHECKS
from grader.report.progress import VARIABLE as PROGRESS
from grader.report.progress import ProgressFolder
from grader.report.verdicts import Status, TaskReport, Verdict
from tests.engines.engine_tests import eventually

_LAB = "01-first-container"
_WISH = {"content": {"data": {"automatic": True}}}
_Heard = Callable[[Mapping[str, Any]], None]


class Page:
    """The kernel's end of one page's comm."""

    def __init__(self) -> None:
        self.told: list[Mapping[str, Any]] = []
        self.closed_with: Mapping[str, Any] | None = None

    def on_msg(self, heard: _Heard) -> None:
        self.says = heard

    def on_close(self, heard: _Heard) -> None:
        self.leaves = heard

    def send(self, state: Mapping[str, Any]) -> None:
        self.told.append(state)

    def close(self, data: Mapping[str, Any]) -> None:
        self.closed_with = data


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Desk]:
    monkeypatch.chdir(Path(__file__).parents[2])
    monkeypatch.setenv(AUTO_CHECKS, "0")
    monkeypatch.setenv(PROGRESS, str(tmp_path))
    made = _Desk(SimpleNamespace(events=SimpleNamespace(register=lambda *_event: None)), _LAB, {})
    yield made
    made._closed()


def test_of_two_pages_the_one_that_asked_last_has_it(desk: _Desk, tmp_path: Path) -> None:
    first, last = Page(), Page()
    for page in (first, last):
        desk.opened(page, _WISH)
    assert first.closed_with == {"elsewhere": True}
    assert last.closed_with is None
    before = len(last.told)
    first.says(_WISH)
    assert len(last.told) == before, "the other page's checkbox"
    first.leaves({})
    task = last.told[0]["tasks"][0]["id"]
    ProgressFolder(tmp_path).note(_LAB, TaskReport(task, task, "", (Verdict(Status.PASSED, "x"),)))
    eventually(lambda: last.told[-1]["tasks"][0]["passed"])
    assert not first.told[-1]["tasks"][0]["passed"]
    last.leaves({})
    assert desk._watch is None


def test_switched_on_while_a_cell_runs_nothing_looks_until_it_has_ended(
    desk: _Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered = io.StringIO()
    process = SimpleNamespace(stdin=ordered, poll=lambda: None, wait=lambda: 0)
    monkeypatch.setattr("grader.jupyter.tasks_kernel.subprocess.Popen", lambda *_command, **_how: process)
    desk._order("busy")
    desk._start()
    desk._order("idle")
    assert ordered.getvalue() == "busy\nidle\n"
