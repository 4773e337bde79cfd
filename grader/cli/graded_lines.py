"""A run of ``drydock grade`` and of ``drydock grade merge``: a line for each submission, reports, and a last word."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import TimeRemainingColumn

from grader.cli.progress import Bar
from grader.i18n import _

if TYPE_CHECKING:
    from grader.autograde.batch import Backend, Batch
    from grader.autograde.records import SubmissionRecord

report_option = click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every check's result to this file: .xml (JUnit), .json or .csv (may be repeated).",
)


def meant_alike(db_url: str | None, *, accept_names: bool) -> list[str]:
    """The options that ``--shard`` and ``merge`` share: with others each would not know the other's submissions."""
    return [*(["--db", db_url] if db_url else []), *(["--accept-names"] if accept_names else [])]


def run(batch: Batch, console: Console, reports: Sequence[Path], jobs: int | None, backend: Backend | None) -> int:
    """Grade what is planned, write the reports, and say what came of it; the command's exit status."""
    from grader.autograde.reports import write_report_file

    started = time.monotonic()
    with Lines(console, len(batch.plan.todo)) as lines:
        records = batch.run(jobs, lines.add, backend)
    seconds = time.monotonic() - started
    # With those of a run that was stopped: who has no complete grade since then is named now, too.
    reported = sorted([*records, *batch.earlier()], key=lambda record: record.student)
    for report in reports:
        write_report_file(report, reported)
    sum_up(console, records, seconds)
    status = _status(console, reported)
    if batch.finish():
        return status
    text = _("{lab} was released anew meanwhile: some were graded with other checks than others. Next: {command}")
    command = f"drydock grade {batch.plan.lab}"
    console.print(escape(text.format(lab=batch.plan.lab, command=command)), highlight=False, soft_wrap=True)
    return 1


class Lines(Bar):
    """A bar that says how long it will take, and a line that stays for each submission."""

    def __init__(self, console: Console, total: int) -> None:
        super().__init__(console, _("grading"), TimeRemainingColumn(), total=total)

    def add(self, record: SubmissionRecord) -> None:
        record = record.on_screen()
        self._bar.update(self._task, advance=1)
        self._console.print(_line(record), highlight=False)
        if record.remedy:
            # Not broken into lines: it is there to be copied.
            self._console.print(f"    {escape(record.remedy)}", highlight=False, soft_wrap=True)
            self._console.print(f"    {_('or take it as it is: {option}').format(option='--accept-names')}")
        for remark in record.remarks:
            self._console.print(f"    {escape(remark)}", highlight=False)


def _score(record: SubmissionRecord) -> str:
    """What counts, of how much; what it was before, and what being late costs."""
    text = f"{record.final:g}/{record.most:g}"
    if record.before is not None:
        text = f"{record.before:g} → {text}"
    if record.late > 0:
        points = f": {record.score:g} − {record.penalty:g}" if record.penalty else ""
        text += f", {_('late by {time}').format(time=_span(record.late))}{points}"
    return text


def _span(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [_("{n} d").format(n=days), _("{n} h").format(n=hours), _("{n} min").format(n=minutes)]
    return " ".join(part for part, number in zip(parts, (days, hours, minutes), strict=True) if number)


def _line(record: SubmissionRecord) -> str:
    name = escape(record.student)
    if record.error:
        return f"[red]![/red] {name}: {escape(_('not graded'))}: {escape(record.error)}"
    unchecked = [check.name for check in record.checks if check.score is None]
    text = f"{name}: {_score(record)}  ({record.seconds:.1f} s)"
    if unchecked:
        return f"[yellow]?[/yellow] {text}  {escape(_('could not check: {names}').format(names=', '.join(unchecked)))}"
    if record.needs_instructor:
        waiting = _("waits for you: {names}").format(names=", ".join(record.needs_instructor))
        return f"[green]✓[/green] {text}  {escape(waiting)}"
    return f"[green]✓[/green] {text}"


def sum_up(console: Console, records: list[SubmissionRecord], seconds: float) -> None:
    graded = sum(not record.error for record in records)
    if graded:
        rate = 60 * graded / max(seconds, 0.001)
        text = _("{n} graded in {seconds:.0f} s ({rate:.0f} a minute).")
        console.print(text.format(n=graded, seconds=seconds, rate=rate), highlight=False)
    elif records:
        console.print(_("Nothing was graded."), highlight=False)


def _status(console: Console, records: list[SubmissionRecord]) -> int:
    """Name those who have no grade, or no complete one because of us; 1 when there are any.

    Where an instructor has graded by hand what could not be checked, nobody waits for anything.
    """
    records = [record.on_screen() for record in records]
    failed = [record.student for record in records if record.error]
    unchecked = [
        record.student
        for record in records
        if any(check.score is None and check.name in record.needs_instructor for check in record.checks)
    ]
    if failed:
        console.print(_("No grade for: {names}").format(names=escape(", ".join(failed))), highlight=False)
    if unchecked:
        text = _("Some tasks could not be checked for: {names}. Look at them in formgrader (Manual grading).")
        console.print(text.format(names=escape(", ".join(unchecked))), highlight=False)
    return 1 if failed or unchecked else 0
