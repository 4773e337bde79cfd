"""What a command printed and how it ended, and what was expected of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.checks import arguments
from grader.checks.expectation import Finding
from grader.i18n import _
from grader.report.plain import excerpt


@dataclass(frozen=True)
class Outcome:
    """``code`` None: it had not ended when its time was over, or (``flood``) when it had printed too much."""

    code: int | None
    output: str
    errors: str
    flood: bool = False


@dataclass(frozen=True)
class Wanted:
    """Expectations about an outcome; None where nothing is asked."""

    prints: tuple[str, ...]
    lacks: tuple[str, ...]
    matching: re.Pattern[str] | None
    errors: tuple[str, ...]
    code: int | None

    def shown(self) -> str:
        parts = [_("prints {text!r}").format(text=text) for text in self.prints]
        parts += [_("does not print {text!r}").format(text=text) for text in self.lacks]
        parts += [_("prints {text!r} to its error output").format(text=text) for text in self.errors]
        parts += [_("prints what matches {text!r}").format(text=self.matching.pattern)] if self.matching else []
        parts += [_("ends with code {code}").format(code=self.code)] if self.code is not None else []
        return ", ".join(parts) or _("can be run")

    def judge(self, outcome: Outcome, seconds: float) -> Finding:
        if outcome.code is None:
            found = _("it still ran after {seconds:g} s").format(seconds=seconds)
            if outcome.flood:
                found = _("it printed more than 1 MiB")
            return Finding(False, f"{found}: {shown_output(outcome)}")
        right = (
            self.code in (None, outcome.code)
            and all(text in outcome.output for text in self.prints)
            and all(text in outcome.errors for text in self.errors)
            and not any(text in outcome.output + outcome.errors for text in self.lacks)
            and (self.matching is None or self.matching.search(outcome.output) is not None)
        )
        return Finding(right, _("code {code}: {output}").format(code=outcome.code, output=shown_output(outcome)))


def wanted(
    *,
    prints: str | Sequence[str] | None,
    lacks: str | Sequence[str] | None,
    matching: str | None,
    errors: str | Sequence[str] | None,
    exit_code: int | None,
) -> Wanted:
    """The author's keywords, looked at. Raises AuthorError."""
    return Wanted(
        _texts(prints, "prints"),
        _texts(lacks, "lacks"),
        None if matching is None else arguments.pattern(matching, "matching"),
        _texts(errors, "errors"),
        None if exit_code is None else arguments.whole(exit_code, "exit_code", low=0, high=255),
    )


def _texts(value: str | Sequence[str] | None, what: str) -> tuple[str, ...]:
    if value is None:
        return ()
    return arguments.texts([value] if isinstance(value, str) else list(value), what)


def shown_output(outcome: Outcome) -> str:
    """Both outputs in short."""
    output, errors = excerpt(outcome.output), excerpt(outcome.errors)
    if errors and output:
        return _("{output} (errors: {errors})").format(output=output, errors=errors)
    return output or errors or _("no output")
