"""A real kernel behind real walls: what ends it, what it may print, and that nothing of it moves while frozen."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest

from grader.engines import Engine, best_engine
from grader.sandbox import (
    CellStatus,
    FreezeError,
    KernelLost,
    KernelSettings,
    OutputLimits,
    StudentKernel,
    checker,
    student_kernel,
)
from tests.engines.engine_tests import eventually

pytestmark = pytest.mark.daemon


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Path]]:
    folder = tmp_path_factory.mktemp("w")
    folder.chmod(0o777)
    with best_engine(shares=[folder], images=False) as running:
        yield running, folder


@pytest.fixture
def kernel(place: tuple[Engine, Path]) -> Iterator[StudentKernel]:
    with student_kernel(*place) as running:
        yield running


def text(outputs: list[dict[str, object]]) -> str:
    return "".join(str(output.get("text", output.get("data", output))) for output in outputs)


def test_cells_run_one_after_the_other_with_docker_at_hand(kernel: StudentKernel) -> None:
    assert kernel.run("x = 20", 20).status is CellStatus.OK
    assert "22" in text(kernel.run("x + 2", 20).outputs)
    assert "NAMES" in text(kernel.run("!docker ps", 20).outputs)
    assert "NAMES" in text(kernel.run("%%bash\ndocker ps", 20).outputs)
    failed = kernel.run("1 / 0", 20)
    assert failed.status is CellStatus.ERROR
    assert failed.outputs[-1].ename == "ZeroDivisionError"
    assert "StdinNotImplementedError" in str(kernel.run("input()", 20).outputs)


def test_student_code_is_nobody_special_and_sees_nothing_of_ours(kernel: StudentKernel, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("42")
    secret.chmod(0o644)
    os.environ["DRYDOCK_TEST_SECRET"] = "42"
    try:
        shown = text(kernel.run("import os\n(os.getuid(), dict(os.environ))", 20).outputs)
    finally:
        del os.environ["DRYDOCK_TEST_SECRET"]
    assert "(1000," in shown
    assert "DRYDOCK_TEST_SECRET" not in shown
    hidden = (
        secret,
        Path(__file__),
        Path("/root/.bashrc"),
        Path("/home"),
        Path("/etc/shadow"),
        Path("/etc/machine-id"),
    )
    for path in hidden:
        seen = kernel.run(f"import os\nprint(os.path.isfile({str(path)!r}))", 20)
        assert text(seen.outputs) == "False\n", path
    only_own = text(kernel.run("sorted(int(p) for p in os.listdir('/proc') if p.isdigit())", 20).outputs)
    assert str(os.getpid()) not in only_own
    assert "Read-only file system" in text(kernel.run("open('/usr/bin/evil', 'w')", 20).outputs)


def test_output_is_cut_per_cell_and_per_notebook_and_a_flood_ends_the_kernel(place: tuple[Engine, Path]) -> None:
    limits = OutputLimits(cell=1000, notebook=1500, flood=3_000_000)
    with student_kernel(*place, settings=KernelSettings(outputs=limits)) as kernel:
        first = kernel.run("print('a' * 5000)", 20)
        assert 1000 <= len(text(first.outputs)) < 1100
        second = kernel.run("print('b' * 5000)", 20)
        assert 500 <= len(text(second.outputs)) < 600
        flood = kernel.run("while True: print('c' * 10_000)", 30)
        assert flood.status is CellStatus.DEAD
        assert "its kernel was ended" in flood.reason
        assert not kernel.is_alive()
        assert kernel.run("1", 5).status is CellStatus.DEAD


def test_one_huge_message_is_a_flood_too(kernel: StudentKernel) -> None:
    assert kernel.run("print('x' * 100_000_000)", 60).status is CellStatus.DEAD


def test_a_slow_cell_is_interrupted_and_the_kernel_goes_on(kernel: StudentKernel) -> None:
    slow = kernel.run("import time\nkept = 5\ntime.sleep(60)", 5)
    assert slow.status is CellStatus.TIMEOUT
    assert "interrupted" in slow.reason
    # Unlike a script, it says where it was.
    assert [output.ename for output in slow.outputs] == ["KeyboardInterrupt", "CellTimeout"]
    assert "5" in text(kernel.run("kept", 20).outputs)
    assert kernel.run("!sleep 60", 1).status is CellStatus.TIMEOUT


def test_no_interrupt_of_a_cell_is_left_for_the_next_one(kernel: StudentKernel) -> None:
    """Where the machine is busy, a second one is sent before the first has been felt."""
    ignores_two = "import time\nfor _ in range(3):\n    try: time.sleep(60)\n    except KeyboardInterrupt: pass\n"
    assert kernel.run(ignores_two, 5).status is CellStatus.TIMEOUT
    assert kernel._client is not None
    with pytest.raises(Empty):
        kernel._client.get_control_msg(timeout=1)
    assert kernel.run("time.sleep(1)", 20).status is CellStatus.OK


@pytest.mark.parametrize("trap", ["", "trap '' INT TERM; "])
def test_a_slow_script_is_told_in_one_sentence_without_pythons_words(kernel: StudentKernel, trap: str) -> None:
    slow = kernel.run(f"%%bash\n{trap}echo begun\nsleep 60\n", 5)
    assert slow.status is CellStatus.TIMEOUT
    assert "begun" in text(slow.outputs)
    errors = [output for output in slow.outputs if output.output_type == "error"]
    assert [error.ename for error in errors] == ["CellTimeout"], text(slow.outputs)
    assert "interrupted" in errors[0].evalue
    assert "%d format" not in text(slow.outputs)


def test_a_cell_that_ignores_the_interrupt_costs_the_kernel(
    kernel: StudentKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.sandbox.kernel._GRACE", 3.0)
    stubborn = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    assert kernel.run(stubborn, 5).status is CellStatus.TIMEOUT
    assert not kernel.is_alive()


def test_a_dying_kernel_is_told_from_a_slow_one(kernel: StudentKernel) -> None:
    dead = kernel.run("import os\nos._exit(0)", 20)
    assert dead.status is CellStatus.DEAD
    assert dead.outputs[-1].ename == "KernelDied"


#: The state of a process is its first thread's: of this one dead.
WITHOUT_FIRST_THREAD = """
import ctypes, platform, threading
def tick():
    while True:
        open("ticks", "w").write("x")
