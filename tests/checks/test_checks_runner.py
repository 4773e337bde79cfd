"""The runner's protocol, with right, broken and hostile cells on a real daemon."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from grader.checks import Checks, Status, TaskReport
from grader.checks import runner as runner_module
from grader.engines.protocol import Engine
from grader.values import Values
from tests.engines.engine_tests import eventually

RUNNER = [sys.executable, "-m", "grader.checks.runner", "--timeout", "20"]


class Runner:
    """A running runner, asked a line at a time."""

    def __init__(self, host: str, wrap: list[str] | None = None) -> None:
        self.process = subprocess.Popen(
            wrap or RUNNER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "DOCKER_HOST": host},
        )

    def ask(self, source: str, name: str = "cell", **more: Any) -> dict[str, Any]:
        return self.say(json.dumps({"id": name, "source": source, **more}))

    def say(self, line: str) -> dict[str, Any]:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert set(answer) == {"id", "report", "error"}
        return dict(answer)

    def end(self) -> tuple[str, str]:
        """What was said besides the answers, on stdout and on stderr."""
        return self.process.communicate(timeout=300)


def task(body: str, name: str = "job", extra: str = "") -> str:
    return f'with check.task("{name}", hint="Look."{extra}) as t:\n    {body}\n'


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    """Without a daemon: the protocol and the cells' own troubles need none."""
    running = Runner("unix:///nonexistent/docker.sock")
    yield running
    running.process.kill()
    running.process.communicate()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def", "not valid Python, line 1"),
        ("print(1)", "checks no task"),
        ("bytearray(3 * 1024**3)", "stumbled: MemoryError"),
        (task("pass") + task("pass", "other"), "expects nothing"),
        ("nonsense", "NameError"),
        ("import os; os._exit(0)", "before it could report"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "before it could report"),
        ("raise SystemExit(0)", "SystemExit"),
        # A hundred thousand frames, not a million: those take half a gigabyte, and on a busy machine the cell's time.
        ("import sys; sys.setrecursionlimit(10**5)\ndef f(): f()\nf()", "stumbled|before it could report"),
        ("input()", "EOFError"),
        ("x" * 200_000, "NameError"),
        ("'\\ud800' + 1", "TypeError"),
    ],
)
def test_a_broken_cell_is_an_error_and_costs_nobody_else(runner: Runner, source: str, says: str) -> None:
    answer = runner.ask(source, "broken")
    assert answer["id"] == "broken"
    told = answer["error"] or json.dumps(answer["report"])
    assert any(part in told for part in says.split("|")), told
    assert runner.ask("print(1)", "next")["id"] == "next"


def test_only_answers_reach_stdout_and_a_cell_sees_nothing_of_the_others() -> None:
    runner = Runner("unix:///nonexistent/docker.sock")
    noisy = "import os, sys\nprint('noise')\nsys.__stdout__.write('noise')\nos.system('echo noise')\nhidden = 1\n"
    assert "checks no task" in runner.ask(noisy)["error"]
    assert "NameError" in runner.ask("hidden")["error"]
    assert "NameError" in runner.ask("Checks")["error"]
    rest, errors = runner.end()
    assert rest == ""
    assert errors.count("noise") == 3


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass",
        "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\nwhile True: pass",
    ],
)
def test_a_cell_that_does_not_end_is_stopped(runner: Runner, source: str) -> None:
    assert "did not end within its time" in runner.ask(source, timeout=0.4)["error"]
    assert "checks no task" in runner.ask("1")["error"]


def test_time_that_runs_out_inside_a_task_keeps_what_was_found(runner: Runner) -> None:
    answer = runner.ask(task('t.answer("Wrong Name")\n    while True: pass'), timeout=3)
    assert answer["error"] is None
    report = TaskReport.from_dict(answer["report"])
    assert report.status is Status.COULD_NOT_CHECK
    assert "time for this check (3 s) is over" in report.verdicts[-1].found


@pytest.mark.parametrize("longer", [1, 5])
def test_a_cell_may_have_longer_than_others(runner: Runner, longer: int) -> None:
    cell = task("import time; time.sleep(3)\n    t.container('web').is_running()", extra=f", longer={longer}")
    answer = runner.ask(cell, timeout=2)
    found = TaskReport.from_dict(answer["report"]).verdicts[-1].found
    assert ("time for this check" in found) == (longer == 1), found


LATE = "import signal\nlate = signal.raise_signal, signal.SIGALRM\n"


@pytest.mark.parametrize(
    "source",
    [
        LATE + task("t._context.cleanup.callback(*late)\n    t.container('web').is_running()"),
        LATE + "try:\n    with check.task('job', hint='Look.') as t: t.container('web').is_running()\n"
        "except Exception: pass\nlate[0](late[1])",
    ],
    ids=["while the task ends", "after its report"],
)
def test_a_signal_that_is_late_takes_no_report_away(runner: Runner, source: str) -> None:
    answer = runner.ask(source)
    assert answer["error"] is None
    (verdict,) = TaskReport.from_dict(answer["report"]).verdicts
    assert "can't be reached" in verdict.found


def test_a_signal_after_the_cell_hits_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(_checks: Checks) -> frozenset[str]:
        runner_module._out_of_time(signal.SIGALRM, sys._getframe())
        return frozenset()

    monkeypatch.setattr(Checks, "sightings", property(late))
    with closing(Checks("unix:///nonexistent/docker.sock")) as checks:
        source = task("t.container('web').is_running()")
        result = runner_module.run_cell(source, "cell", checks, 20, Values())
    assert result["error"] is None and result["report"]["task"] == "job"


