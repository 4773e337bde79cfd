"""Daemons that are slow, old, odd or die in the middle: never the student's fault."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest

from grader.checks import Checks, CouldNotCheck, Status, TaskReport
from grader.checks.commands import Outcome
from grader.checks.container import inside, reaching, storage
from grader.checks.container.subject import lacks_interface
from grader.checks.folder import Place
from grader.docker_api import blame, events
from grader.docker_api.deadline import Deadline
from grader.engines.protocol import Engine
from grader.report.render import report_as_text
from grader.report.verdicts import Verdict
from tests.checks.conftest import report_of


class Proxy:
    """A socket before a daemon's: it can change the answers, and stop passing them on."""

    def __init__(self, path: Path | None, target: str, change: Callable[[bytes], bytes] = bytes) -> None:
        """At this path, or on a port of this host."""
        self.stalled = threading.Event()
        self._target, self._change = target.removeprefix("unix://"), change
        if path is None:
            self._server = socket.create_server(("127.0.0.1", 0))
            self.host = f"tcp://127.0.0.1:{self._server.getsockname()[1]}"
        else:
            self.host = f"unix://{path}"
            self._server = socket.socket(socket.AF_UNIX)
            self._server.bind(str(path))
        self._server.listen(16)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self._server.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._target)
                threading.Thread(target=self._pass, args=(near, far, bytes), daemon=True).start()
                threading.Thread(target=self._pass, args=(far, near, self._change), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, change: Callable[[bytes], bytes]) -> None:
        with suppress(OSError):
            while (data := source.recv(65536)) and not self.stalled.is_set():
                sink.sendall(change(data))
            if not self.stalled.is_set():
                sink.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def proxy(world: Engine, tmp_path: Path) -> Iterator[Callable[..., Proxy]]:
    made: list[Proxy] = []

    def make(change: Callable[[bytes], bytes] = bytes) -> Proxy:
        made.append(Proxy(tmp_path / f"{len(made)}.sock", world.endpoint.host, change))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.daemon
def test_a_daemon_that_stalls_in_the_middle(proxy: Callable[..., Proxy]) -> None:
    slow = proxy()
    check = Checks(slow.host, deadline=40, request_seconds=5)

    def body(t: object) -> None:
        t.container("ck-live").is_running()  # type: ignore[attr-defined]
        slow.stalled.set()
        t.container("ck-done").has_exited(3).has_no_mounts()  # type: ignore[attr-defined]
        t.volume("ck-data").exists()  # type: ignore[attr-defined]

    report = report_of(check, body)
    assert [v.status for v in report.verdicts] == [Status.PASSED] + [Status.COULD_NOT_CHECK] * 3
    assert "did not answer within" in report.verdicts[1].found
    assert [v.quiet for v in report.verdicts] == [False, False, True, True]
    assert report.fraction == 0.25


@pytest.mark.daemon
@pytest.mark.parametrize(
    ("prompt", "status"), [(60.0, Status.FAILED), (0.0, Status.COULD_NOT_CHECK)], ids=["idle", "busy"]
)
def test_events_that_take_their_time_are_the_students_only_where_the_machine_is_idle(
    world: Engine, monkeypatch: pytest.MonkeyPatch, prompt: float, status: Status
) -> None:
    monkeypatch.setattr(events, "Deadline", lambda _seconds: Deadline(0.0))
    monkeypatch.setattr(blame, "PROMPT_SECONDS", prompt)
    with closing(Checks(world.endpoint.host)) as check:
        report = report_of(check, lambda t: t.event("container", "die", "nobody").happened())
    assert report.status is status, report_as_text(report)


