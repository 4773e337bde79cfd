"""A kernel and a checker born warm are what started ones are, for good and for bad."""

from __future__ import annotations

import ast
import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

import grader
from grader.engines import Engine, engine_class, engine_named
from grader.engines.inside import FOLDER
from grader.engines.nsenter import Walls
from grader.sandbox import KernelSettings, StudentKernel, checker, student_kernel
from grader.sandbox.fork_client import CheckerRequest, ForkedProcess, ForkServer, KernelRequest, Message
from tests.engines.engine_tests import eventually

CHECK = "with check.task('net', hint='h') as t:\n    t.network('front').exists()"
#: What a process may do and see, as one dictionary: read by the kernel itself.
LOOK = """
import ctypes, os, resource, subprocess
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
names = "Uid Gid Groups CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp NSpid Umask".split()
known = {name: status[name] for name in names}
known["limits"] = open("/proc/self/limits").read()
known["groups"] = open("/proc/self/cgroup").read()
known["spaces"] = {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in os.listdir("/proc/self/ns")}
known["root"] = sorted(os.listdir("/"))
known["mounts"] = [line.split(" - ")[0].split()[3:6] for line in open("/proc/self/mountinfo")]
known["seen"] = subprocess.run(["ps", "-eo", "user="], text=True, capture_output=True).stdout.split()
known["folder"] = os.getcwd()
known["environment"] = dict(os.environ)
known["dumpable"] = ctypes.CDLL(None).prctl(3)
known["owner"] = os.stat("/proc/self/fd").st_uid
known["descriptors"] = len(os.listdir("/proc/self/fd"))
known["session"] = os.getsid(0)
known["core"] = resource.getrlimit(resource.RLIMIT_CORE)
known
"""


@pytest.fixture(scope="module")
def fork_server() -> Iterator[ForkServer]:
    running = ForkServer()
    yield running
    running.close()


@pytest.fixture(scope="module", params=["native", pytest.param("microvm", marks=pytest.mark.weekly)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Path]]:
    folder = tmp_path_factory.mktemp("w")
    folder.chmod(0o777)
    if request.param == "microvm":
        engine = engine_class("microvm").for_strangers(shares=[folder])
    else:
        engine = engine_named("native", shares=[folder], images=False)
    with engine as running:
        yield running, folder


def launcher(kernel: StudentKernel) -> object:
    return kernel.processes._launcher


def look(kernel: StudentKernel) -> dict[str, Any]:
    outcome = kernel.run(LOOK, 30)
    (output,) = outcome.outputs
    seen: dict[str, Any] = ast.literal_eval(output["data"]["text/plain"])
    return seen


def test_orders_survive_the_post() -> None:
    walls = Walls(7, ["/sys/fs/cgroup/x"], 1000, [], "/home/student", "size=1m")
    order = KernelRequest(walls, {"A": "ä"}, "/w", "/w/k", ["-f", "x"], 3, 0o22, 1, 2, 3)
    assert Message.unpack(Message(order, [0, 1, 2, 3]).pack()) == Message(order, [0, 1, 2, 3])
    other = Message(CheckerRequest({}, None), [0])
    assert Message.unpack(other.pack()) == other


@pytest.mark.daemon
def test_a_born_kernel_is_walled_like_a_started_one(place: tuple[Engine, Path], fork_server: ForkServer) -> None:
    with student_kernel(*place) as started, student_kernel(*place, fork_server=fork_server) as born:
        assert isinstance(launcher(started), subprocess.Popen)
        assert isinstance(launcher(born), ForkedProcess)
        usual, ours = look(started), look(born)
    # Namespaces of its own, so not the same ones; the engine's are shared.
    apart = {"pid", "pid_for_children", "ipc", "mnt"}
    for kind in apart:
        assert usual["spaces"].pop(kind) != ours["spaces"].pop(kind)
    for shell in ("OLDPWD", "PWD"):
        usual["environment"].pop(shell)
    assert ours == usual
    assert ours["CapBnd"] == "0000000000000000"
    assert ours["NoNewPrivs"] == "1"
    assert set(ours["seen"]) == {"student"}


