"""Expectations about swarms on real hosts: right and wrong states."""

# ruff: noqa: E501 (a row is one line)

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from grader.checks import Checks, Verdict
from grader.checks.swarm import Node, Stack, SwarmService
from tests.checks.conftest import engine_with
from tests.checks.test_checks_table import Row, _rows, all_are_tried, tells_apart, verdicts_with

pytestmark = [pytest.mark.daemon, pytest.mark.deep]

# n: a node, s: a service, k: a stack, asked of the manager sw-one; r: what runs on a host.
TABLE = r"""
n("sw-two").is_ready() | n("sw-lost").is_ready(within=0.3) | down
n("sw-lost").is_down(within=30) | n("sw-two").is_down(within=0.3) | ready
n("sw-one").is_manager() | n("sw-two").is_manager() | worker
n("sw-two").is_manager(False) | n("sw-one").is_manager(False) | manager
n("sw-one").is_leader() | n("sw-two").is_leader() | a worker
n("sw-two").has_availability("active") | n("sw-two").has_availability("drain") | active
n("sw-two").has_label("zone", "north") | n("sw-two").has_label("zone", "south") | zone=north
n("sw-two").has_label("zone", "north") | n("sw-one").has_label("zone", "north") | no labels
n("sw-two").is_ready() | n("sw-none").is_ready(within=0.3) | its nodes: sw-lost, sw-one, sw-two
s("web").has_replicas(2) | s("web").has_replicas(3, within=0.3) | one on sw-
s("plain").has_replicas(1) | s("stuck").has_replicas(1, within=0.3) | no suitable node
s("stuck").has_replicas(0) | s("sick").has_replicas(1, within=0.3) | unhealthy container
s("web").runs_on("sw-one", "sw-two") | s("plain").runs_on("sw-one", "sw-two", within=0.3) | one on sw-one
s("north").runs_on("sw-two") | s("web").runs_on("sw-two", within=0.3) | one on sw-one
s("web").made_from("drydock/nginx:1") | s("web").made_from("own:2") | drydock/nginx:1
s("back").made_from("drydock/busybox:1") | s("back").made_from("own:2") | drydock/busybox:1
s("north").is_global() | s("web").is_global() | Replicated
s("north").has_constraint(r"^node\.labels\.zone==north$") | s("web").has_constraint("zone") | none
s("plain").has_constraint("^(node|engine)\\.") | s("north").has_constraint("hostname") | node.labels.zone==north
s("web").has_endpoint_mode("dnsrr") | s("plain").has_endpoint_mode("dnsrr") | vip
s("web").on_network("lane") | s("plain").on_network("lane") | none
s("web").uses_secret("password") | s("plain").uses_secret("password") | none
s("web").uses_config("motd") | s("plain").uses_config("motd") | none
s("web").inspect_lacks("s3cret") | s("web").inspect_lacks("hello") | motd: Spec.Data
s("web").inspect_lacks("hunter2") | s("north").inspect_lacks("zone==north") | Spec.TaskTemplate.Placement
s("web").inspect_lacks("hunter2") | s("web").inspect_lacks("keeper") | password: Spec.Labels
s("back").has_update_policy(monitor="2s") | s("web").has_update_policy(monitor="2s") | monitor 5s
s("web").has_update_policy(failure_action="rollback", order="start-first", parallelism=1) | s("plain").has_update_policy(failure_action="rollback") | failure-action pause
s("back").was_rolled_back() | s("web").was_rolled_back(within=0.3) | it was never updated
s("sick").has_failed_task("unhealthy container") | s("web").has_failed_task("unhealthy", within=0.3) | no task has failed
s("back").has_failed_task("unhealthy container", image="own:2") | s("back").has_failed_task("unhealthy container", image="drydock/busybox:1", within=0.3) | no task has failed
s("web").has_replicas(2) | s("none").has_replicas(2, within=0.3) | the services of the swarm: back, north
k("shop").has_only_services("one", "two") | k("shop").has_only_services("one") | one, two
k("shop").has_only_services("one", "two") | k("fair").has_only_services("one") | the stacks of the swarm: shop
k("shop").service("one").has_replicas(1) | k("shop").service("six").has_replicas(1, within=0.3) | no service shop_six
r("sw-two", "north").is_running() | r("sw-one", "north").is_running() | no task of the service north runs here
r("sw-one", "web").has_file("/run/secrets/password", containing="s3cret") | r("sw-one", "plain").has_file("/run/secrets/password") | nothing at
s("web").has_replicas(2) | t.host("sw-alone").service("web").has_replicas(2) | not a swarm manager
n("sw-two").is_ready() | t.host("sw-two").node("sw-two").is_ready() | not a swarm manager
"""
ROWS = list(_rows(TABLE))


def test_every_expectation_has_a_right_and_a_wrong_row() -> None:
    all_are_tried(ROWS, {"n": Node, "s": SwarmService, "k": Stack})


@pytest.fixture(scope="module")
def check() -> Iterator[Checks]:
    with engine_with("swarm.sh", image="host") as engine:
        checks = Checks(engine.endpoint.host, deadline=120)
        yield checks
        checks.close()


def verdicts_of(check: Checks, source: str) -> list[Verdict]:
    def names(t: Any) -> dict[str, Any]:
        manager = t.host("sw-one")
        ours = {"n": manager.node, "s": manager.service, "k": manager.stack}
        return {**ours, "r": lambda host, service: t.host(host).replica(service)}

    return verdicts_with(check, names, source)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(check: Checks, row: Row) -> None:
    (good,), (bad,) = verdicts_of(check, row.right), verdicts_of(check, row.wrong)
    tells_apart(row, good, bad)