@pytest.mark.daemon
@pytest.mark.parametrize("error", [RecursionError, OverflowError])
def test_what_is_too_large_or_too_deep_is_somebodys_work(
    world: Engine, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(_attrs: object) -> None:
        raise error

    monkeypatch.setattr(storage, "mounts_of", fail)
    with closing(Checks(world.endpoint.host)) as check:
        report = report_of(check, lambda t: t.container("ck-web").has_no_mounts())
    assert report.status is Status.FAILED, report_as_text(report)
    assert "too large or too deeply nested" in report_as_text(report)


@pytest.mark.daemon
@pytest.mark.parametrize(
    "state",
    [
        lambda t: t.container("ck-live").runs("echo hi"),
        lambda t: t.container("ck-live").logs_contain("never said", within=30),
        lambda t: t.container("ck-live").becomes_unhealthy(within=30),
        lambda t: t.container("ck-live").has_file("/etc/passwd"),
        lambda t: t.image("ck/app:1").runs(),
        lambda t: t.event("container", "die").happened(),
    ],
)
def test_a_daemon_that_is_frozen(world: Engine, state: Callable[..., object]) -> None:
    """dockerd itself stopped: the socket still takes connections, nobody answers."""
    dockerd = _dockerd_of(world)
    check = Checks(world.endpoint.host, deadline=1.5, request_seconds=0.5)
    patient = Checks(world.endpoint.host)
    assert report_of(patient, lambda t: t.container("ck-live").is_running()).status is Status.PASSED
    os.kill(dockerd, signal.SIGSTOP)
    try:
        report = report_of(check, state)
    finally:
        os.kill(dockerd, signal.SIGCONT)
    assert report.status is Status.COULD_NOT_CHECK, report_as_text(report)
    assert report_of(patient, lambda t: t.container("ck-live").is_running()).status is Status.PASSED


def _dockerd_of(engine: Engine) -> int:
    """The daemon's process among those in its PID namespace."""
    space = Path(f"/proc/{engine.endpoint.netns_pid}/ns/pid").readlink()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "ns/pid").readlink() == space and (entry / "comm").read_text().strip() == "dockerd":
                return int(entry.name)
    pytest.fail("no dockerd found")


@pytest.mark.daemon
def test_the_checks_own_time_runs_out(world: Engine) -> None:
    check = Checks(world.endpoint.host, deadline=0.5)
    report = report_of(check, lambda t: (t.container("ck-live").exits(within=20), t.container("ck-done").exists()))
    assert [v.status for v in report.verdicts] == [Status.COULD_NOT_CHECK] * 2
    assert "time for this check" in report.verdicts[0].found


def with_api(data: bytes, version: bytes) -> bytes:
    """A daemon's answer with another version of its API in it."""
    return re.sub(rb'"ApiVersion":"1\.\d\d"', b'"ApiVersion":"%s"' % version, data)


@pytest.mark.daemon
@pytest.mark.parametrize(
    ("change", "says"),
    [
        # Same lengths, so that the message's framing stays right.
        (lambda data: with_api(data, b"1.12"), "too old"),
        (lambda data: with_api(data, b"9.99"), "9.99"),
        (lambda data: with_api(data, b"abcd"), ""),
        (lambda data: data.replace(b'"State":{', b'"State":['), ""),
        (lambda data: data.replace(b"HTTP/1.1 200", b"HTTP/1.1 500"), ""),
        (lambda data: b"\x00 not http at all\r\n\r\n", ""),
    ],
)
def test_an_odd_daemon(proxy: Callable[..., Proxy], change: Callable[[bytes], bytes], says: str) -> None:
    check = Checks(proxy(change).host, deadline=10)
    report = report_of(check, lambda t: t.container("ck-done").is_running())
    assert report.status is Status.COULD_NOT_CHECK, report_as_text(report)
    assert says in report.verdicts[0].found


@pytest.mark.daemon
def test_an_older_daemon_lacks_a_field(proxy: Callable[..., Proxy]) -> None:
    older = proxy(lambda data: with_api(data, b"1.41"))
    check = Checks(older.host, deadline=10)
    body = lambda t: t.container("ck-live").has_healthcheck(interval=1).has_healthcheck(start_interval=1)  # noqa: E731
    report = report_of(check, body)
    assert [v.status for v in report.verdicts] == [Status.PASSED, Status.COULD_NOT_CHECK]
    assert "too old" in report.verdicts[1].found


