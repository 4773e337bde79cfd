"""``t.prometheus("mast")``: what a Prometheus in a container has measured, and which of its alerts fire."""

from __future__ import annotations

import json
import math
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from grader.checks import arguments, web
from grader.checks.container.networking import ports_of
from grader.checks.container.reaching import Reaching
from grader.checks.container.subject import NOT_RUNNING, ContainerSubject, has_ended, is_live, state_in_words
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Context, Finding, expectation
from grader.docker_api.daemon import Attrs
from grader.i18n import _
from grader.report.plain import excerpt, listed

#: Where Prometheus listens in its container.
_PORT = 9090
#: Seconds between two questions: no event tells that it has measured anew.
_RETRY = 0.5
_ALERTS = "/api/v1/rules?type=alert"
_FIRING = "firing"


class Asking(ContainerSubject):
    """A Prometheus by the name of its container, asked over its HTTP API."""

    kind = "prometheus"

    @property
    def what(self) -> str:
        return _("Prometheus {name}").format(name=self.name)

    def _answered(self, path: str, judge: Callable[[Any], Finding], seconds: float) -> Finding:
        """What ``judge`` makes of the answer's ``data``, asked again until ``seconds`` are over.

        Whatever the server sends in its place is the student's: ``judge`` may raise what a wrong shape raises.
        """

        def look(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                state = _("nothing answers in it, its state: {state}").format(state=state_in_words(attrs))
                return Finding(
                    False, state, f"docker logs {self._shell_name}", hopeless=has_ended(attrs), because=NOT_RUNNING
                )
            answer = self._ask(attrs, path)
            if not answer.status:
                return Finding(False, answer.trouble, f"docker logs {self._shell_name}", because="no answer")
            try:
                said = json.loads(answer.body)
                if said["status"] == "success":
                    return judge(said["data"])
                return Finding(False, excerpt(str(said["error"])))
            except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
                return Finding(False, _("that is no answer of Prometheus: {body}").format(body=excerpt(answer.body)))

        until = _("{what} says it").format(what=self.what)
        return self._wait(look, seconds, until=until, retry=_RETRY)

    def _ask(self, attrs: Attrs, path: str) -> web.Answer:
        reaching, question = Reaching(self._context, self.name), web.Question(path)
        for ip, port, inside in ports_of(attrs):
            if inside == f"{_PORT}/tcp":
                return reaching._fetch_published(ip, port, question)
        return reaching._fetch_inside(str(attrs["Id"]), _PORT, question)

    def _command(self, path: str) -> str:
        return f"docker exec {self._shell_name} wget -qO- {shlex.quote(f'http://127.0.0.1:{_PORT}{path}')}"


class Prometheus(Asking):
    """Everything a task can expect of a Prometheus."""

    def alert(self, name: str, **labels: str) -> PrometheusAlert:
        """``t.prometheus("mast").alert("ShipLost", ship="sloop")``: a rule's alert; those with these labels."""
        return PrometheusAlert(self._context, self.name, name, labels)

    @expectation
    def query(
        self, expression: str, *, at_least: float | None = None, at_most: float | None = None, within: float = 5
    ) -> Claim:
        """An expression of PromQL has a result now, or within so many seconds, and every number in it is in bounds."""
        wanted, limit = arguments.text(expression, "expression"), arguments.seconds(within, "within")
        low, high = _bound(at_least, "at_least", -math.inf), _bound(at_most, "at_most", math.inf)
        if at_least is None and at_most is None:
            raise AuthorError(_("name at_least, at_most, or both"))
        shown = [_("at least {number:g}").format(number=low)] if at_least is not None else []
        shown += [_("at most {number:g}").format(number=high)] if at_most is not None else []
        bounds = f"{low:g}" if low == high else ", ".join(shown)
        path = f"/api/v1/query?query={quote(wanted, safe='')}"

        def compare(data: Any) -> Finding:
            numbers = _numbers(data)
            found = listed((f"{labels}{number:g}" for labels, number in numbers), empty=_("no result"))
            return Finding(bool(numbers) and all(low <= number <= high for _labels, number in numbers), found)

        return Claim(
            self._says(_("{what}: {expression} is {bounds}"), expression=wanted, bounds=bounds),
            bounds,
            lambda _attrs: self._answered(path, compare, limit),
            self._command(path),
            _("Type it into Prometheus's page. Without a result: does `up` say that it reaches its targets?"),
        )


class PrometheusAlert(Asking):
    """``t.prometheus("mast").alert("ShipLost")``: one alert of its rules."""

    def __init__(self, context: Context, name: str, alert: str, labels: Mapping[str, str]) -> None:
        super().__init__(context, name)
        self._alert = arguments.text(alert, "alert")
        self._labels = arguments.pairs(labels, {}, "the labels") if labels else {}

    @property
    def _shown(self) -> str:
        labels = ", ".join(f'{key}="{value}"' for key, value in self._labels.items())
        return f"{self._alert}{{{labels}}}" if labels else self._alert

    @expectation
    def fires(self, within: float = 10) -> Claim:
        """It fires now, or within so many seconds."""
        return self._claim(_("{what}: the alert {alert} fires"), _("firing"), lambda states: _FIRING in states, within)

    @expectation
    def is_quiet(self, within: float = 5) -> Claim:
        """Its rule is loaded and evaluated, and it does not fire."""
        sentence = _("{what}: the alert {alert} is loaded and does not fire")
        return self._claim(sentence, _("not firing"), lambda states: _FIRING not in states, within)

    @expectation
    def is_inactive(self, within: float = 5) -> Claim:
        """Its rule is loaded and evaluated, and it neither fires nor will when its ``for`` is over."""
        sentence = _("{what}: the alert {alert} is loaded and inactive")
        return self._claim(sentence, _("neither firing nor pending"), lambda states: not states, within)

    @expectation
    def waits(self, measure: str, *, by: str, seconds: float = 1, over: str = "2m", within: float = 5) -> Claim:
        """Its rule has a ``for`` of so many seconds, or an expression without a result in the first one of a fault.

        A fault: ``measure`` became 0, in the time ``over`` until now; ``by`` is the label that tells one from another.
        When it fired is another matter: a busy Prometheus evaluates late, and a rule without a wait seems to have
        waited. Where there is a gap in what was measured, nothing is said of the fault after it.
        """
        value, label = arguments.text(measure, "measure"), arguments.text(by, "by")
        limit, least = arguments.seconds(within, "within"), arguments.seconds(seconds, "seconds")
        past = arguments.text(over, "over")
        fresh = f"and on({label}) ({value} == 0) and on({label}) (last_over_time({value}[1500ms] offset 1s) == 1)"

        def judge(_attrs: Attrs) -> Finding:
            at_once: list[str] = []

            def tell(ours: list[Any]) -> Finding:
                at_once[:] = [str(rule["query"]) for rule in ours if rule["duration"] < least]
                return Finding(True, "for")

            def compare(data: Any) -> Finding:
                found = _("no `for` of {seconds:g} s, and a result at once: {expression}").format(
                    seconds=least, expression=excerpt(at_once[0])
                )
                hasty = any(number for _labels, number in _numbers(data))
                return Finding(not hasty, found, hopeless=hasty)

            told = self._answered(_ALERTS, lambda data: self._loaded(data, tell), limit)
            if not told.ok or not at_once:
                return told
            asked = " or ".join(f"({one})" for one in at_once)
            count = f"count_over_time((({asked}) {fresh})[{past}:200ms]) or vector(0)"
            return self._answered(f"/api/v1/query?query={quote(count, safe='')}", compare, limit)

        return Claim(
            self._says(_("{what}: the alert {alert} waits before it fires"), alert=self._shown),
            _("a wait, by `for` or in the expression"),
            judge,
            self._command(_ALERTS),
            _("What does the expression give in the first second of a fault, and what makes a rule wait?"),
        )

    @expectation
    def would_fire(self, exchanging: Mapping[str, str], within: float = 5) -> Claim:
        """Its expressions have a result now with these names exchanged, too: no rule is for one of them alone.

        ``exchanging={"drill": "pharos"}``, while the drill is ill: a rule for ``{job="drill"}`` asks for pharos then.
        """
        limit, names = arguments.seconds(within, "within"), arguments.pairs(exchanging, {}, "exchanging")
        both = {**names, **{new: old for old, new in names.items()}}
        # A whole text, a whole choice of a pattern, or one that begins so: "pharos.*".
        named = re.compile(rf"""(?<=["'`|(])({"|".join(map(re.escape, both))})(?=["'`|)]|[.[?*+({{\\])""")

        def exchanged(rule: Any) -> str:
            one = f"({named.sub(lambda found: both[found[1]], str(rule['query']))})"
            # A label that is a template is made of the result's own.
            for label, value in rule["labels"].items():
                if "{{" not in value:
                    one = f'label_replace({one}, "{label}", {json.dumps(both.get(value, value))}, "", "")'
            return one

        def judge(_attrs: Attrs) -> Finding:
            asked: list[str] = []

            def tell(ours: list[Any]) -> Finding:
                asked[:] = [exchanged(rule) for rule in ours]
                return Finding(True, "")

            def compare(data: Any) -> Finding:
                ours = any(self._labels.items() <= sample["metric"].items() for sample in data["result"])
                if ours:
                    return Finding(True, _("firing"))
                found = _("with {names} exchanged it has no result for it: {expression}")
                shown = ", ".join(f"{old}/{new}" for old, new in names.items())
                return Finding(False, found.format(names=shown, expression=excerpt(" or ".join(asked))))

            told = self._answered(_ALERTS, lambda data: self._loaded(data, tell), limit)
            if not told.ok:
                return told
            return self._answered(f"/api/v1/query?query={quote(' or '.join(asked), safe='')}", compare, limit)

        return Claim(
            self._says(_("{what}: the alert {alert} is for no name alone"), alert=self._shown),
            _("a rule that fires for each"),
            judge,
            self._command(_ALERTS),
            _("Which names stand in its expression? What it leaves out is never told."),
        )

    def _loaded(self, data: Any, tell: Callable[[list[Any]], Finding]) -> Finding:
        """What ``tell`` makes of its rules, which must be there and evaluated."""
        rules = [rule for group in data["groups"] for rule in group["rules"] if rule["type"] == "alerting"]
        ours = [rule for rule in rules if rule["name"] == self._alert]
        if not ours:
            names = listed(sorted({str(rule["name"]) for rule in rules}), empty=_("none"))
            return Finding(False, _("no rule has an alert of this name; there are: {names}").format(names=names))
        bad = next((rule for rule in ours if rule["health"] != "ok"), None)
        if bad is not None:
            why = excerpt(str(bad.get("lastError") or bad["health"]))
            return Finding(False, _("its rule could not be evaluated: {why}").format(why=why))
        return tell(ours)

    def _claim(self, sentence: str, expected: str, right: Callable[[set[str]], bool], within: float) -> Claim:
        limit = arguments.seconds(within, "within")

        def tell(ours: list[Any]) -> Finding:
            alerts = [alert for rule in ours for alert in rule["alerts"]]
            matching = [alert for alert in alerts if self._labels.items() <= alert["labels"].items()]
            found = listed((_alert_in_words(alert) for alert in alerts), empty=_("nothing fires, nothing is pending"))
            return Finding(right({str(alert["state"]) for alert in matching}), found)

        return Claim(
            self._says(sentence, alert=self._shown),
            expected,
            lambda _attrs: self._answered(_ALERTS, lambda data: self._loaded(data, tell), limit),
            self._command(_ALERTS),
            _("Its page Alerts shows each rule with its expression. What does the expression give when it is asked?"),
        )


def _bound(value: object, name: str, default: float) -> float:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise AuthorError(_("{name} must be a number, not {value!r}").format(name=name, value=value))
    return float(value)


def _numbers(data: Any) -> list[tuple[str, float]]:
    """Labels and number of each sample. Raises what a wrong shape raises."""
    if data["resultType"] == "scalar":
        return [("", float(data["result"][1]))]
    if data["resultType"] != "vector":
        return []
    return [(_labels_in_words(sample["metric"]), float(sample["value"][1])) for sample in data["result"]]


def _labels_in_words(labels: Mapping[str, str]) -> str:
    shown = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()) if key != "__name__")
    return f"{shown}: " if shown else ""


def _alert_in_words(alert: Mapping[str, Any]) -> str:
    labels = {key: value for key, value in alert["labels"].items() if key != "alertname"}
    return f"{_labels_in_words(labels)}{alert['state']}"
