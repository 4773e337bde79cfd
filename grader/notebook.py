"""What a lab's first cell imports: ``check = connect("01-first-container")``."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.checks.folder import Place
from grader.checks.task import Checks
from grader.course.answers import known_wrong
from grader.docker_api.deadline import CHECK_SECONDS
from grader.docker_api.errors import NoAnswer, OneLine
from grader.i18n import _
from grader.jupyter.plain_errors import load_ipython_extension, printed_by_cell
from grader.lab_daemon import NoDaemon, lab_variables
from grader.report.cell_runs import note_runs
from grader.report.plain import excerpt
from grader.report.progress import ProgressFolder, folder_of_this_notebook
from grader.report.progress_line import progress_line
from grader.report.render import progress_as_html, report_as_html, report_as_text, waiting_as_html
from grader.report.verdicts import TaskReport, explained
from grader.shell import shell_of_kernel
from grader.values import Values, own_key, variable_of

if TYPE_CHECKING:
    from grader.checks.prediction import Observe
    from grader.panel.end_card import EndCard
    from grader.panel.predictions import Predictions
    from grader.panel.proofs import Proofs


class NotPlanted(OneLine):
    """A script of ``check.plant`` failed; ``str()`` says why."""


class LabChecks(Checks):
    """What a notebook's ``check`` is: the lab's checks, and the rehearsal of their grading."""

    #: Set by ``connect``.
    lab = ""
    folder: ProgressFolder | None = None
    _predictions: Predictions | None = None

    def value(self, name: str, **what: Any) -> Any:
        """As everywhere; and the programs this notebook starts see it, too: ``ship`` as $VALUE_SHIP."""
        value = super().value(name, **what)
        words = value if isinstance(value, tuple) else (value,)
        os.environ[variable_of(name)] = " ".join(map(str, words))
        return value

    def plant(self, name: str, *, of: Sequence[str]) -> None:
        """Run this copy's own one of several scripts, which lie beside the notebook: in a setup cell, says nothing.

        It sees the values asked for before. Raises NotPlanted when it fails.
        """
        script = self.value(name, of=of)
        done = subprocess.run(["sh", script], capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            raise NotPlanted(_("What this task begins with could not be made: {why}").format(why=excerpt(done.stderr)))

    def predict(self, name: str, observe: Observe | None = None, *, answer: int | None = None) -> None:
        """Ask what an experiment will show, before it is run: the text above has the question and the choices.

        ``observe`` tells which of them came true (docs/predictions.md). ``answer``: a choice by its number, typed by
        students who have no buttons. Where no student's copy lies it is a sentence and nothing more.
        """
        self._predicting().ask(name, observe, answer)

    def outcome(self, name: str, *, choices: int, printed: str) -> None:
        """For the author's proof: tell which choice came true, of an experiment that ``printed`` this."""
        number = self._predicting().outcome(name, choices=choices, printed=printed)
        print(_("The outcome of {name}: choice {number}").format(name=name, number=number))

    def _predicting(self) -> Predictions:
        from grader.panel.predictions import Predictions

        if self._predictions is None:
            shell = shell_of_kernel()
            self._predictions = Predictions(self.lab, self.folder, self._daemon, lambda: printed_by_cell(shell))
        return self._predictions

    def card(self) -> EndCard | None:
        """How far this student is, what is open and what comes next; in a lab's last cell but one.

        Where no student's copy lies it is a sentence and nothing more.
        """
        from grader.panel.end_card import card

        return card(self.lab, self.folder)

    def proofs(self) -> Proofs:
        """What has been proved since the notebook was started, as a page to print; also written to `proofs.html`."""
        from grader.panel.proofs import proofs

        return proofs(self.reports, self.folder)

    def rehearse(self) -> None:
        """Show how this notebook, as it is saved, would be graded; typed by students, in a lab's last cell.

        Where no student's copy lies (in grading, in CI) it is a sentence and nothing more.
        """
        from grader.rehearsal.from_notebook import rehearse

        rehearse(self.lab)


def connect(lab: str, images: Sequence[str] = ()) -> LabChecks:
    """The checks of ``lab`` against the lab daemon: $DOCKER_HOST, else the one ``drydock up`` started.

    ``images``: names of those that the lab needs beside the course's own; what the daemon lacks of them is brought.

    Never the machine's own Docker by default. Raises NoDaemon when there is none or it does not answer, and
    BadKey when the key for this student's own values is damaged.
    """
    # For the docker commands in the notebook's own cells, too.
    os.environ.update(lab_variables())
    host = os.environ["DOCKER_HOST"]
    if images:
        _bring(host, images)
    folder = folder_of_this_notebook()
    below = _BelowCell(lab, folder)
    checks = LabChecks(
        host,
        deadline=CHECK_SECONDS,
        on_report=below.tell,
        on_wait=below.wait,
        values=Values(own_key(Path.cwd())),
        folder=Place(str(Path.cwd())),
    )
    checks.lab, checks.folder = lab, folder
    try:
        checks.prepare()
        version = checks.version()
    except NoAnswer as error:
        raise NoDaemon(
            _("{why} Start it in a terminal, then run this cell again: drydock up").format(why=error)
        ) from None
    if folder is not None and (shell := shell_of_kernel()) is not None:
        note_runs(folder, lab, shell)
        load_ipython_extension(shell)
    print(_("Lab {lab}: connected to Docker {version}.").format(lab=lab, version=version))
    return checks


def _bring(host: str, images: Sequence[str]) -> None:
    from grader.engines.lab_images import bring
    from grader.engines.protocol import Endpoint, EngineError

    try:
        bring(Endpoint(host), images, lambda line: print(line, flush=True))
    except EngineError as error:
        raise NoDaemon(
            _("{why} In a terminal, then run this cell again: {remedy}").format(why=error, remedy=error.remedy)
        ) from None


class _BelowCell:
    """What stands below a check's cell: what it waits for, then in its place the report and the student's progress."""

    def __init__(self, lab: str, folder: ProgressFolder | None) -> None:
        self._lab = lab
        self._folder = folder
        self._here = Path.cwd()
        self._id = secrets.token_hex(8)
        self._waiting = ""
        self._told = 0

    def wait(self, sentence: str) -> None:
        """Only in a notebook: elsewhere what was written stays."""
        if shell_of_kernel() is not None:
            self._publish({"text/plain": sentence, "text/html": waiting_as_html(sentence)}, stays=False)

    def tell(self, report: TaskReport) -> None:
        """Notes a report for the panel and the index page, and shows it."""
        report = explained(report, known_wrong(self._here))
        progress = ""
        if self._folder is not None:
            self._folder.note(self._lab, report)
            progress = progress_line(self._folder, self._lab, report)
        below = f"\n\n{progress}" if progress else ""
        if shell_of_kernel() is None:
            print(report_as_text(report, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ) + below)
            return
        page = report_as_html(report) + (progress_as_html(progress) if progress else "")
        self._publish({"text/plain": report_as_text(report) + below, "text/html": page}, stays=True)

    def _publish(self, data: dict[str, str], *, stays: bool) -> None:
        from IPython.display import publish_display_data

        # A check that was stopped while it waited leaves its words: what runs next gets a place of its own.
        place = f"{self._id}-{self._told}-{shell_of_kernel().execution_count}"
        publish_display_data(data, transient={"display_id": place}, update=self._waiting == place)
        self._waiting = "" if stays else place
        self._told += stays
