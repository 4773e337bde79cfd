"""Waiting ends as soon as nothing can come of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError, NotFound

from grader.checks import CheckFailed, Checks, CouldNotCheck, Status, TaskReport, waiting
from grader.checks.container import life, memory
from grader.docker_api.deadline import CHECK_SECONDS
from grader.docker_api.environment import variables
from grader.engines.protocol import Engine
from grader.notebook import connect
from grader.report.render import report_as_text
from grader.sandbox import checker

pytestmark = pytest.mark.daemon

#: So much longer than any look takes that a wait can't be mistaken for none.
LONG = 60
AT_ONCE = 30


def waited(world: Engine, body: Callable[..., object], deadline: float = 2 * LONG) -> tuple[TaskReport, float]:
    check = Checks(world.endpoint.host, deadline=deadline)
    before = time.monotonic()
    with suppress(CheckFailed, CouldNotCheck), check.task("job", hint="Look.") as t:
        body(t)
    check.close()
    return check.reports["job"], time.monotonic() - before


@pytest.mark.parametrize(
    "wait",
    [
        lambda nobody: nobody.becomes_running(within=LONG),
        lambda nobody: nobody.becomes_healthy(within=LONG),
        lambda nobody: nobody.becomes_unhealthy(within=LONG),
        lambda nobody: nobody.exits(within=LONG),
    ],
)
def test_nobody_waits_for_a_container_that_does_not_exist(world: Engine, wait: Callable[..., object]) -> None:
    report, seconds = waited(world, lambda t: wait(t.container("ck-nobody")))
    assert report.status is Status.FAILED
    assert "there is no container named ck-nobody" in report.verdicts[0].found
    assert seconds < AT_ONCE


def test_a_missing_container_is_a_failure_also_when_the_check_has_less_time_than_the_wait(world: Engine) -> None:
    report, _seconds = waited(world, lambda t: t.container("ck-nobody").becomes_healthy(within=LONG), deadline=5)
    assert report.status is Status.FAILED, report_as_text(report)


@pytest.mark.parametrize("status", ["healthy", "unhealthy"])
def test_nobody_waits_for_the_health_of_a_container_without_health_check(world: Engine, status: str) -> None:
    report, seconds = waited(world, lambda t: getattr(t.container("ck-peer"), f"becomes_{status}")(within=LONG))
    assert report.status is Status.FAILED
    assert "it has no health check" in report.verdicts[0].found
    assert seconds < AT_ONCE


@pytest.mark.parametrize("script", ["true", "sleep 1", "sleep 1; echo word"], ids=["ended", "ends", "ends with it"])
def test_nobody_waits_for_the_log_of_a_container_that_has_ended(world: Engine, script: str) -> None:
    client = world.endpoint.client()
    talker = client.containers.run("drydock/busybox:1", ["sh", "-c", script], detach=True)
    try:
        report, seconds = waited(world, lambda t: t.container(str(talker.name)).logs_contain("word", within=LONG))
    finally:
        talker.remove(force=True)
        client.close()
    assert (report.status is Status.PASSED) == ("word" in script), report_as_text(report)
    assert seconds < LONG / 2


def test_the_log_of_a_container_that_starts_again_and_again_is_waited_for(world: Engine) -> None:
    client = world.endpoint.client()
    script = "echo >> /starts; [ $(wc -l < /starts) -lt 3 ] || echo word; exit 1"
    policy = {"Name": "always"}
    again = client.containers.run("drydock/busybox:1", ["sh", "-c", script], restart_policy=policy, detach=True)
    try:
        report, _seconds = waited(world, lambda t: t.container(str(again.name)).logs_contain("word", within=LONG))
    finally:
        again.remove(force=True)
        client.close()
    assert report.status is Status.PASSED, report_as_text(report)


def test_a_container_that_vanishes_ends_the_wait(world: Engine) -> None:
    client = world.endpoint.client()
    client.containers.run("drydock/busybox:1", "sleep 600", name="ck-vanishes", detach=True)
    remove = threading.Timer(1, lambda: client.containers.get("ck-vanishes").remove(force=True))
    remove.start()
    try:
        report, seconds = waited(world, lambda t: t.container("ck-vanishes").exits(within=LONG, code=0))
    finally:
        remove.join()
        client.close()
    assert report.status is Status.FAILED
    assert "no container named ck-vanishes" in report.verdicts[0].found
    assert seconds < LONG / 2


def test_a_container_that_removes_itself_may_take_its_time(world: Engine) -> None:
    client = world.endpoint.client()
    client.containers.run("drydock/busybox:1", "sleep 4", name="ck-going", detach=True, auto_remove=True)
    try:
        report, seconds = waited(world, lambda t: t.container("ck-going").is_gone(after_existing=True, within=LONG))
    finally:
        client.close()
    assert report.status is Status.PASSED, report_as_text(report)
    assert seconds < LONG / 2


def test_the_news_of_a_kill_for_want_of_memory_may_come_late(world: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    # Else it is asked whether two seconds are enough on this machine today.
    monkeypatch.setattr(memory, "_NEWS_SECONDS", LONG)
    client = world.endpoint.client()
    script = "sleep 1; tail /dev/zero; sleep 600"
    hungry = client.containers.run("drydock/busybox:1", ["sh", "-c", script], mem_limit="16m", detach=True)
    try:
        report, _seconds = waited(world, lambda t: t.container(str(hungry.name)).was_oom_killed())
        assert report.status is Status.PASSED, report_as_text(report)
    finally:
        hungry.remove(force=True)
        client.close()


def test_a_slow_engines_daemon_gets_more_time_but_not_more_than_the_check_has(
    world: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = world.endpoint.client()
    for name, value in variables(world.endpoint.host, 4).items():
        monkeypatch.setenv(name, value)
    client.containers.run("drydock/busybox:1", "sleep 10", name="ck-slow", detach=True)
    try:
        client.containers.get("ck-slow").restart(timeout=0)
        report, seconds = waited(world, lambda t: t.container("ck-slow").exits(within=5, code=0))
        assert report.status is Status.PASSED, report_as_text(report)
        assert 5 < seconds < 5 * 4
        never, seconds = waited(world, lambda t: t.container("ck-peer").exits(within=5), waiting._SPARE + 8)
        assert never.status is Status.FAILED, report_as_text(never)
        assert seconds < 5 * 4
        # A student's notebook looks at the daemon first, and then a whole task has more time, too.
        check = Checks(world.endpoint.host, deadline=5)
        check.prepare()
        client.containers.get("ck-slow").restart(timeout=0)
        with check.task("job", hint="Look.") as t:
            t.container("ck-slow").exits(within=20, code=0)
        check.close()
    finally:
        client.containers.get("ck-slow").remove(force=True)
        client.close()


def test_a_slow_engines_check_has_one_time_live_and_graded(
    world: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(type(world), "patience", 3.0)
    for name, value in world.variables().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    live = connect("00-slow")
    assert live._deadline == 3 * CHECK_SECONDS
    tell = "raise ValueError(f'{check._deadline:g} s, {check._connection.pace:g} times')"
    with checker(world) as trusted:
        graded = trusted.check("job", tell, CHECK_SECONDS)
    assert f"{live._deadline:g} s, {live._connection.pace:g} times" in report_as_text(graded)
    live.close()


@pytest.mark.parametrize("longer", [1, 2])
def test_a_check_that_says_so_has_longer(world: Engine, longer: float) -> None:
    check = Checks(world.endpoint.host, deadline=LONG)
    with check.task("job", hint="Look.", longer=longer) as t:
        assert t._context is not None
        assert t._context.daemon.deadline.seconds == LONG * longer
        t.container("ck-peer").is_running()
    check.close()


@pytest.mark.parametrize("longer", [9, 0.5, True, "2"])
def test_a_check_that_takes_how_long_it_likes_is_none(world: Engine, longer: float) -> None:
    check = Checks(world.endpoint.host, deadline=LONG)
    with pytest.raises(CouldNotCheck, match="longer is a number from 1 to 5"):
        check.task("job", hint="Look.", longer=longer).__enter__()
    check.close()


def test_what_may_still_come_is_waited_for(world: Engine) -> None:
    """A created container is started while the check waits, and gets healthy."""
    client = world.endpoint.client()
    second = 10**9
    late = client.containers.create(
        "drydock/busybox:1", "sleep 600", name="ck-late", healthcheck={"Test": ["CMD", "true"], "Interval": second}
    )
    start = threading.Timer(1, late.start)
    start.start()
    try:
        report, seconds = waited(world, lambda t: t.container("ck-late").becomes_healthy(within=LONG))
    finally:
        start.join()
        late.remove(force=True)
        client.close()
    assert report.status is Status.PASSED, report_as_text(report)
    assert seconds > 1


@pytest.mark.parametrize(
    ("options", "script", "ask"),
    [
        # Its own words name it by a variable only.
        ({}, "n=77; sleep 4; exec sleep $n", lambda one: one.has_process("sleep 77", within=LONG)),
        # After `exec` the shell's own words, which name it, are gone.
        ({}, "sleep 4; exec sleep 88", lambda one: one.has_no_process("sleep 4", within=LONG)),
        ({}, "sleep 4; exit 3", lambda one: one.has_exited(3)),
        ({}, "sleep 4", lambda one: one.is_stopped()),
        (
            {"restart_policy": {"Name": "on-failure", "MaximumRetryCount": 2}},
            "sleep 4; exit 1",
            lambda one: one.has_restarted(at_least=1, within=LONG),
        ),
        ({}, "( sleep 4 & exec sleep 500 ) & exec sleep 600", lambda one: one.has_zombies(within=LONG)),
    ],
    ids=["process", "no-process", "exited", "stopped", "restarted", "zombies"],
)
def test_what_comes_a_moment_later_counts(
    world: Engine, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], script: str, ask: Callable[[Any], object]
) -> None:
    monkeypatch.setattr(life, "_MOMENT", LONG)
    client = world.endpoint.client()
    one = client.containers.run("drydock/busybox:1", ["sh", "-c", script], detach=True, **options)
    try:
        report, _seconds = waited(world, lambda t: ask(t.container(str(one.name))))
    finally:
        one.remove(force=True)
        client.close()
    assert report.status is Status.PASSED, report_as_text(report)


@pytest.mark.parametrize("removed", [False, True], ids=["ends", "removes-itself"])
@pytest.mark.parametrize("ask", ["is_running", "becomes_running"])
def test_a_container_that_ends_at_once_is_not_called_running(
    world: Engine, monkeypatch: pytest.MonkeyPatch, ask: str, removed: bool
) -> None:
    """Right after ``docker run -d`` it is seen running."""
    monkeypatch.setattr(life, "_SETTLED", LONG)
    client = world.endpoint.client()
    one = client.containers.run("drydock/busybox:1", "sleep 4", name="ck-brief", detach=True, auto_remove=removed)
    try:
        report, _seconds = waited(world, lambda t: getattr(t.container("ck-brief"), ask)())
    finally:
        gone = False
        while not gone:
            try:
                one.remove(force=True)
            except NotFound:
                gone = True
            except APIError as error:
                # Docker removes it already.
                assert error.status_code == 409, error
            time.sleep(0.1)
        client.close()
    assert report.status is Status.FAILED, report_as_text(report)