threading.Thread(target=tick).start()
ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)
"""


@pytest.mark.parametrize(
    "escape",
    [
        "setsid sh -c 'while :; do date +%s%N > ticks; done' &",
        "unshare --user --pid --fork sh -c 'while :; do date +%s%N > ticks; done' &",
        f"python3 -c {shlex.quote(WITHOUT_FIRST_THREAD)} &",
    ],
    ids=["setsid", "nested namespace", "without its first thread"],
)
def test_frozen_students_do_nothing_and_then_go_on(
    place: tuple[Engine, Path], kernel: StudentKernel, escape: str
) -> None:
    ticks = place[1] / "ticks"
    ticks.unlink(missing_ok=True)
    kernel.run(f"get_ipython().system_raw({escape!r})", 20)
    eventually(ticks.exists)
    with kernel.processes.frozen():
        before = ticks.stat().st_mtime_ns
        time.sleep(0.3)
        assert ticks.stat().st_mtime_ns == before
    assert kernel.run("1", 20).status is CellStatus.OK
    eventually(lambda: ticks.stat().st_mtime_ns > before)


def test_a_closed_kernel_has_nothing_to_stop(place: tuple[Engine, Path]) -> None:
    with student_kernel(*place) as kernel:
        kernel.wait_ready()
        kernel.close()
        with kernel.processes.frozen():
            assert not kernel.is_alive()
        assert kernel.run("1", 5).status is CellStatus.DEAD


@pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/sys/fs/cgroup/freezer").is_dir(), reason="only cgroup v1 stops what is to end"
)
def test_what_a_control_group_holds_for_ever_does_not_hold_the_grader(place: tuple[Engine, Path]) -> None:
    """A container's root may own the group of the student's processes."""
    with best_engine(shares=[place[1]], images=False) as engine, student_kernel(engine, place[1]) as kernel:
        kernel.wait_ready()
        (group,) = [path for path in engine.cgroups if "/freezer/" in str(path)]  # type: ignore[attr-defined]
        (group / "student" / "freezer.state").write_text("FROZEN")
        started = time.monotonic()
        for _turn in range(3):
            with pytest.raises(FreezeError), kernel.processes.frozen():
                pass
            kernel.close()
            assert kernel.is_alive()
            with pytest.raises(KernelLost):
                kernel.run("1", 5)
        assert time.monotonic() - started < 28
        pid = kernel.processes._launcher.pid
    assert not kernel.is_alive()
    assert not Path(f"/proc/{pid}").exists()


def test_nothing_outlives_the_kernel(place: tuple[Engine, Path]) -> None:
    mark = f"drydock-test-{os.getpid()}"
    with student_kernel(*place) as kernel:
        kernel.run(f"import subprocess\nsubprocess.Popen(['setsid', 'sh', '-c', 'sleep 600; : {mark}'])", 20)
        assert _running(mark)
    assert not _running(mark)


def _running(mark: str) -> bool:
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return any(mark in line and "sleep" in line for line in found.splitlines())


def test_checks_run_outside_and_faults_are_could_not_check(place: tuple[Engine, Path]) -> None:
    engine, _folder = place
    with checker(engine) as checks:
        failed = checks.check("net", "with check.task('net', hint='h') as t:\n    t.network('front').exists()", 300)
        assert failed.status == "failed"
        client = engine.endpoint.client()
        client.networks.create("front")
        client.close()
        passed = checks.check("net", "with check.task('net', hint='h') as t:\n    t.network('front').exists()", 300)
        assert passed.status == "passed"
        for broken in ("syntax error(", "1 + 1", "import os; os._exit(0)", "while True: pass"):
            assert checks.check("x", broken, 2).status == "could_not_check", broken
        again = checks.check("net", "with check.task('net', hint='h') as t:\n    t.network('front').exists()", 300)
        assert again.status == "passed"


def test_a_killed_grader_leaves_no_student_process(tmp_path: Path) -> None:
    """SIGKILL of the process that grades: its engine's supervisor ends the student's processes too."""
    mark = f"drydock-test-{os.getpid()}-orphan"
    script = f"""
import json, os, sys, tempfile, time
from pathlib import Path
from grader.engines import best_engine
from grader.sandbox import student_kernel
folder = Path(sys.argv[1]); folder.chmod(0o777)
with best_engine(shares=[folder], images=False) as engine, student_kernel(engine, folder) as kernel:
    kernel.run("import subprocess; subprocess.Popen(['setsid', 'sh', '-c', 'sleep 600; : {mark}'])", 20)
    print(json.dumps("up"), flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline()) == "up"
    assert _running(mark)
    process.kill()
    process.wait()
    process.stdout.close()
    eventually(lambda: not _running(mark))