@pytest.mark.parametrize(
    ("error", "excused"),
    [
        ("failed to create the macvlan port: operation not supported", True),
        (
            "failed to create endpoint bar on network desk: failed to create the macvlan port: operation not supported",
            False,
        ),
        (
            "failed to create endpoint web on network desk: failed to create the macvlan port: operation not supported",
            True,
        ),
        (
            "failed to set up container networking: failed to create endpoint web on network desk: "
            "failed to create the macvlan port: operation not supported",
            True,
        ),
        ("failed to create endpoint web on network desk: failed to create the macvlan port: device busy", False),
        (
            "failed to create endpoint web on network desk: failed to create the ipvlan port: operation not supported",
            False,
        ),
        ('exec: "failed to create the macvlan port: operation not supported": no such file', False),
        ("error while mounting x: failed to create the macvlan port: operation not supported", False),
        ("", False),
    ],
)
def test_an_interface_the_kernel_lacks(error: str, excused: bool) -> None:
    """It fails the same way for everybody; other reasons for not starting are the student's, and so are their words."""
    assert lacks_interface(error, "web", "desk", "macvlan") is excused


@pytest.mark.daemon
def test_an_interface_this_kernel_lacks(world: Engine) -> None:
    """This kernel may have no ipvlan: then a container that needs it is nobody's mistake."""
    docker = partial(subprocess.run, env={**os.environ, "DOCKER_HOST": world.endpoint.host}, capture_output=True)
    docker(["docker", "network", "create", "ck-parent", "-o", "com.docker.network.bridge.name=ckparent"])
    docker(["docker", "network", "create", "-d", "ipvlan", "-o", "parent=ckparent", "ck-slices"])
    try:
        started = docker(["docker", "run", "-d", "--name", "ck-slice", "--network", "ck-slices", "drydock/busybox:1"])
        if started.returncode == 0:
            pytest.skip("this kernel has ipvlan")
        report = report_of(
            Checks(world.endpoint.host),
            lambda t: (
                t.container("ck-slice").is_running(),
                t.network("ck-slices").has_driver("ipvlan"),
                t.container("ck-slice").on_network("ck-slices").is_running().reaches("10.0.0.1", 80),
            ),
        )
    finally:
        docker(["docker", "rm", "--force", "ck-slice"])
        docker(["docker", "network", "rm", "ck-slices", "ck-parent"])
    # A task that did not ask for such a network doesn't excuse who took one.
    assert [v.status for v in report.verdicts] == [Status.FAILED] + 2 * [Status.PASSED] + 2 * [Status.COULD_NOT_CHECK]
    assert "no ipvlan interfaces" in report.verdicts[3].found


@pytest.mark.daemon
def test_a_limit_the_daemon_cannot_enforce(proxy: Callable[..., Proxy]) -> None:
    """As on a rootless daemon with cgroup v1: docker run drops the limit with a warning."""
    weak = proxy(lambda data: data.replace(b'"MemoryLimit":true', b'"MemoryLimit":0   '))
    check = Checks(weak.host, deadline=10)
    report = report_of(check, lambda t: t.container("ck-done").limited_to(memory="64m").limited_to(pids=9))
    assert [v.status for v in report.verdicts] == [Status.COULD_NOT_CHECK, Status.FAILED]
    assert "can't limit memory" in report.verdicts[0].found


@pytest.mark.daemon
def test_what_this_machine_cannot_do_is_nobodys_failure(proxy: Callable[..., Proxy]) -> None:
    """A program for another processor, and userns-remap within a rootless engine."""
    other = proxy(
        lambda data: data.replace(b'"Architecture":"x86_64"', b'"Architecture":"arm64" ').replace(
            b"name=seccomp,p", b"name=rootless,"
        )
    )
    body = lambda t: (  # noqa: E731
        t.container("ck-done").has_exited(3, platform="linux/386").has_exited(0, platform="linux/386"),
        t.container("ck-none").has_exited(0, platform="linux/amd64").has_exited(0, platform="linux/arm64"),
        t.daemon().is_rootless(False, excused=True),
    )
    report = report_of(Checks(other.host, deadline=10), body)
    unknown = Status.COULD_NOT_CHECK
    assert [v.status for v in report.verdicts] == [Status.PASSED, unknown, unknown, Status.FAILED, unknown]
    assert "runs no programs for linux/386" in report.verdicts[1].found
    assert "engine is rootless" in report.verdicts[4].found


