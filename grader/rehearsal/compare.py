"""Why a task's live mark and its rehearsed one differ: only what was seen is said.

Seen are: the rehearsal itself (its checks, its cells' errors), the texts of the cells as they ran live, how often and
in which order, and which of the lab's files were changed. What was typed into a terminal leaves no trace here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.autograde.verdict_cells import score
from grader.course.cells import name_of
from grader.i18n import _, ngettext
from grader.rehearsal.conduct import Rehearsal, Rehearsed
from grader.report.cell_runs import CellRun, digest_of, telling_line
from grader.report.progress import TaskProgress
from grader.report.render import ways_of
from grader.report.verdicts import Status

#: Cells of one kind that are named for one task.
_MOST_NAMED = 3


@dataclass(frozen=True)
class Compared:
    """A task's two verdicts. ``reasons``: sentences, where the two differ or the rehearsal doesn't pass."""

    task: str
    title: str
    points: float
    live: Status | None
    live_points: float
    rehearsed: Status
    #: None where it could not be checked.
    rehearsed_points: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Cell:
    """A code cell of the student's notebook as saved."""

    id: str
    name: str
    source: str
    locked: bool

    @property
    def label(self) -> str:
        return _("the cell {name}").format(name=self.name or f"“{telling_line(self.source)}”")


def compare(rehearsal: Rehearsal, live: Mapping[str, TaskProgress], runs: Sequence[CellRun]) -> list[Compared]:
    """One line for each task, in the notebook's order."""
    cells = [_cell(raw) for raw in rehearsal.notebook.cells if raw.get("cell_type") == "code"]
    history = _History(cells, runs)
    return [_compared(rehearsed, live.get(rehearsed.task), history, rehearsal) for rehearsed in rehearsal.tasks]


def unsaved(rehearsal: Rehearsal, runs: Sequence[CellRun]) -> bool:
    """Whether a cell ran after the notebook was saved, in a wording that is not in the file."""
    there = {digest_of(str(raw.get("source", ""))) for raw in rehearsal.notebook.cells}
    return any(run.at > rehearsal.saved and run.digest not in there for run in runs)


def _cell(raw: Any) -> _Cell:
    locked = bool(raw.get("metadata", {}).get("nbgrader", {}).get("locked"))
    return _Cell(str(raw.get("id", "")), name_of(raw), str(raw.get("source", "")), locked)


def _says_something(source: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith(("#", "%%")) for line in source.splitlines())


def _compared(rehearsed: Rehearsed, live: TaskProgress | None, history: _History, rehearsal: Rehearsal) -> Compared:
    report, points = rehearsed.report, rehearsed.points
    status = live.status if live is not None else None
    reasons: list[str] = []
    if report.status is not Status.PASSED:
        reasons += _found(rehearsed)
        if live is not None and status is Status.PASSED and report.status is not Status.COULD_NOT_CHECK:
            reasons += history.differences(rehearsed.task, live.at, because=bool(rehearsed.troubles)) or [
                _("Nothing that ran in this notebook accounts for it: perhaps it was done in a terminal.")
            ]
    elif live is not None and status is not Status.PASSED:
        reasons.append(_("Live, its check ran last at {time}: run it again.").format(time=clock(live.at)))
    return Compared(
        task=rehearsed.task,
        title=report.title,
        points=points,
        live=status,
        live_points=_live_points(live, points),
        rehearsed=report.status,
        rehearsed_points=score(report, points),
        reasons=tuple(reasons),
    )


def _live_points(live: TaskProgress | None, points: float) -> float:
    return 0.0 if live is None else int(points * live.fraction * 100 + 1e-9) / 100


def _found(rehearsed: Rehearsed) -> Iterator[str]:
    """What the rehearsal itself saw."""
    for verdict in rehearsed.report.verdicts:
        if verdict.status is rehearsed.report.status and not verdict.quiet:
            found = f" — {verdict.found}" if verdict.found else ""
            yield _("Rehearsed: {sentence}{found}").format(sentence=verdict.sentence, found=found)
            yield from ways_of(verdict)
            break
    for trouble in rehearsed.troubles[-_MOST_NAMED:]:
        yield _("The cell {cell} above it failed: {words}").format(cell=trouble.cell, words=trouble.words)


