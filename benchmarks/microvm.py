"""The microVM engine in figures: starts, docker run, a build, memory; and which change gave what.

    .venv/bin/python benchmarks/microvm.py [--runs 5] [--native] [--json FILE]
    .venv/bin/python benchmarks/microvm.py --changes [CHANGE ...]

Beside each time stands what QEMU's threads used of a processor meanwhile (CPU): on a busy machine that is the figure to
compare, for the guest has one processor and does little but calculate. ``--native`` measures the native engine in the
same run, in turns, for ratios. ``--changes`` boots the template's disk once for each change undone (or tried), one at a
time, everything else as it is.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from grader.engines import Engine, engine_named
from grader.engines.folders import runtime_folder
from grader.engines.microvm import qemu, template
from grader.engines.microvm.engine import MicrovmEngine
from grader.engines.microvm.place import GuestFolder, GuestSpec, TemplateFolder
from grader.engines.microvm.running import Running
from grader.engines.microvm.supervisor import machine, new_key

BUILD = """FROM drydock/busybox:1
RUN echo one > /one
COPY page /page
RUN cat /page > /two
RUN echo three > /three
"""


@dataclass
class Measured:
    """Seconds of each run, and QEMU's processor seconds."""

    name: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        text = f"{self.name:34} median {statistics.median(self.wall):6.2f} s  min {min(self.wall):6.2f} s"
        return text + (
            f"  CPU median {statistics.median(self.cpu):6.2f} s  min {min(self.cpu):6.2f} s" if self.cpu else ""
        )


def cpu_seconds(pid: int | None) -> float:
    """What a process has used of processors: proc_pid_stat(5)."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(into: Measured, qemu_pid: int | None, work: Callable[[], object]) -> None:
    cpu, began = cpu_seconds(qemu_pid), time.perf_counter()
    work()
    into.wall.append(time.perf_counter() - began)
    if qemu_pid is not None:
        into.cpu.append(cpu_seconds(qemu_pid) - cpu)


def docker(host: str, *words: str) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "DOCKER_HOST": host}
    subprocess.run(["docker", *words], env=environment, check=True, capture_output=True, timeout=600)


def work_with(host: str, qemu_pid: int | None, runs: int, results: dict[str, Measured], label: str) -> None:
    """docker run, exec, and a build of four steps, uncached and cached.

    What runs for the first time is translated first, so first times are kept apart.
    """

    def into(name: str) -> Measured:
        return results.setdefault(f"{label}: {name}", Measured(f"{label}: {name}"))

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Dockerfile").write_text(BUILD)
        for number in range(runs):
            (Path(folder) / "page").write_text(f"{number} {time.time()}")
            for name, words in {
                "docker run --rm": ["run", "--rm", "drydock/busybox:1", "true"],
                "4-step build": ["build", "-q", "--no-cache", "-t", "bench:1", folder],
                "4-step build, cached": ["build", "-q", "-t", "bench:1", folder],
                "docker exec": ["exec", "bench", "true"],
            }.items():
                if name == "docker exec" and number == 0:
                    docker(host, "run", "-d", "--name", "bench", "drydock/busybox:1", "sleep", "100000")
                which = f"{name}, first" if number == 0 and name != "4-step build, cached" else name
                measure(into(which), qemu_pid, partial(docker, host, *words))
        docker(host, "rm", "-f", "bench")


# -- the engine as it is


def measure_engine(kind: str, runs: int, results: dict[str, Measured]) -> None:
    start = results.setdefault(f"{kind}: start", Measured(f"{kind}: start"))
    for _run in range(runs):
        engine: Engine = engine_named(kind)
        measure(start, None, engine.start)
        engine.stop()
    with engine_named(kind) as engine:
        pid = qemu_of(engine)
        if pid is not None:
            print(f"{kind}: {memory_of(pid)} after the start")
        work_with(engine.endpoint.host, pid, runs, results, kind)
        if pid is not None:
            print(f"{kind}: {memory_of(pid)} after the work")


def qemu_of(engine: Engine) -> int | None:
    return int(json.loads(engine.folder.state.read_text())["qemu"]) if isinstance(engine, MicrovmEngine) else None


def memory_of(pid: int) -> str:
    """proc_pid_smaps(5): the proportional share counts what processes have in common once."""
    rollup = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return ", ".join(f"{name} {int(rollup[name].split()[0]) // 1024} MiB" for name in ("Rss", "Pss", "Private_Dirty"))


# -- one change at a time


@dataclass(frozen=True)
class Change:
    """What is different from the engine as it is. ``script`` runs in the guest before the measuring."""

    about: str
    accelerator: qemu.Accelerator = qemu.TCG
    #: Words of the kernel's command line that are left out, and what is added.
    without: tuple[str, ...] = ()
    more: str = ""
    script: str = ""


_RESTART = """
kill $(cat /run/docker.pid); while kill -0 $(cat /run/docker.pid) 2>/dev/null; do sleep 0.1; done
pkill containerd$; sleep 1
{environment} containerd --config /etc/containerd.toml --log-level warn 2> /dev/null &
until [ -S /run/containerd/containerd.sock ]; do sleep 0.1; done
{environment} dockerd --containerd /run/containerd/containerd.sock --host unix:///run/docker.sock \
    --pidfile /run/docker.pid --log-level warn {flags} 2> /dev/null &