@pytest.mark.daemon
def test_swap_that_the_daemon_cannot_count(proxy: Callable[..., Proxy]) -> None:
    """As on a kernel without swap accounting: the sum of memory and swap becomes -1."""
    weak = proxy(
        lambda data: data.replace(b'"SwapLimit":true', b'"SwapLimit":0   ').replace(
            b'"MemorySwap":134217728', b'"MemorySwap":-1       '
        )
    )
    check = Checks(weak.host, deadline=10)
    body = lambda t: t.container("ck-live").limited_to(memory_swap="128m").limited_to(memory="64m")  # noqa: E731
    report = report_of(check, body)
    assert [v.status for v in report.verdicts] == [Status.COULD_NOT_CHECK, Status.PASSED]
    assert "can't limit memory_swap" in report.verdicts[0].found


@pytest.mark.daemon
def test_news_of_a_kill_that_got_lost(proxy: Callable[..., Proxy], world: Engine) -> None:
    """Neither flag nor event, but a copy is killed, too. A number alone is no proof."""

    def lose(data: bytes) -> bytes:
        if b"ck-oom" in data:
            data = data.replace(b'"OOMKilled":true', b'"OOMKilled":null').replace(b'"oom"', b'"o0m"')
        return data

    docker = partial(subprocess.run, env={**os.environ, "DOCKER_HOST": world.endpoint.host}, capture_output=True)
    says = ["docker", "run", "-m", "16m", "--name", "ck-says-137", "drydock/busybox:1", "sh", "-c", "exit 137"]
    docker(says)
    try:
        check = Checks(proxy(lose).host, deadline=100)
        report = report_of(
            check,
            lambda t: [t.container(name).was_oom_killed(yes) for yes in (True, False) for name in ("ck-oom", says[5])],
        )
    finally:
        docker(["docker", "rm", "--force", "ck-says-137"])
    wanted = [Status.PASSED, Status.FAILED, Status.FAILED, Status.PASSED]
    assert [v.status for v in report.verdicts] == wanted, report_as_text(report)
    assert all("a copy of it is killed" in report.verdicts[number].found for number in (0, 2))


@pytest.mark.daemon
def test_a_disk_the_daemon_cannot_slow_down(proxy: Callable[..., Proxy]) -> None:
    """Told by a warning of docker info only; a daemon that could is not excused."""
    body = lambda t: t.container("ck-done").limits_device("/dev/sda", write_bps="1m")  # noqa: E731
    strong = report_of(Checks(proxy().host, deadline=10), body)
    assert [v.status for v in strong.verdicts] == [Status.FAILED]
    # The answer must keep its length: the warning takes the place of a field that nobody reads.
    unread = b'"IndexServerAddress":"https://index.docker.io/v1/"'
    warning = b'"Warnings":["WARNING: No io.max (wbps) support"]'.ljust(len(unread))
    weak = proxy(lambda data: data.replace(b'"Warnings":', b'"Warning_":').replace(unread, warning))
    report = report_of(Checks(weak.host, deadline=10), body)
    assert [v.status for v in report.verdicts] == [Status.COULD_NOT_CHECK]
    assert "io.max (wbps)" in report.verdicts[0].found


@pytest.mark.parametrize(
    "mistake",
    [
        lambda t: t.container("web").publishes("80"),
        lambda t: t.container("web").publishes(80, 80, "icmp"),
        lambda t: t.container("web").publishes(port=80),
        lambda t: t.container("web").limited_to(),
        lambda t: t.container("web").limited_to(memory="lots"),
        lambda t: t.container("web").limited_to(cpus="half"),
        lambda t: t.container("web").has_env(),
        lambda t: t.container("web").has_env(MODE=1),
        lambda t: t.container("web").logs_match("("),
        lambda t: t.container("web").has_file("etc/passwd"),
        lambda t: t.container("web").has_file("/etc/passwd", mode=644),
        lambda t: t.container("web").becomes_running(within=0),
        lambda t: t.container("web").has_exited("0"),
        lambda t: t.container("web").is_privileged("no"),
        lambda t: t.container("web").has_healthcheck(at_least={"patience": "2s"}),
        lambda t: t.container("web").resolves("-c 1"),
        lambda t: t.container("web").answers_http(80, "no slash"),
        lambda t: t.container("web").runs(""),
        lambda t: t.container("web").runs("'"),
        lambda t: t.container(""),
        lambda t: t.container(None),
        lambda t: t.network("n").has_subnet("1.2.3.4/8"),
        lambda t: t.image("i").is_smaller_than(None),
        lambda t: t.image("i").has_layers(),
        lambda t: t.volume("v").has_file("/x", owner="root"),
        lambda t: t.answer("a").matches("137"),
        lambda t: t.answer("A B").matches("137"),
        lambda t: t.event("ship", "sank"),
        lambda t: t.container("web").worth(2),
        lambda t: t.container("web").flies(),
        lambda t: 1 / 0,
        lambda t: None,
    ],
)
def test_an_authors_mistake_is_named_and_fails_nobody(mistake: Callable[..., object]) -> None:
    report = report_of(Checks("unix:///nonexistent/docker.sock"), mistake)
    assert report.status is Status.COULD_NOT_CHECK
    assert "mistake" in report.verdicts[-1].found or "stumbled" in report.verdicts[-1].found
    assert "can't be reached" not in report_as_text(report)


