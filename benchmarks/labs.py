"""How long the labs' solutions take: each run by papermill, from top to bottom, on a fresh engine.

    .venv/bin/python benchmarks/labs.py [--lab 01 --lab 09] [--engine native --engine microvm] [--runs 20] [--json FILE]

A run's time is all of it: the engine's start, papermill's, every cell, the engine's end. Its CPU seconds are what the
whole machine worked meanwhile (the kernel's work for daemons and containers included), so they hold where nothing else
runs. With two engines each lab is run on one, then on the other, so that the ratio means something when the machine is
busy. --runs 20 is 20 runs of each lab in a row; a run that fails is counted and its error shown, and in the end the
exit code is 1.
After the serial runs each lab is run once more, several at a time (--workers), where engines have ports of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from cpu_time import machine

from grader.engines import EngineError, engine_class

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from papermill_run import engine_for, run_notebook

SOLUTIONS = Path(__file__).resolve().parents[1] / "solutions"
#: All 23 labs' solutions, two at a time on two cores.
GOAL_SECONDS = 480
#: A lab that hangs is a failed run, not a benchmark without an end.
PATIENCE_SECONDS = 900
ERROR_LINES = 12


@dataclass(frozen=True)
class Run:
    """One run of a lab; ``error`` is empty when every cell worked. ``cpu_seconds`` are the whole machine's."""

    lab: str
    engine: str
    seconds: float
    cpu_seconds: float
    error: str = ""


@contextmanager
def copy_of(lab: str) -> Iterator[Path]:
    """The solution's folder without its answers, for an engine of any user to read and write."""
    with tempfile.TemporaryDirectory(prefix="drydock-labs-", dir="/var/tmp", ignore_cleanup_errors=True) as parent:
        copy = Path(parent) / lab
        shutil.copytree(SOLUTIONS / lab, copy, ignore=shutil.ignore_patterns("answers", ".*"))
        Path(parent).chmod(0o755)
        for path in [copy, *copy.rglob("*")]:
            path.chmod(path.stat().st_mode | (0o777 if path.is_dir() else 0o666))
        yield copy


def run_lab(lab: str, kind: str) -> Run:
    began, worked = time.perf_counter(), machine()
    try:
        with copy_of(lab) as folder, engine_for(folder / f"{lab}.ipynb", kind) as engine:
            done = run_notebook(engine, folder / f"{lab}.ipynb", os.devnull, seconds=PATIENCE_SECONDS)
            error = done.stderr if done.returncode else ""
    except EngineError as trouble:
        error = str(trouble)
    except subprocess.TimeoutExpired:
        error = f"not done after {PATIENCE_SECONDS} s"
    seconds, cpu_seconds = time.perf_counter() - began, machine() - worked
    result = Run(lab, kind, seconds, cpu_seconds, "\n".join(error.splitlines()[-ERROR_LINES:]))
    print(f"  {lab:24} {kind:8} {seconds:6.1f} s{'  FAILED' if error else ''}", file=sys.stderr, flush=True)
    return result


def table(runs: Sequence[Run], labs: Sequence[str], kinds: Sequence[str]) -> Iterator[str]:
    """A line for each lab: the medians of its good runs on each engine, the ratio of two, the failures."""
    heads = "".join(f" {kind:>9} {'min':>7} {'max':>7} {'CPU':>7}" for kind in kinds)
    yield f"{'lab':24}{heads}{'  ratio' if len(kinds) == 2 else ''}  failed"
    for lab in labs:
        line, medians = f"{lab:24}", []
        for kind in kinds:
            good = [run for run in runs if (run.lab, run.engine, run.error) == (lab, kind, "")]
            if good:
                times = [run.seconds for run in good]
                medians.append(statistics.median(times))
                cpu = statistics.median(run.cpu_seconds for run in good)
                line += f" {medians[-1]:8.1f}s {min(times):6.1f}s {max(times):6.1f}s {cpu:6.1f}s"
            else:
                line += f" {'—':>9} {'—':>7} {'—':>7} {'—':>7}"
        if len(kinds) == 2:
            line += f" {medians[1] / medians[0]:6.1f}" if len(medians) == 2 else f" {'—':>6}"
        mine = [run for run in runs if run.lab == lab]
        yield f"{line}  {sum(bool(run.error) for run in mine)} of {len(mine)}"


def serially(labs: Sequence[str], kinds: Sequence[str], times: int) -> list[Run]:
    return [run_lab(lab, kind) for _time in range(times) for lab in labs for kind in kinds]


def in_parallel(labs: Sequence[str], kind: str, workers: int) -> tuple[list[Run], float]:
    """Each lab once, and the seconds until the last was done. The order is the course's, as in CI.

    CPU seconds of these runs are of all that run at the time.
    """
    began = time.perf_counter()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        runs = list(pool.map(lambda lab: run_lab(lab, kind), labs))
    return runs, time.perf_counter() - began


def chosen(wanted: Sequence[str]) -> list[str]:
    """The labs whose names begin as wanted; all without a wish."""
    every = sorted(path.parent.name for path in SOLUTIONS.glob("*/*.ipynb") if path.stem == path.parent.name)
    labs = [lab for lab in every if not wanted or any(lab.startswith(start) for start in wanted)]
    if not labs:
        raise SystemExit(f"No lab is called {' or '.join(wanted)}. There are: {', '.join(every)}")
    return labs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", action="append", default=[], metavar="NN", help="only this lab (may be repeated)")
    parser.add_argument("--engine", action="append", default=[], help="default: native; give two for a ratio")
    parser.add_argument("--runs", type=int, default=1, help="runs of each lab in a row, one after the other")
    parser.add_argument("--workers", type=int, default=2, help="labs at a time in the parallel run; 1 leaves it out")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    labs, kinds = chosen(given.lab), list(dict.fromkeys(given.engine)) or ["native"]
    for kind in kinds:
        for lab in labs:  # its images and the template with them, if there are none yet
            with engine_for(SOLUTIONS / lab / f"{lab}.ipynb", kind):
                pass
    runs = serially(labs, kinds, given.runs)
    print("\n".join(table(runs, labs, kinds)))
    totals = {kind: sum(run.seconds for run in runs if run.engine == kind) / given.runs for kind in kinds}
    spans: dict[str, float] = {}
    for kind in kinds:
        print(f"{kind}, one after the other: {totals[kind]:.1f} s for {len(labs)} labs")
        if given.workers < 2 or not engine_class(kind).has_own_ports:
            continue
        more, spans[kind] = in_parallel(labs, kind, given.workers)
        runs += more
        goal = f" (goal for all labs: at most {GOAL_SECONDS} s)" if kind == "native" else ""
        print(f"{kind}, {given.workers} at a time: {spans[kind]:.1f} s{goal}")
    failed = [run for run in runs if run.error]
    print(f"{len(failed)} of {len(runs)} runs failed")
    for run in failed:
        print(f"\n{run.lab} on {run.engine}:\n{run.error}")
    if given.json:
        report = {"runs": [asdict(run) for run in runs], "serial_seconds": totals, "parallel_seconds": spans}
        given.json.write_text(json.dumps(report, indent=1) + "\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