class _History:
    """What ran live, held against the notebook as saved."""

    def __init__(self, cells: Sequence[_Cell], runs: Sequence[CellRun]) -> None:
        self._cells = cells
        self._runs = runs
        self._there = {digest_of(cell.source) for cell in cells}
        self._ids = {cell.id for cell in cells if cell.id}

    def differences(self, task: str, until: float, *, because: bool) -> list[str]:
        """How the cells of a task ran live in another way than grading runs them. ``until``: its check ran then.

        ``because``: one of them failed in the rehearsal, so that the order in which they ran may tell why.
        """
        if not self._runs:
            return [_("Which cells ran live was not noted: run the notebook's first cell again, then the others.")]
        said = [line for cell in self._stretch(task) for line in self._of_cell(cell, until)]
        return [*said, *self._gone(until), *(self._too_late(task) if because else ())]

    def _stretch(self, task: str) -> list[_Cell]:
        """The student's cells between the check before and this one."""
        names = [cell.name for cell in self._cells]
        end = names.index(task) if task in names else len(names)
        found: list[_Cell] = []
        for cell in self._cells[:end]:
            found = [] if self._is_check(cell) else [*found, *([] if cell.locked else [cell])]
        return found

    @staticmethod
    def _is_check(cell: _Cell) -> bool:
        return cell.locked and cell.name not in ("", "connect") and "-setup" not in cell.name

    def _of_cell(self, cell: _Cell, until: float) -> Iterator[str]:
        if not _says_something(cell.source):
            return
        now = digest_of(cell.source)
        same = [run for run in self._runs if run.digest == now]
        before = [run for run in self._runs if cell.id and run.cell == cell.id and run.at <= until]
        others = {run.digest: run for run in before if run.digest != now}
        for run in sorted(others.values(), key=lambda run: run.at)[-_MOST_NAMED:]:
            yield _("Live, {cell} ran with another text at {time}: “{line}”").format(
                cell=cell.label, time=clock(run.at), line=run.line
            )
        if not same:
            yield _("Live, {cell} never ran with the text it has now.").format(cell=cell.label)
        elif len(same) > 1:
            yield ngettext(
                "Live, {cell} ran {count} time (last at {time}); grading runs it once.",
                "Live, {cell} ran {count} times (last at {time}); grading runs it once.",
                len(same),
            ).format(cell=cell.label, count=len(same), time=clock(same[-1].at))

    def _gone(self, until: float) -> list[str]:
        """What ran before the check passed and is not in the notebook any more, in no cell."""
        gone = {
            run.digest: run
            for run in self._runs
            if run.at <= until and run.digest not in self._there and run.cell not in self._ids
        }
        latest = sorted(gone.values(), key=lambda run: run.at)[-_MOST_NAMED:]
        return [
            _("Live, a cell ran at {time} that is not in the notebook any more: “{line}”").format(
                time=clock(run.at), line=run.line
            )
            for run in latest
        ]

    def _too_late(self, task: str) -> list[str]:
        """Cells of the task that ran live only after one that stands below them."""
        first: dict[str, float] = {}
        for run in self._runs:
            first.setdefault(run.cell, run.at)
        place = {cell.id: number for number, cell in enumerate(self._cells)}
        said = []
        for cell in self._stretch(task):
            below = [
                other
                for other in self._cells[place[cell.id] + 1 :]
                if not other.locked and first.get(other.id, time.time()) < first.get(cell.id, 0.0)
            ]
            if below:
                said.append(
                    _("Live, {below} ran before {cell}; grading runs from top to bottom.").format(
                        below=below[0].label, cell=cell.label
                    )
                )
        return said


def clock(at: float) -> str:
    """The time of day; with the date when it was not today."""
    then = time.localtime(at)
    today = time.localtime()[:3] == then[:3]
    return time.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M", then)
