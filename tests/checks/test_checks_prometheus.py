"""Expectations about a Prometheus and its alerts, on a real one, and what only looks like one."""

# ruff: noqa: E501 (a row is one line)

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from grader.checks import Checks, Status, Verdict
from grader.checks.prometheus import Prometheus, PrometheusAlert
from grader.engines.protocol import Engine
from tests.checks.conftest import engine_with, network_of
from tests.checks.test_checks_table import Row, _rows, all_are_tried, tells_apart, verdicts_with

pytestmark = [pytest.mark.daemon, pytest.mark.deep]
HERE = Path(__file__).parent

# p: t.prometheus, a: its alert. pr-watch publishes its port, pr-inner does not.
TABLE = r"""
p("pr-watch").query("up", at_least=1, within=60) | p("pr-watch").query("up", at_least=2, within=0.3) | instance=localhost:9090, job=itself: 1
p("pr-inner").query("up", at_least=1, within=60) | p("pr-inner").query("up", at_most=0.5, within=0.3) | instance=localhost:9090, job=itself: 1
p("pr-watch").query("1 + 1", at_least=2, at_most=2) | p("pr-watch").query("none_of_these", at_most=5, within=0.3) | no result
p("pr-watch").query("vector(0)", at_most=0) | p("pr-watch").query("up{", at_least=0, within=0.3) | parse error
p("pr-watch").query('up{job="itself"}', at_least=1) | p("pr-page").query("up", at_least=1, within=0.3) | no answer of Prometheus
p("pr-watch").query("up", at_least=1) | p("pr-shape").query("up", at_least=1, within=0.3) | no answer of Prometheus
p("pr-watch").query("up", at_least=1) | p("pr-ended").query("up", at_least=1, within=5) | exited with code 0
p("pr-watch").query("up", at_least=1) | p("pr-none").query("up", at_least=1, within=5) | no container named pr-none
a("Always").fires() | a("Never").fires(within=0.3) | nothing fires, nothing is pending
a("Always", job="itself").fires() | a("Always", job="other").fires(within=0.3) | job=itself: firing
a("Never").is_quiet(within=10) | a("Always").is_quiet(within=0.3) | job=itself: firing
a("Later").is_quiet() | a("Later").fires(within=0.3) | job=itself: pending
a("Never").is_inactive() | a("Later").is_inactive(within=0.3) | job=itself: pending
a("Always", job="other").is_inactive() | a("Always").is_inactive(within=0.3) | job=itself: firing
a("Always", job="other").is_quiet() | a("Sometimes").is_quiet(within=0.3) | there are: Always, Hasty, Later, Never, Pair, Patient, Single, Window
a("Always", job="itself").would_fire({"itself": "other"}) | a("Single", job="itself").would_fire({"itself": "other"}, within=0.3) | itself/other exchanged it has no result for it: (up{job="other"} == 1)
a("Pair", job="itself").would_fire({"itself": "other"}) | a("Never").would_fire({"itself": "other"}, within=0.3) | no result for it: (up == 0)
a("Later").waits("up", by="job") | a("Sometimes").waits("up", by="job", within=0.3) | there are: Always, Hasty
"""
ROWS = list(_rows(TABLE))


def test_every_expectation_has_a_right_and_a_wrong_row() -> None:
    all_are_tried(ROWS, {"p": Prometheus, "a": PrometheusAlert})


@pytest.fixture(scope="module")
def watch() -> Iterator[Engine]:
    page = 'mkdir -p /www/api/v1; echo "$0" >/www/api/v1/query; exec httpd -f -p 9090 -h /www'
    with engine_with(image="prometheus") as engine:
        mount = ["-v", f"{HERE}/watch:/etc/prometheus:ro", "drydock/prometheus"]
        serve = ["drydock/busybox:1", "sh", "-c", page]
        for words in (
            ["-d", "--name", "pr-watch", "-p", "18099:9090", *mount],
            ["-d", "--name", "pr-inner", *mount],
            ["-d", "--name", "pr-page", *serve, "<html>up is 1</html>"],
            ["-d", "--name", "pr-shape", *serve, '{"status": "success", "data": ["result", {}]}'],
            ["--name", "pr-ended", "drydock/busybox:1", "true"],
        ):
            environment = {**os.environ, "DOCKER_HOST": engine.endpoint.host}
            subprocess.run(["docker", "run", *words], env=environment, check=True, stdout=subprocess.DEVNULL)
        yield engine


@pytest.fixture(scope="module")
def check(watch: Engine) -> Iterator[Checks]:
    with closing(Checks(watch.endpoint.host, deadline=120)) as checks, network_of(watch):
        yield checks


def verdicts_of(check: Checks, *sources: str) -> list[Verdict]:
    def names(t: Any) -> dict[str, Any]:
        return {"p": t.prometheus, "a": lambda *words, **labels: t.prometheus("pr-watch").alert(*words, **labels)}

    return verdicts_with(check, names, *sources)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(check: Checks, row: Row) -> None:
    (good,), (bad,) = verdicts_of(check, row.right), verdicts_of(check, row.wrong)
    tells_apart(row, good, bad)


def test_a_rule_waits_by_for_or_in_its_expression_whenever_it_was_evaluated(check: Checks) -> None:
    fault = "count_over_time((well == 0 and last_over_time(well[1500ms] offset 1s) == 1)[1m:200ms])"
    begun, patient, window, hasty = verdicts_of(
        check,
        f'p("pr-watch").query("{fault}", at_least=1, within=60)',
        'a("Patient").waits("well", by="job")',
        'a("Window").waits("well", by="job")',
        'a("Hasty").waits("well", by="job")',
    )
    assert [begun.status, patient.status, window.status] == [Status.PASSED] * 3, (begun, patient, window)
    assert hasty.status is Status.FAILED
    assert "no `for` of 1 s, and a result at once: well == 0" in hasty.found


def test_what_no_bound_or_no_expression_is_is_the_authors_slip(check: Checks) -> None:
    slips = verdicts_of(
        check,
        'p("pr-watch").query("up")',
        'p("pr-watch").query("", at_least=1)',
        'p("pr-watch").query("up", at_least="1")',
        'a("Always").fires(within=-1)',
        'a("Always").waits("", by="job")',
    )
    assert [slip.status for slip in slips] == [Status.COULD_NOT_CHECK] * 5
    assert all("mistake" in slip.found for slip in slips)
