"""``check.proofs()``: a page to print: what this notebook's checks have proved, and what the daemon says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path

from grader.files import atomic_write
from grader.i18n import _
from grader.report.progress import ProgressFolder
from grader.report.render import NO_MATHS, document, with_code
from grader.report.verdicts import Status, TaskReport, Verdict

#: Beside the notebook.
PAGE = "proofs.html"
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:46em;margin:2em auto}"
    "td,th{padding:.4em;text-align:left;vertical-align:top}"
)


@dataclass(frozen=True)
class Proofs:
    """Displays itself as the last value of a cell."""

    proved: tuple[Verdict, ...]

    def __str__(self) -> str:
        return "\n".join(
            [_title(), *(f"- {one.sentence}\n  {one.found}" for one in self.proved)] if self.proved else [_none()]
        )

    __repr__ = __str__

    def as_html(self) -> str:
        if not self.proved:
            return f"<p>{with_code(_none())}</p>"
        rows = [f"<tr><td>{with_code(one.sentence)}</td><td>{_linked(one.found)}</td></tr>" for one in self.proved]
        head = f"<tr><th>{escape(_('proved'))}</th><th>{escape(_('what Docker says'))}</th></tr>"
        return (
            f'<section class="drydock-proofs {NO_MATHS}" aria-label="{escape(_title())}">'
            f"<p><strong>{escape(_title())}</strong></p><table>{head}{''.join(rows)}</table></section>"
        )

    def _repr_html_(self) -> str:
        return self.as_html()

    def as_page(self) -> str:
        head = f"<h1>{escape(_title())}</h1><p>{escape(_('Name:'))} ____________________</p>"
        return document(_title(), head + self.as_html(), style=_STYLE)


def _title() -> str:
    return _("What I proved")


def _none() -> str:
    return _("No check has passed since this notebook was started: run the checks, then this cell again.")


def _linked(text: str) -> str:
    return re.sub(r"https://[^\s<]+", lambda link: f'<a href="{link[0]}">{link[0]}</a>', with_code(text))


def proofs(reports: Mapping[str, TaskReport], folder: ProgressFolder | None) -> Proofs:
    """Of these reports; where a student's copy lies, the page is written beside the notebook, too."""
    passed = (
        one for report in reports.values() for one in report.verdicts if one.status is Status.PASSED and one.found
    )
    page = Proofs(tuple(passed))
    if folder is not None and page.proved:
        with suppress(OSError):
            atomic_write(Path(PAGE), page.as_page())
    return page