@pytest.mark.parametrize(
    "task",
    [
        {"hint": ""},
        {"needs": "build"},
        {"needs": [1]},
        {"after": "build"},
        {"id": "Not An Id"},
        {"id": None},
        {"hint": None},
    ],
)
def test_a_wrong_task_is_named(task: dict[str, object]) -> None:
    check = Checks("unix:///nonexistent/docker.sock")
    given = {"id": "job", "hint": "Look.", **task}
    with pytest.raises(CouldNotCheck, match="mistake"), check.task(**given):  # type: ignore[arg-type]
        pytest.fail("evaluated all the same")


@pytest.mark.parametrize(
    ("words", "status"), [({"after": ("half",)}, Status.PASSED), ({"needs": ("half",)}, Status.BLOCKED)]
)
def test_a_task_that_only_comes_after_a_failed_one_can_be_right(
    words: dict[str, object], status: Status, tmp_path: Path
) -> None:
    (tmp_path / "office").mkdir()
    (tmp_path / "office/table").write_text("60 readings")
    check = Checks("unix:///nonexistent/docker.sock", folder=Place(str(tmp_path)))
    check.remember(TaskReport("half", "Half", "Look.", (Verdict(Status.FAILED, "The line is right"),)))
    report = report_of(check, lambda t: t.folder("office").has_file("table"), **words)
    assert (report.status, report.fraction) == (status, float(status is Status.PASSED))


def test_a_task_outside_of_with_says_so() -> None:
    with pytest.raises(Exception, match="inside its with block"):
        Checks("unix:///x").task("job", hint="h").container("web")


def test_a_port_that_is_not_brought_here_is_visited_where_the_daemon_is(stage: Engine) -> None:
    """As with dind on Docker Desktop, for a port that course.toml does not name."""
    client = stage.endpoint.client()
    web = client.containers.run("drydock/nginx:1", name="far-web", ports={"80/tcp": 8765}, detach=True)
    far = Proxy(None, stage.endpoint.host)
    try:
        check = Checks(far.host)
        good = report_of(check, lambda t: t.container("far-web").answers_http(8765, containing="nginx"))
        assert good.status is Status.PASSED, report_as_text(good)
        wrong = report_of(check, lambda t: t.container("far-web").answers_http(8765, status=404, within=1))
        assert wrong.status is Status.FAILED
        assert "status 200" in report_as_text(wrong)
    finally:
        far.close()
        web.remove(force=True)
        client.close()


@pytest.mark.parametrize(
    "negative",
    [
        lambda t: t.container("ck-live").cannot_reach("192.0.2.1", 80),
        lambda t: t.container("ck-live").does_not_resolve("nobody"),
        lambda t: t.container("ck-live").listens_on(1),
        lambda t: t.container("ck-live").has_no_zombies(within=1),
    ],
)
def test_a_look_that_somebody_cut_off_says_no_to_nothing(
    world: Engine, monkeypatch: pytest.MonkeyPatch, negative: Callable[..., object]
) -> None:
    """Containers are not stopped during a check, and one that sees all processes may kill a helper's."""
    for module, look in ((reaching, "run_beside"), (inside, "run_among")):
        monkeypatch.setattr(module, look, lambda *_words, **_named: Outcome(137, "", ""))
    with closing(Checks(world.endpoint.host, deadline=60)) as check:
        report = report_of(check, negative)
    assert report.status is Status.FAILED, report_as_text(report)
    assert "was cut off (code 137)" in report_as_text(report)