#: Where a notebook's imports are looked for, and one of a module that lies beside it.
IMPORTS = """
import sys
try:
    import helper_beside
    found = helper_beside.VALUE
except ModuleNotFoundError:
    found = None
sys.path, found
"""


def imports_of_a_plain_kernel(folder: Path) -> list[str]:
    """sys.path of a kernel as JupyterLab starts it at home."""
    manager, client = start_new_kernel(cwd=str(folder))
    try:
        client.execute_interactive("import sys, json; print(json.dumps(sys.path))", output_hook=(said := []).append)
        path: list[str] = json.loads("".join(m["content"].get("text", "") for m in said))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return path


@pytest.mark.daemon
@pytest.mark.parametrize("warm", [True, False], ids=["born", "started"])
def test_what_lies_beside_the_notebook_can_be_imported_as_at_home(
    place: tuple[Engine, Path], fork_server: ForkServer, warm: bool
) -> None:
    (place[1] / "helper_beside.py").write_text("VALUE = 42")
    (place[1] / "docker.py").write_text("raise OSError('not the real one')")
    with student_kernel(*place, fork_server=fork_server if warm else None) as kernel:
        assert isinstance(launcher(kernel), ForkedProcess) == warm
        path, found = ast.literal_eval(kernel.run(IMPORTS, 30).outputs[0]["data"]["text/plain"])
    # The rest is the environment: at home where it was installed, in here at its own place.
    at_home, inside = imports_of_a_plain_kernel(place[1]), [entry for entry in path if entry.startswith(FOLDER)]
    assert path == [*at_home[: at_home.index("") + 1], *inside] and len(inside) == 2
    assert "" in path and found == 42
    # A wary kernel runs the lab's own cells, with the course's own modules.
    with student_kernel(*place, fork_server=fork_server if warm else None, wary=True) as kernel:
        path, found = ast.literal_eval(kernel.run(IMPORTS, 30).outputs[0]["data"]["text/plain"])
        assert kernel.run("import docker; docker.APIClient", 30).status == "ok"
    assert "" not in path and found is None


#: All that tells a program where its Python is, and what of it the kernel knows.
WHEREABOUTS = """
import os, subprocess, sys
import docker, grader.notebook, IPython, zmq
seen = [sys.path, sys.argv, sys.orig_argv, sys.executable, sys.prefix, sys.base_prefix, dict(os.environ), sys.modules]
seen += [open(f"/proc/self/{name}").read() for name in ("maps", "mountinfo", "environ", "cmdline")]
seen += [os.readlink(f"/proc/self/{name}") for name in ("exe", "cwd", "root")]
seen += [os.listdir(place) for place in ("/", "/opt", "/home", "/tmp", "/var/tmp", "/opt/python")]
seen += [open("/opt/python/pyvenv.cfg").read(), str(grader.notebook.connect.__code__)]
inner = subprocess.run(["python", "-c", "import sys, docker, grader; print(sys.path, docker, grader)"],
                       cwd="/", capture_output=True, text=True)
print(inner.returncode, inner.stdout.count("/opt/python/"))
print(seen, inner.stdout)
"""


@pytest.mark.daemon
@pytest.mark.parametrize("warm", [True, False], ids=["born", "started"])
def test_nothing_a_kernel_sees_tells_where_the_course_lies(
    place: tuple[Engine, Path], fork_server: ForkServer, warm: bool
) -> None:
    # Not from the folder, in which other tests leave modules.
    with student_kernel(*place, fork_server=fork_server if warm else None, wary=True) as kernel:
        outcome = kernel.run(WHEREABOUTS, 600)
    assert outcome.last_words == ""
    answer, _newline, seen = "".join(output["text"] for output in outcome.outputs).partition("\n")
    assert answer == "0 4"
    for hidden in {Path(sys.prefix), Path(grader.__file__).parents[1]}:
        # The kernel writes a space in a path as \040 (proc_pid_mountinfo(5)), and `seen` is a list's repr.
        for shown in (str(hidden), str(hidden).replace(" ", r"\\040")):
            assert shown not in seen, seen[seen.index(shown) - 300 :][:600]


