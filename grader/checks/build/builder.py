"""``t.builder()``: what a daemon's BuildKit keeps in its cache (``docker buildx du``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from grader.checks import arguments
from grader.checks.expectation import Claim, Context, Finding, Subject, expectation
from grader.docker_api.daemon import Attrs
from grader.i18n import _
from grader.report.plain import listed


class Builder(Subject):
    """``t.builder()``: the records of the cache."""

    kind = "builder"

    @classmethod
    def stated(cls, context: Context) -> Self:  # type: ignore[override]
        return cls(context, "builder")

    @property
    def what(self) -> str:
        return _("The build cache")

    def _fetch(self) -> Attrs:
        usage = self._daemon.ask(lambda client: client.df())
        return {"records": usage.get("BuildCache") or []}

    @expectation
    def has_record(self, text: str = "", *, type: str = "") -> Claim:
        """It has a record with this text in its description, of this type."""
        return self._records(text, type, there=True)

    @expectation
    def has_no_record(self, text: str = "", *, type: str = "") -> Claim:
        """It has none."""
        return self._records(text, type, there=False)

    def _records(self, text: str, kind: str, *, there: bool) -> Claim:
        wanted = arguments.text(text or kind, "text")
        sentence = _("{what} has a record of {text}") if there else _("{what} has no record of {text}")
        shown = f"{text} ({kind})" if text and kind else wanted

        def fits(record: Mapping[str, Any]) -> bool:
            return text in str(record.get("Description")) and kind in ("", record.get("Type"))

        def judge(attrs: Attrs) -> Finding:
            found = [str(one.get("Description"))[:70] for one in attrs["records"] if fits(one)]
            return Finding(bool(found) is there, listed(found, empty=_("none")))

        return Claim(
            self._says(sentence, text=shown),
            _("a record") if there else _("none"),
            judge,
            "docker buildx du --verbose",
            _("Each record has a Description and a Type."),
        )
