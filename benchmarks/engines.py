"""How long until a daemon with the course images answers: our engines beside plain dockerd + docker load.

    .venv/bin/python benchmarks/engines.py [--runs 10]

All in one run on one machine, taken in turns, so that the ratios mean something when the machine is busy.
Plain dockerd is Debian's, started by hand in namespaces of its own (so that it touches nothing), on an empty data-root.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from plain_docker import plain_docker

from grader import images
from grader.engines import engine_class, engine_named


def time_engine(kind: str) -> float:
    began = time.perf_counter()
    with engine_named(kind):
        return time.perf_counter() - began


def time_plain() -> float:
    """Plain dockerd in its own namespaces, then docker load of every course image."""
    images.ensure()
    began = time.perf_counter()
    with plain_docker() as daemon:
        daemon.load_images()
        return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    ways: dict[str, Callable[[], float]] = {"plain dockerd + docker load": time_plain}
    for kind in ("native", "rootless"):
        if engine_class(kind).probe().works:
            time_engine(kind)  # the template, if there is none yet
            ways[kind] = lambda kind=kind: time_engine(kind)  # type: ignore[misc]
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(runs):
        for name, measure in ways.items():
            times[name].append(measure())
    plain = statistics.median(times["plain dockerd + docker load"])
    print(f"{'engine ready with the course images':40} {'median':>8} {'min':>7} {'max':>7}  plain is")
    for name, values in times.items():
        middle = statistics.median(values)
        print(f"{name:40} {middle:7.2f}s {min(values):6.2f}s {max(values):6.2f}s  {plain / middle:5.1f} x")


if __name__ == "__main__":
    main()