@pytest.mark.daemon
@pytest.mark.parametrize("warm", [True, False], ids=["born", "started"])
def test_each_kernel_has_a_home_of_its_own(place: tuple[Engine, Path], fork_server: ForkServer, warm: bool) -> None:
    nest = fork_server if warm else None
    with student_kernel(*place, fork_server=nest) as first, student_kernel(*place, fork_server=nest) as second:
        trap = "import os; os.makedirs(os.path.expanduser('~/.ipython/profile_default/startup'), exist_ok=True)"
        trap += "; open(os.path.expanduser('~/.ipython/profile_default/startup/0.py'), 'w').write('TRAPPED = 1')"
        assert first.run(trap, 30).status == "ok"
        with student_kernel(*place, fork_server=nest) as third:
            for other in (second, third):
                seen = other.run("(os := __import__('os')).listdir('/home'), os.path.exists('/home/student/x')", 30)
                assert "['student'], False" in str(seen.outputs)
                assert other.run("TRAPPED", 30).status == "error"
                startup = "os.listdir(os.path.expanduser('~/.ipython/profile_default/startup'))"
                assert "0.py" not in str(other.run(startup, 30).outputs)
        assert "0.py" in str(first.run(startup, 30).outputs)


@pytest.mark.daemon
def test_limits_are_those_asked_for(place: tuple[Engine, Path], fork_server: ForkServer) -> None:
    settings = KernelSettings(address_space=3_000_000_000, file_size=12_345, processes=99)
    with student_kernel(*place, settings=settings, fork_server=fork_server) as kernel:
        lines = [line.split() for line in look(kernel)["limits"].splitlines()]
    numbers = {" ".join(line[:-3]): line[-3:-1] for line in lines}
    assert numbers["Max address space"] == ["3000000000", "3000000000"]
    assert numbers["Max file size"] == ["12345", "12345"]
    assert "99" in next(line for line in lines if line[:2] == ["Max", "processes"])


@pytest.mark.daemon
def test_a_born_kernel_knows_nothing_of_the_grader(place: tuple[Engine, Path], fork_server: ForkServer) -> None:
    os.environ["DRYDOCK_TEST_SECRET"] = "rosebud-in-the-environment"
    try:
        with student_kernel(*place, fork_server=fork_server) as kernel:
            search = """
found = []
secret = b"rosebud" + b"-in-the-environment"
for line in open("/proc/self/maps"):
    low, high = (int(part, 16) for part in line.split()[0].split("-"))
    if line.split()[1].startswith("r") and "[v" not in line:
        with open("/proc/self/mem", "rb") as memory:
            memory.seek(low)
            try:
                found.append(memory.read(high - low).count(secret))
            except OSError:
                pass
print(len(found) > 50, open("/proc/1/environ").read().count(secret.decode()), sum(found))
"""
            outcome = kernel.run(search, 60)
        # The cell itself puts the text together: a few copies of that are its own.
        looked, environment, copies = outcome.outputs[0]["text"].split()
        assert (looked, environment) == ("True", "0")
        assert int(copies) <= 3
    finally:
        del os.environ["DRYDOCK_TEST_SECRET"]


@pytest.mark.daemon
def test_two_kernels_draw_different_random_numbers(place: tuple[Engine, Path], fork_server: ForkServer) -> None:
    cell = "import random, uuid, secrets\nprint(random.random(), uuid.uuid4(), secrets.token_hex())"
    drawn = []
    for _turn in range(2):
        with student_kernel(*place, fork_server=fork_server) as kernel:
            drawn += kernel.run(cell, 20).outputs[0]["text"].split()
    assert len(set(drawn)) == 6


