"""The panel's feed on a real daemon: what it tells, when it asks, and what it says of a daemon that leaves."""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel
from resting import rests
from student_shell import Shell

from grader.engines import best_engine
from grader.engines.protocol import Engine
from grader.panel import feed
from grader.panel.feed import PanelFeed
from grader.panel.overview import ContainerRow, Overview

pytestmark = pytest.mark.daemon
_RUN = "docker run --label w=1 --detach"
#: Seconds; a busy machine takes its time.
_SOON = 120.0


@dataclass
class Told:
    """Everything that a feed said, in order: overviews, and (sentence, whether it is gone)."""

    said: list[Overview | tuple[str, bool]] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.feed = PanelFeed(self.show, self.lost)

    def show(self, overview: Overview) -> None:
        self._add(overview)

    def lost(self, why: str, gone: bool) -> None:
        self._add((why, gone))

    def _add(self, entry: Overview | tuple[str, bool]) -> None:
        with self._news:
            self.said.append(entry)
            self._news.notify_all()

    def until(self, right: Callable[[Overview | tuple[str, bool]], bool], within: float = _SOON) -> None:
        """Wait until the last thing said is right."""
        with self._news:
            done = self._news.wait_for(lambda: bool(self.said) and right(self.said[-1]), within)
            assert done, self.said[-1:]


def _is_up(entry: object) -> bool:
    return isinstance(entry, Overview)


def _with(name: str, right: Callable[[ContainerRow], bool] = lambda row: True) -> Callable[[object], bool]:
    return lambda entry: (
        isinstance(entry, Overview) and any(row.name == name and right(row) for row in entry.containers)
    )


def _without(name: str) -> Callable[[object], bool]:
    return lambda entry: isinstance(entry, Overview) and name not in {row.name for row in entry.containers}


@pytest.fixture
def told(sh: Shell) -> Iterator[Told]:
    """A feed on the worker's daemon."""
    heard = Told()
    heard.feed.start()
    heard.until(_is_up)
    yield heard
    heard.feed.close()
    heard.feed.close()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("drydock-panel")]


def test_a_containers_life_is_told_by_events(sh: Shell, told: Told) -> None:
    options = "--health-cmd 'test ! -e /ill' --health-interval 0.3s --health-retries 1 --memory 64m -p 18098:80"
    sh(f"{_RUN} --name w-panel {options} --volume w-hold:/h drydock/nginx:1")
    told.until(_with("w-panel", lambda row: row.health == "healthy" and row.ports == ("18098 → 80/tcp",)))
    told.until(_with("w-panel", lambda row: row.use is not None and row.use.memory.limit == 64 << 20))
    sh("docker exec w-panel touch /ill")
    told.until(_with("w-panel", lambda row: row.health == "unhealthy"))
    sh("docker pause w-panel")
    told.until(_with("w-panel", lambda row: row.state == "paused"))
    sh("docker unpause w-panel; docker rename w-panel w-renamed; docker kill w-renamed")
    told.until(_with("w-renamed", lambda row: row.state == "exited" and row.since.startswith("Exited (137)")))
    sh("docker rm -v w-renamed; docker volume rm --force w-hold")
    told.until(lambda entry: _without("w-renamed")(entry) and "w-hold" not in str(entry))


def test_images_networks_and_volumes_are_told_by_events(sh: Shell, told: Told) -> None:
    sh("docker tag drydock/busybox:1 w-mine:1; docker network create --label w=1 w-pier")
    sh("docker volume create --label w=1 w-hold")
    told.until(lambda entry: all(name in str(entry) for name in ("w-mine:1", "w-pier", "w-hold")))
    sh("docker rmi w-mine:1; docker network rm w-pier; docker volume rm w-hold")
    told.until(lambda entry: _is_up(entry) and not any(name in str(entry) for name in ("w-mine:1", "w-pier", "w-hold")))


def test_nothing_is_asked_while_nothing_changes(sh: Shell, told: Told) -> None:
    """Health checks that go on passing are no change."""
    sh(f"{_RUN} --name w-steady --health-cmd true --health-interval 0.2s drydock/busybox:1 sleep 600")
    told.until(_with("w-steady", lambda row: row.health == "healthy"))
    threads = [told.feed._listener, told.feed._looker]
    end = time.monotonic() + _SOON
    while True:
        looks = len(told.said)
        # Between two looks, too, both wait for good: for many health checks nobody may have looked.
        time.sleep(2)
        if len(told.said) == looks and all(rests(Path(f"/proc/self/task/{one.native_id}")) for one in threads):
            break
        assert time.monotonic() < end, "it never comes to rest"
    assert all(one.is_alive() for one in threads)


def test_a_storm_of_events_costs_few_looks(sh: Shell, told: Told) -> None:
    looks = len(told.said)
    began = time.monotonic()
    sh("for i in $(seq 25); do docker tag drydock/busybox:1 w-storm:$i; done")
    sh("docker rmi $(seq --format 'w-storm:%g' 25)")
    told.until(lambda entry: _is_up(entry) and "w-storm" not in str(entry))
    assert 1 <= len(told.said) - looks <= 2 + (time.monotonic() - began) / 0.25


def test_a_daemon_that_leaves_and_returns_is_told_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Told()
    with best_engine() as first:
        monkeypatch.setenv("DOCKER_HOST", first.endpoint.host)
        heard.feed.start()
        try:
            heard.until(_is_up)
            first.stop()
            heard.until(lambda entry: entry == ("The lab daemon has ended.", True))
            time.sleep(1.5)
            assert heard.said[-1] == ("The lab daemon has ended.", True), "said once, not at each try"
            with best_engine() as second:
                monkeypatch.setenv("DOCKER_HOST", second.endpoint.host)
                heard.until(_is_up)
        finally:
            heard.feed.close()


def test_no_daemon_at_all_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Told()
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    heard.feed.start()
    heard.until(lambda entry: isinstance(entry, tuple) and "can't be reached" in entry[0] and entry[1])
    heard.feed.close()


def test_a_daemon_that_does_not_answer_is_told_and_asked_again(
    engine: Engine, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "_ANSWER", 1.0)
    if not engine.endpoint.host.startswith("unix://"):
        pytest.skip("only a socket file says who listens on it")
    daemon = _who_answers(engine)
    os.kill(daemon, signal.SIGSTOP)
    try:
        told.feed.look_every(0.1)
        told.until(lambda entry: entry == ("The Docker daemon did not answer within 1 s.", False))
        told.feed.look_every(None)
    finally:
        os.kill(daemon, signal.SIGCONT)
    told.until(_is_up)


def _who_answers(engine: Engine) -> int:
    """The process that listens on the engine's socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(engine.endpoint.host.removeprefix("unix://"))
        pid, _user, _group = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return int(pid)


def test_a_kernel_has_one_panel_the_one_before_is_closed(sh: Shell) -> None:
    """Who runs the cell again has no second pair of threads and connections."""
    ask = (
        "import threading\n"
        "from grader.widgets import panel\n"
        "first, second = panel(), panel()\n"
        "print(sum(thread.name == 'drydock-panel-events' for thread in threading.enumerate()))\n"
    )
    manager, client = start_new_kernel()
    said: list[str] = []
    try:
        client.execute_interactive(ask, output_hook=lambda message: said.append(str(message["content"])), timeout=300)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "'text': '1\\n'" in "".join(said), said
