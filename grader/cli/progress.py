"""A live line while a proof runs; plain lines where there is no terminal (CI logs)."""

from __future__ import annotations

import time
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from grader.author.proof import Progress as Told
from grader.author.trial import Outcome
from grader.i18n import _

#: Seconds between two lines of a log.
_QUIET_SECONDS = 15.0


class LiveProgress(Told):
    """Shows how many cases are done and which failed; use it as a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[last]}", style="dim"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(_("proving"), total=None, last="")
        self._planned = self._done = 0
        self._spoke = 0.0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._bar.stop()

    def planned(self, cases: int) -> None:
        self._planned = cases
        self._bar.update(self._task, total=cases)
        if not self._console.is_terminal:
            self._console.print(_("{count} cases on fresh daemons …").format(count=cases))

    def finished(self, outcome: Outcome) -> None:
        self._done += 1
        name = f"{outcome.case.lab} {outcome.case.name}"
        self._bar.update(self._task, advance=1, last=name)
        if outcome.findings:
            self._console.print(f"[red]✗[/red] {name}: {outcome.findings[0].what}", highlight=False)
        elif not self._console.is_terminal and time.monotonic() - self._spoke > _QUIET_SECONDS:
            self._spoke = time.monotonic()
            self._console.print(f"{self._done}/{self._planned}", highlight=False)