@pytest.mark.daemon
def test_a_born_checker_checks(place: tuple[Engine, Path], fork_server: ForkServer) -> None:
    engine, _folder = place
    with checker(engine, fork_server=fork_server) as checks:
        assert isinstance(checks._process, ForkedProcess)
        assert checks.check("net", CHECK, 300).status == "failed"
        subprocess.run(
            check=True,
            args=["docker", "network", "create", "front"],
            env={**os.environ, "DOCKER_HOST": engine.endpoint.host},
        )
        assert checks.check("net", CHECK, 300).status == "passed"
        assert checks.check("x", "import os; os._exit(0)", 5).status == "could_not_check"
        os.kill(checks._process.pid, signal.SIGKILL)
        checks._process.wait(timeout=300)
        assert checks.check("net", CHECK, 300).status == "passed"


@pytest.mark.daemon
def test_without_a_fork_server_all_goes_on_more_slowly(place: tuple[Engine, Path]) -> None:
    lost = ForkServer()
    lost.start()
    assert lost._process is not None
    lost._process.kill()
    with student_kernel(*place, fork_server=lost) as kernel, checker(place[0], fork_server=lost) as checks:
        assert isinstance(launcher(kernel), subprocess.Popen)
        assert kernel.run("1", 20).status == "ok"
        assert checks.check("x", CHECK, 300).status in ("passed", "failed")
        # The next order finds a new one.
        assert isinstance(checks._process, ForkedProcess)
    lost.close()


@pytest.mark.daemon
def test_a_kernel_that_ends_with_its_fork_server_is_told_from_one_that_ends_itself(place: tuple[Engine, Path]) -> None:
    lost = ForkServer()
    with student_kernel(*place, fork_server=lost) as own, student_kernel(*place, fork_server=lost) as orphan:
        assert own.run("import os\nos._exit(0)", 60).status == "dead"
        assert orphan.run("1", 60).status == "ok"
        assert (own.processes.is_orphaned(), orphan.processes.is_orphaned()) == (False, False)
        assert lost._process is not None
        lost._process.kill()
        assert orphan.run("import time\ntime.sleep(600)", 300).status == "dead"
        assert orphan.processes.is_orphaned()
    lost.close()


@pytest.mark.daemon
def test_what_is_born_ends_with_the_grader(tmp_path: Path) -> None:
    script = f"""
import json, sys, time
from pathlib import Path
from grader.engines import engine_named
from grader.sandbox import student_kernel, checker
from grader.sandbox.fork_client import ForkServer
folder = Path(sys.argv[1]); folder.chmod(0o777)
fork_server = ForkServer()
with engine_named("native", shares=[folder], images=False) as engine:
    with (
        student_kernel(engine, folder, fork_server=fork_server) as k,
        checker(engine, fork_server=fork_server) as checks,
    ):
        k.wait_ready()
        checks.check("net", {CHECK!r}, 30)
        print(json.dumps([fork_server._process.pid, k.processes._launcher.pid, checks._process.pid]), flush=True)
        time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    pids = json.loads(process.stdout.readline())
    assert all(Path(f"/proc/{pid}").exists() for pid in pids)
    process.kill()
    process.wait()
    process.stdout.close()
    end = time.monotonic() + 120
    while (left := [pid for pid in pids if Path(f"/proc/{pid}").exists()]) and time.monotonic() < end:
        time.sleep(0.05)
    assert not left


@pytest.mark.daemon
def test_nothing_is_left_open(place: tuple[Engine, Path], fork_server: ForkServer) -> None:
    def open_files() -> int:
        gc.collect()
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - descriptors, not files

    def round_trip() -> None:
        with (
            student_kernel(*place, fork_server=fork_server) as kernel,
            checker(place[0], fork_server=fork_server) as checks,
        ):
            kernel.wait_ready()
            checks.check("net", CHECK, 300)

    round_trip()
    time.sleep(0.5)
    before = open_files()
    for _turn in range(3):
        round_trip()
    eventually(lambda: open_files() <= before)
    assert fork_server._process is not None
    servers = Path(f"/proc/{fork_server._process.pid}/fd")
    eventually(lambda: len(list(servers.iterdir())) <= 6)