"""


def _tcg(**changes: str) -> qemu.Accelerator:
    return replace(qemu.TCG, **changes)


CHANGES = {
    "as-it-is": Change("the engine as it is, booted"),
    "cpu-qemu64": Change("processor qemu64 (no AVX, no SHA instructions)", _tcg(cpu="qemu64")),
    "cpu-nehalem": Change("processor Nehalem (SSE 4.2, no AVX)", _tcg(cpu="Nehalem")),
    "cpu-max-no-avx": Change("processor max without AVX", _tcg(cpu="max,avx=off,avx2=off")),
    "tb-128": Change("128 MiB of translated code", _tcg(options="tcg,thread=single,tb-size=128")),
    "tb-1024": Change("1 GiB of translated code", _tcg(options="tcg,thread=single,tb-size=1024")),
    "thread-multi": Change("a thread for the processor", _tcg(options=f"tcg,thread=multi,tb-size={qemu.TRANSLATIONS}")),
    "mitigations": Change("kernel with its mitigations", without=("mitigations=off",)),
    "slow-rcu": Change("kernel without expedited RCU", without=("rcupdate.rcu_expedited=1",)),
    "kaslr": Change("kernel at a random address", without=("nokaslr",)),
    "unzeroed": Change("kernel that doesn't clear what it allocates", more="init_on_alloc=0"),
    "security-modules": Change("kernel with its security modules", without=("lsm=",)),
    "nohz-off": Change("a tick every 4 ms, also when idle", more="nohz=off"),
    "kernel-memory": Change("groups are not charged for the kernel's memory", more="cgroup.memory=nokmem,nobpf"),
    "quick-rcu": Change(
        "RCU looks around at once",
        more="rcutree.jiffies_till_first_fqs=0 rcutree.jiffies_till_next_fqs=1 rcutree.rcu_normal_wake_from_gp=1",
    ),
    "own-shims": Change(
        "a shim for each container",
        script="ln -sf ../lib/containerd/containerd-shim-runc-v2 /usr/bin/containerd-shim-runc-v2;",
    ),
    "crun-copies": Change("crun starts itself again from a copy", script="umount /usr/bin/crun;"),
    "high-resolution": Change("timers of any length", without=("highres=off",)),
    "dockerd-hook": Change("the daemon's own program as the network's hook", script="ln -sf crun /usr/bin/runc;"),
    "no-preemption": Change(
        "Go without signals to change threads",
        script=_RESTART.format(environment="GOGC=200 GODEBUG=asyncpreemptoff=1", flags=""),
    ),
    "cpu-max": Change("processor max, with fast string instructions and SMAP", _tcg(cpu="max")),
    "gogc-100": Change("Go's own rate of collections", script=_RESTART.format(environment="GOGC=100", flags="")),
    "gogc-off": Change(
        "no collections up to 150 MiB",
        script=_RESTART.format(environment="GOGC=off GOMEMLIMIT=150MiB", flags=""),
    ),
    "userland-proxy": Change(
        "dockerd with its proxy for ports",
        script='sed -i \'s/"userland-proxy": false/"userland-proxy": true/\' /etc/docker/daemon.json;'
        + _RESTART.format(environment="GOGC=200", flags=""),
    ),
}


@contextmanager
def booted(change: Change) -> Iterator[tuple[str, int]]:
    """The template's disk, booted with a change; its API and QEMU's pid."""
    made = template.ensure().folder
    path = Path(tempfile.mkdtemp(prefix="bench-", dir=runtime_folder()))
    folder = GuestFolder(path)
    try:
        shutil.copyfile(made.disk, folder.disk)
        for copy in (folder.sockets, folder.nothing):
            copy.mkdir()
        folder.key.write_text(new_key())
        spec = GuestSpec(
            folder=str(path), template=str(made.path), accelerator="tcg", boot_disk=str(folder.disk), detached=True
        )
        process = subprocess.Popen(_command(spec, folder, made, change), stdin=subprocess.DEVNULL, cwd="/")
        try:
            with _serving(Running(spec, folder, process, lambda _answer: None)) as running:
                if change.script:
                    running.agent.shell(change.script + "exec >/dev/null 2>&1\n", timeout=120)
                    _wait_for(str(folder.socket))
                yield f"unix://{folder.socket}", process.pid
        finally:
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(path)


def _command(spec: GuestSpec, folder: GuestFolder, made: TemplateFolder, change: Change) -> list[str]:
    command = replace(machine(spec, folder, made), accelerator=change.accelerator).command()
    place = command.index("-append") + 1
    kept = [word for word in command[place].split() if word not in change.without]
    command[place] = " ".join([*kept, change.more])
    return command


@contextmanager
def _serving(running: Running) -> Iterator[Running]:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    try:
        # Signals are for a process's first thread; here nobody sends any.
        loop.add_signal_handler = lambda *_arguments: None  # type: ignore[method-assign]
        asyncio.run_coroutine_threadsafe(running.start(), loop).result(600)
        yield running
    finally:
        asyncio.run_coroutine_threadsafe(running.close(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)


def _wait_for(socket: str) -> None:
    for _attempt in range(600):
        with contextlib.suppress(subprocess.CalledProcessError):
            docker(f"unix://{socket}", "version")
            return
        time.sleep(0.2)


def measure_changes(names: list[str], runs: int, results: dict[str, Measured]) -> None:
    for name in names:
        change = CHANGES[name]
        boot = results.setdefault(f"{name}: boot", Measured(f"{name}: boot"))
        began = time.perf_counter()
        with booted(change) as (host, pid):
            boot.wall.append(time.perf_counter() - began)
            boot.cpu.append(cpu_seconds(pid))
            work_with(host, pid, runs, results, name)
        print(f"-- {name}: {change.about}")
        for key, one in results.items():
            if key.startswith(f"{name}:"):
                print(one, flush=True)


def ratios(results: dict[str, Measured]) -> None:
    """How many times longer than on the native engine."""
    for key, native in results.items():
        kind, _colon, name = key.partition(": ")
        guest = results.get(f"microvm: {name}")
        if kind == "native" and guest is not None:
            print(f"{name:34} {statistics.median(guest.wall) / statistics.median(native.wall):6.1f} times as long")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--native", action="store_true", help="the native engine as well")
    parser.add_argument("--changes", nargs="*", choices=[*CHANGES, []], help="one at a time; none named: all")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    results: dict[str, Measured] = {}
    if given.changes is not None:
        measure_changes(given.changes or list(CHANGES), given.runs, results)
    else:
        print(f"template: {template.ensure(print).folder.path}")
        for kind in ["microvm", *(["native"] if given.native else [])]:
            measure_engine(kind, given.runs, results)
        for one in results.values():
            print(one)
        ratios(results)
    if given.json:
        given.json.write_text(json.dumps({name: vars(one) for name, one in results.items()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
