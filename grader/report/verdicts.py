"""What a check says: verdicts and the report of a task. Pure data, no daemon."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from grader.report.plain import printable

if TYPE_CHECKING:
    from grader.course.answers import KnownWrong


class Status(StrEnum):
    """How a check ended. ``COULD_NOT_CHECK`` is our trouble (or the author's), never the student's fault."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"
    COULD_NOT_CHECK = "could_not_check"


_VERDICT_TEXTS = ("sentence", "expected", "found", "command", "look")


@dataclass(frozen=True)
class Verdict:
    """One expectation's outcome.

    ``command`` is the docker command that shows what was found, ``look`` where to look next, never the answer.
    ``weight`` is its share of the task relative to the others. ``quiet`` verdicts count, but their reason has
    been said by an earlier one (the object does not exist), so renderers only count them. ``as_before`` verdicts are
    about what was so before the student began: see ``TaskReport.fraction``. ``ways``: how one may have come here, of
    answers that are known to end so.
    """

    status: Status
    sentence: str
    expected: str = ""
    found: str = ""
    command: str = ""
    look: str = ""
    weight: float = 1.0
    quiet: bool = False
    as_before: bool = False
    ways: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.weight) and self.weight > 0):
            raise ValueError(f"a verdict's weight must be a number above 0, not {self.weight!r}")
        for field in _VERDICT_TEXTS:
            object.__setattr__(self, field, printable(getattr(self, field)))
        object.__setattr__(self, "ways", tuple(printable(way) for way in self.ways))

    @property
    def text(self) -> str:
        """Everything the verdict says, one part a line: what an author's expected text is looked for in."""
        return "\n".join(part for name in _VERDICT_TEXTS if (part := getattr(self, name)))

    def fails_with(self, expected: str) -> bool:
        """Whether it has failed and says this."""
        return self.status is Status.FAILED and expected in self.text

    def to_dict(self) -> dict[str, Any]:
        texts = {name: getattr(self, name) for name in _VERDICT_TEXTS}
        rest = {"weight": self.weight, "quiet": self.quiet, "as_before": self.as_before, "ways": list(self.ways)}
        return {"status": self.status.value, **texts, **rest}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of ``to_dict``. Raises ValueError when ``data`` is something else."""
        if not isinstance(data, Mapping):
            raise ValueError("a verdict must be a JSON object")
        texts = {name: data.get(name, "") for name in _VERDICT_TEXTS}
        weight = data.get("weight", 1.0)
        ways = data.get("ways", [])
        well_typed = isinstance(ways, list) and all(isinstance(text, str) for text in (*texts.values(), *ways))
        if not (well_typed and isinstance(weight, int | float)):
            raise ValueError("a verdict's texts must be strings and its weight a number")
        return cls(
            Status(str(data.get("status"))),
            **texts,
            weight=float(weight),
            quiet=data.get("quiet") is True,
            as_before=data.get("as_before") is True,
            ways=tuple(ways),
        )


@dataclass(frozen=True)
class TaskReport:
    """All verdicts of one task, in the order in which they were asked."""

    task: str
    title: str
    hint: str
    verdicts: tuple[Verdict, ...]

    @property
    def status(self) -> Status:
        """The whole task's status. What could not be checked weighs most: somebody has to run it again."""
        statuses = {verdict.status for verdict in self.verdicts}
        for status in (Status.COULD_NOT_CHECK, Status.FAILED, Status.BLOCKED):
            if status in statuses:
                return status
        return Status.PASSED if statuses else Status.COULD_NOT_CHECK

    @property
    def fraction(self) -> float:
        """The share that passed, by weight: 0.0 to 1.0, and 1.0 exactly when all passed.

        What is as before earns nothing, or an empty submission would have points. When it is not as before any more,
        it costs its weight.
        """
        if self.status is Status.PASSED:
            return 1.0
        work = [verdict for verdict in self.verdicts if not verdict.as_before]
        total = math.fsum(verdict.weight for verdict in work)
        passed = math.fsum(verdict.weight for verdict in work if verdict.status is Status.PASSED)
        broken = math.fsum(v.weight for v in self.verdicts if v.as_before and v.status is not Status.PASSED)
        # Rounding must never turn "almost all" into "all".
        return min(max(passed - broken, 0.0) / total, math.nextafter(1.0, 0.0)) if total else 0.0

    @property
    def met(self) -> int:
        """How many expectations passed."""
        return sum(verdict.status is Status.PASSED for verdict in self.verdicts)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data, with status and fraction for readers that don't import this package."""
        return {
            "task": self.task,
            "title": self.title,
            "hint": self.hint,
            "status": self.status.value,
            "fraction": self.fraction,
            "verdicts": [verdict.to_dict() for verdict in self.verdicts],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of ``to_dict`` (status and fraction are computed anew). Raises ValueError."""
        if not isinstance(data, Mapping):
            raise ValueError("a task's report must be a JSON object")
        texts = [data.get(name) for name in ("task", "title", "hint")]
        verdicts = data.get("verdicts")
        if not all(isinstance(text, str) for text in texts) or not isinstance(verdicts, list):
            raise ValueError("a task's report needs the texts task, title and hint and a list of verdicts")
        task, title, hint = (str(text) for text in texts)
        return cls(task, title, hint, tuple(Verdict.from_dict(verdict) for verdict in verdicts))


#: Reasons below one expectation: more would be a list to choose from.
MOST_WAYS = 2


def explained(report: TaskReport, known: Iterable[KnownWrong]) -> TaskReport:
    """The report that tells why the known wrong answers are wrong that would have this outcome, too.

    Only below the first expectation that such answers miss, and of those that are shown: what follows from it, or is
    folded behind a symptom, is for the student to find.
    """
    of_task = [one for one in known if one.task == report.task]
    for number, verdict in enumerate(report.verdicts):
        ways = dict.fromkeys(one.reason for one in of_task if verdict.fails_with(one.expect))
        if ways and not verdict.quiet:
            told = replace(verdict, ways=tuple(ways)[:MOST_WAYS])
            return replace(report, verdicts=(*report.verdicts[:number], told, *report.verdicts[number + 1 :]))
    return report
