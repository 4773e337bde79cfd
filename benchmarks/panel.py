"""What the live panel costs while nothing happens, and how soon it shows what does.

    .venv/bin/python benchmarks/panel.py [--seconds 60] [--events 20] [--containers 5]

On a lab daemon of its own, with containers whose health checks pass all the time. CPU time is that of this process
(the panel's) and, where the engine's processes can be seen, of the daemon beside it, with and without the panel.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker

from grader.engines import best_engine
from grader.panel.feed import PanelFeed
from grader.panel.live import LIVE_SECONDS
from grader.panel.overview import Overview


class Screen:
    """Remembers what was shown last, and wakes who waits for it."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._shown: Overview | str = ""
        self.looks = 0

    def show(self, overview: Overview) -> None:
        with self._news:
            self._shown = overview
            self.looks += 1
            self._news.notify_all()

    def lost(self, why: str, gone: bool) -> None:
        with self._news:
            self._shown = why
            self._news.notify_all()

    def wait_for(self, name: str) -> None:
        with self._news:
            assert self._news.wait_for(lambda: name in str(self._shown), 30), f"{name} was not shown within 30 s"


def dockerd(host: str) -> int | None:
    """The process behind the daemon's socket."""
    if not host.startswith("unix://"):
        return None
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(host.removeprefix("unix://"))
        return int(struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0])


def used(pid: int | None) -> float:
    """CPU seconds of a process, its threads included."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def per_minute(seconds: float, daemon: int | None) -> tuple[float, float]:
    """CPU seconds a minute of this process and of the daemon, over ``seconds`` in which nobody does anything."""
    panel_before, daemon_before, began = time.process_time(), used(daemon), time.monotonic()
    time.sleep(seconds)
    minutes = (time.monotonic() - began) / 60
    return (time.process_time() - panel_before) / minutes, (used(daemon) - daemon_before) / minutes


@contextmanager
def feed(screen: Screen) -> Iterator[PanelFeed]:
    running = PanelFeed(screen.show, screen.lost)
    running.start()
    try:
        yield running
    finally:
        running.close()


def latencies(client: docker.DockerClient, screen: Screen, events: int) -> list[float]:
    """Seconds from the daemon's answer to a request until the panel has what changed."""
    found = []
    for number in range(events):
        name = f"new-volume-{number}"
        client.volumes.create(name)
        began = time.perf_counter()
        screen.wait_for(name)
        found.append(time.perf_counter() - began)
        # As a person would: not in the middle of the last event's rest.
        time.sleep(1)
    return found


def say(what: str, panel: float, daemon: float) -> None:
    print(f"{what:44} {panel:8.3f} {daemon:8.3f}")


def main(seconds: float, events: int, containers: int) -> None:
    with best_engine() as engine:
        os.environ["DOCKER_HOST"] = engine.endpoint.host
        client = engine.endpoint.client()
        pid = dockerd(engine.endpoint.host)
        for number in range(containers):
            check = {"test": ["CMD", "true"], "interval": 2_000_000_000}
            client.containers.run("drydock/busybox:1", "sleep 3600", name=f"c{number}", detach=True, healthcheck=check)
        time.sleep(5)
        print(f"{engine.kind} engine, {containers} containers with a health check each 2 s")
        print(f"{'CPU seconds a minute':44} {'panel':>8} {'dockerd':>8}")
        say("no panel", *per_minute(seconds, pid))
        screen = Screen()
        with feed(screen) as running:
            screen.wait_for("healthy")
            time.sleep(3)
            looks = screen.looks
            say("panel, nothing changes", *per_minute(seconds, pid))
            print(f"{'  looks at the daemon meanwhile':44} {screen.looks - looks:8}")
            running.look_every(LIVE_SECONDS)
            say(f"panel, live figures each {LIVE_SECONDS:g} s", *per_minute(seconds, pid))
            running.look_every(None)
            time.sleep(3)
            found = sorted(latencies(client, screen, events))
            middle, worst = (1000 * value for value in (statistics.median(found), found[-1]))
            print(f"from an event to the shown change, {events} events: median {middle:.0f} ms, worst {worst:.0f} ms")
            client.close()
            engine.stop()
            time.sleep(2)
            say("panel, the daemon is away", per_minute(seconds, None)[0], 0.0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--events", type=int, default=20)
    parser.add_argument("--containers", type=int, default=5)
    given = parser.parse_args()
    main(given.seconds, given.events, given.containers)
