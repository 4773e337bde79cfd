"""How many students a machine holds: so many servers of ``drydock serve``'s kind at once, at rest and doing a lab.

    .venv/bin/python benchmarks/class_server.py [--students 20] [--lab 01] [--json FILE]

As root, on a machine with nothing else to do: all figures are the whole machine's. Every student's server is begun at
the same moment; when all are up, they rest; then each does the lab's solution, from top to bottom, at once with all
others, as ``jupyter execute`` does it. Memory is what the machine has less to give (MemAvailable), divided by the
students: servers, kernels, daemons, containers, gates and the kernel's own for them. While they work, what is least
left counts. The lab daemons, and so the containers, are the students' own.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from cpu_time import machine

REPO = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPO / "tests"), str(REPO / "tests/classroom")]

from hub_client import USERS, Hub, open_hub  # noqa: E402

from grader.classroom.places import ClassFolder  # noqa: E402
from grader.course.labs import RELEASE, WORKSPACE, find_course  # noqa: E402

#: Seconds for all of them to do the lab; a class that takes longer has failed.
PATIENCE = 3600.0
REST_SECONDS = 30.0
#: A student's, as `drydock serve` has them; but for the disk, which is sparse.
_LIMITS = 'c.DrydockSpawner.mem_limit = "2G"\nc.DrydockSpawner.pids_limit = 4096\nc.DrydockSpawner.disk_limit = "4G"\n'
_WORK = (
    "cd labs/{lab} || exit; "
    "setsid nohup sh -c 'jupyter execute --timeout=600 --output done.ipynb solution.ipynb; echo $? > done' "
    "> said 2>&1 < /dev/null &"
)


@dataclass(frozen=True)
class Figures:
    """Seconds by the clock, CPU seconds of the machine, MiB a student."""

    students: int
    first_up: float
    last_up: float
    start_cpu: float
    at_rest: float
    at_work: float
    first_done: float
    last_done: float
    work_cpu: float
    failed: int
    stop: float


def available() -> float:
    """MiB that the machine has to give: proc_meminfo(5)."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("MemAvailable")).split()[1]) / 1024


@contextmanager
def least_available() -> Iterator[list[float]]:
    """The least of what was to give meanwhile; one number."""
    least, over = [available()], threading.Event()

    def look() -> None:
        while not over.wait(0.5):
            least[0] = min(least[0], available())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield least
    finally:
        over.set()
        watcher.join()


def homes(hub: Hub, names: Sequence[str], lab: str) -> list[Path]:
    # Where students write, but outside of the walls.
    students = map(ClassFolder(hub.folder).student, names)
    return [student.path / "disk/home/course" / WORKSPACE / RELEASE / lab for student in students]


def all_up(hub: Hub, names: Sequence[str]) -> list[float]:
    """Begin all servers at once; the seconds until each was up."""
    began = time.perf_counter()

    def one(name: str) -> float:
        hub.begin(name)
        hub.await_server(name)
        return time.perf_counter() - began

    with ThreadPoolExecutor(len(names)) as pool:
        return sorted(pool.map(one, names))


def all_done(hub: Hub, names: Sequence[str], lab: str, solution: Path) -> tuple[list[float], int]:
    """Let each do the lab; the seconds until each had done it, and how many failed."""
    folders = homes(hub, names, lab)
    for folder in folders:
        (folder / "solution.ipynb").write_bytes(solution.read_bytes())
    began = time.perf_counter()
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: hub.sh(name, _WORK.format(lab=lab)), names))
    seconds: dict[Path, float] = {}
    while len(seconds) < len(names) and time.perf_counter() - began < PATIENCE:
        time.sleep(1)
        for folder in set(folders) - set(seconds):
            if (folder / "done").exists():
                seconds[folder] = time.perf_counter() - began
    wrong = [folder for folder in folders if not _worked(folder)]
    for folder in wrong:
        said = folder / "said"
        print(folder, said.read_text()[-1500:] if said.exists() else "", file=sys.stderr)
    return sorted(seconds.values()), len(wrong)


def _worked(folder: Path) -> bool:
    return (folder / "done").exists() and (folder / "done").read_text().strip() == "0"


def measure(students: int, lab: str, solution: Path) -> Figures:
    names = [f"student{number:02}" for number in range(1, students + 1)]
    with open_hub(USERS + _LIMITS) as hub:
        before, worked = available(), machine()
        up = all_up(hub, names)
        start_cpu = machine() - worked
        time.sleep(REST_SECONDS)
        rest = (before - available()) / students
        worked = machine()
        with least_available() as least:
            done, failed = all_done(hub, names, lab, solution)
        work_cpu = machine() - worked
        began = time.perf_counter()
        with ThreadPoolExecutor(students) as pool:
            list(pool.map(hub.stop, names))
        stop = time.perf_counter() - began
    work = (before - least[0]) / students
    return Figures(
        students,
        up[0],
        up[-1],
        start_cpu,
        rest,
        work,
        min(done, default=0),
        max(done, default=0),
        work_cpu,
        failed,
        stop,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=20)
    parser.add_argument("--lab", default="01", metavar="NN")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    lab = find_course().pick(given.lab)
    found = measure(given.students, lab, REPO / "solutions" / lab / f"{lab}.ipynb")
    print(
        f"{found.students} servers at once: the first up after {found.first_up:.0f} s, the last {found.last_up:.0f} s"
    )
    print(f"  {found.start_cpu / found.students:.1f} CPU-s a start, {found.at_rest:.0f} MiB each at rest")
    print(f"{lab} in all of them: the first done after {found.first_done:.0f} s, the last {found.last_done:.0f} s")
    cpu, failed = found.work_cpu / found.students, found.failed
    print(f"  {cpu:.1f} CPU-s each, at most {found.at_work:.0f} MiB each; failed: {failed}")
    print(f"all stopped after {found.stop:.0f} s")
    if given.json:
        given.json.write_text(json.dumps(asdict(found), indent=1) + "\n")
    sys.exit(1 if found.failed else 0)


if __name__ == "__main__":
    main()