@pytest.mark.parametrize(
    "line", ["", "{", "[]", '{"id": 1, "source": ""}', '{"id": "a"}', '{"id":"a","source":"1","timeout":-1}']
)
def test_a_request_that_is_none_is_answered(runner: Runner, line: str) -> None:
    assert "not valid" in runner.say(line or "null")["error"]


def test_a_cell_dies_with_its_runner(tmp_path: Path) -> None:
    runner = Runner("unix:///nonexistent/docker.sock")
    note = tmp_path / "pid"
    line = json.dumps(
        {"id": "a", "source": f"import os, time\nopen({str(note)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"}
    )
    assert runner.process.stdin is not None
    runner.process.stdin.write(line + "\n")
    runner.process.stdin.flush()
    eventually(lambda: note.exists() and note.read_text() != "")
    runner.process.send_signal(signal.SIGKILL)
    runner.process.communicate()
    eventually(lambda: not Path(f"/proc/{note.read_text()}").exists())


def test_a_daemon_that_is_away_could_not_be_checked(runner: Runner) -> None:
    body = 't.container("web").is_running().has_no_mounts()\n    t.image("a").exists().is_gone(after_existing=True)'
    report = TaskReport.from_dict(runner.ask(task(body))["report"])
    assert [verdict.status for verdict in report.verdicts] == [Status.COULD_NOT_CHECK] * 4
    assert [verdict.quiet for verdict in report.verdicts] == [False, True, True, True]
    assert "can't be reached" in report.verdicts[0].found
    assert report.fraction == 0


@pytest.mark.daemon
def test_verdicts_needs_and_memory_over_cells(world: Engine) -> None:
    runner = Runner(world.endpoint.host, world.enter(RUNNER))
    done = runner.ask(task('t.container("ck-done").has_exited(3).is_running().worth(3).has_exited(0)', "one"))
    report = TaskReport.from_dict(done["report"])
    assert (report.status, report.fraction, done["error"]) == (Status.FAILED, 0.2, None)
    kept = runner.ask(task('t.container("ck-done").exists().as_before().is_running()', "kept"))
    report = TaskReport.from_dict(kept["report"])
    assert (report.fraction, [verdict.as_before for verdict in report.verdicts]) == (0, [True, False])
    blocked = runner.ask(task('t.container("ck-live").exists()', "two", ', needs=("one",)'))
    report = TaskReport.from_dict(blocked["report"])
    assert (report.status, len(report.verdicts)) == (Status.BLOCKED, 1)
    assert "one" in report.verdicts[0].look
    blocked = runner.ask(task('t.container("ck-live").exists()', "three", ', needs=("two", "unknown")'))
    assert blocked["report"]["status"] == "blocked"
    # What only comes after a failed task is evaluated.
    office = runner.ask(task('t.container("ck-live").exists()', "office", ', after=("one", "two")'))
    report = TaskReport.from_dict(office["report"])
    assert (report.status, report.fraction) == (Status.PASSED, 1)
    again = runner.ask(task('t.container("ck-done").has_exited(3)', "one"))
    assert again["report"]["status"] == "passed"
    free = runner.ask(task('t.container("ck-live").answers_http(18080, "/passwd")', "two", ', needs=("one",)'))
    assert free["report"]["status"] == "passed"
    # One cell sees an object, a later one believes that it existed: each ran in a process of its own.
    client = world.endpoint.client()
    extra = client.containers.create("drydock/busybox:1", name="ck-extra")
    assert runner.ask(task('t.container("ck-extra").exists()'))["report"]["status"] == "passed"
    extra.remove()
    assert runner.ask(task('t.container("ck-extra").is_gone(after_existing=True)'))["report"]["status"] == "passed"
    # A check that had to be killed leaves no container of ours behind.
    source = task('t.image("ck/app:1").has_file("/srv/notes.txt")\n    while True: pass')
    killed = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\n" + source
    assert "did not end within its time" in runner.ask(killed, timeout=8)["error"]
    assert client.containers.list(all=True, filters={"label": "drydock.check"}) == []
    client.close()
    assert runner.end() == ("", "")


@pytest.mark.daemon
def test_what_was_born_with_the_name_and_label_of_a_checks_own_container_is_counted(world: Engine) -> None:
    """Where another check may go on beside, it isn't; and what a check makes itself never is."""
    runner = Runner(world.endpoint.host, world.enter(RUNNER))
    asked = 't.network("ck-club").has_only_members()\n    t.volume("ck-chest").is_unused()'
    asked += '\n    t.volume("ck-chest").has_no_file("/x")\n    t.volume("ck-chest").is_unused()'
    with closing(world.endpoint.client()) as client, ExitStack() as made:
        made.callback(client.networks.create("ck-club").remove)
        made.callback(client.volumes.create("ck-chest").remove)
        assert runner.ask(task(asked, "before"))["report"]["status"] == "passed"
        labels, chest = {"drydock.check": "1"}, ["ck-chest:/chest"]
        born = client.containers.create(
            "drydock/busybox:1", name="drydock-check-a", labels=labels, network="ck-club", volumes=chest
        )
        made.callback(born.remove)
        report = TaskReport.from_dict(runner.ask(task(asked, "born"))["report"])
        passed = [verdict.status is Status.PASSED for verdict in report.verdicts]
        assert passed == [False, False, True, False], report
        beside = runner.ask(task('t.network("ck-club").has_only_members()', "beside"), only_looks=True)
        assert beside["report"]["status"] == "passed"
    assert runner.end() == ("", "")
