"""A lab's column in the LMS's gradebook (a line item of AGS): found again, or made; and what it shows of everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

from grader.i18n import _
from grader.lms.journal import SentJournal
from grader.lms.service import COLUMNS, COLUMNS_READ, RESULTS, Service, Unsure
from grader.lms.settings import LmsError, LmsSettings, safe

_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
#: What was seen there longer ago may have been changed since.
_FRESH = timedelta(seconds=30)


@dataclass(frozen=True)
class Column:
    """``address`` is "" for one that will be made."""

    address: str
    label: str
    most: float

    def below(self, what: str) -> str:
        """The address of its scores or results: before the query, which Moodle's addresses have."""
        parts = urlsplit(self.address)
        return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{what}"))


@dataclass(frozen=True)
class Result:
    """What the LMS shows of one student. Moodle leaves a zero out."""

    score: float | None
    most: float

    def shows(self, score: float | None, most: float, column: Column) -> bool:
        """Whether it is this score. ``most`` is of the score, the result has one of its own, and Moodle's is wrong for
        columns that a tool made (it says 100): then the points are those of the column.
        """
        if self.score is None:
            return not score
        return score is not None and any(abs(points - score) < 0.006 for points in self._points(most, column))

    def is_less(self, score: float, most: float, column: Column) -> bool:
        """Whether it is less than this score, whichever way its points are meant."""
        return self.score is not None and all(points < score for points in self._points(most, column))

    def _points(self, most: float, column: Column) -> list[float]:
        """Of ``most``."""
        return [(self.score or 0.0) / whole * most for whole in (self.most, column.most) if whole]


#: Of somebody who has no points there.
NO_RESULT = Result(None, 1.0)


@dataclass(frozen=True)
class Look:
    """What the LMS showed of everybody at one time. By ``timestamp`` Moodle refuses to overwrite what changed since."""

    shown: Mapping[str, Result]
    at: datetime
    #: When all of it had come, which may take long.
    done: datetime

    @classmethod
    def now(cls, service: Service, column: Column) -> Self:
        """Raises LmsError."""
        at = datetime.now(UTC)
        shown = _results(service, column) if column.address else {}
        return cls(shown, at, datetime.now(UTC))

    def of(self, user: str) -> Result:
        return self.shown.get(user, NO_RESULT)

    @property
    def is_old(self) -> bool:
        return datetime.now(UTC) - self.done > _FRESH

    @property
    def timestamp(self) -> str:
        return self.at.isoformat(timespec="milliseconds")


def find(service: Service, settings: LmsSettings, journal: SentJournal, lab: str, most: float) -> Column:
    """The lab's column, or one to be made. Raises LmsError where several may be it."""
    if named := settings.column_of(lab):
        return _column(service.get(named, _ITEM, COLUMNS_READ, COLUMNS), named)
    there = _all(service, settings)
    # By what we know it by; a label is what is left where an older Moodle loses the other two.
    used = journal.column(lab)
    tests = (
        lambda item: item.get("id") == used,
        lambda item: item.get("resourceId") == lab and item.get("tag") == _tag(lab),
        lambda item: item.get("tag") == _tag(lab),
        lambda item: str(item.get("label", "")).strip() == lab,
    )
    for fits in tests:
        found = [item for item in there if fits(item)]
        if len(found) > 1:
            ids = ", ".join(str(item.get("id")) for item in found)
            raise LmsError(
                _("The LMS has several columns for {lab}: {ids}.").format(lab=lab, ids=ids),
                _('Write the right one into lms.toml, below [labs]: {lab} = "ADDRESS"').format(lab=lab),
            )
        if found:
            return _column(found[0])
    return Column("", lab, most)


def make(service: Service, settings: LmsSettings, journal: SentJournal, column: Column) -> Column:
    """Make the column of this label. Raises LmsError, Refused."""
    content = {
        "label": column.label,
        "scoreMaximum": column.most,
        "resourceId": column.label,
        "tag": _tag(column.label),
        # Canvas would make an assignment that opens this tool, and nothing answers there.
        "https://canvas.instructure.com/lti/submission_type": {"type": "none"},
    }
    try:
        return _column(service.post(settings.line_items_url, _ITEM, content, COLUMNS))
    except Unsure as doubt:
        made = find(service, settings, journal, column.label, column.most)
        if made.address:
            return made
        raise LmsError(
            _("The column {label} could not be made: {why}.").format(label=column.label, why=doubt),
            _("Give the same command again."),
        ) from doubt


def _results(service: Service, column: Column) -> dict[str, Result]:
    return {
        str(entry["userId"]): _result(_number(entry.get("resultScore")), _number(entry.get("resultMaximum")))
        for page in service.pages(column.below("results"), _RESULTS, RESULTS)
        for entry in _listed(page)
        if entry.get("userId") is not None
    }


def _result(score: float | None, most: float | None) -> Result:
    return NO_RESULT if score is None else Result(score, most or 1.0)


def _all(service: Service, settings: LmsSettings) -> list[dict[str, Any]]:
    pages = service.pages(settings.line_items_url, _ITEMS, COLUMNS_READ, COLUMNS)
    return [item for page in pages for item in _listed(page) if item.get("id")]


def _listed(page: Any) -> list[dict[str, Any]]:
    return [entry for entry in page if isinstance(entry, dict)] if isinstance(page, list) else []


def _tag(lab: str) -> str:
    return f"drydock-{lab}"


def _column(item: Any, address: str = "") -> Column:
    most = _number(item.get("scoreMaximum")) if isinstance(item, dict) else None
    if most is None or not (address or item.get("id")):
        raise LmsError(
            _("The LMS describes a column without its address or its points."),
            _('Write its address into lms.toml, below [labs]: LAB = "ADDRESS"'),
        )
    return Column(safe(address or str(item["id"])), str(item.get("label") or ""), most)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
