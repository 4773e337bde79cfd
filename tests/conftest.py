"""Fixtures every test may use. A daemon test gets a real engine of its own worker, never a fake."""

from __future__ import annotations

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Generator, Iterator
from typing import Any

import docker
import pytest
from student_shell import Shell
from whole_outputs import nothing_is_lost
from xdist.scheduler import LoadScopeScheduling

from grader.docker_api.environment import variables
from grader.engines import best_engine, releases
from grader.engines.protocol import Engine


def scope_of(nodeid: str) -> str:
    """What shares fixtures: a file's tests, and in tests/course those of one lab."""
    file, _, test = nodeid.partition("::")
    lab = test.partition("[")[2]
    return f"{file}[{lab}" if file.startswith("tests/course/") and lab else file


class FilesAndLabs(LoadScopeScheduling):  # type: ignore[misc]
    """What shares fixtures runs in one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesAndLabs:
    """The hook by which pytest-xdist takes another way of distributing tests than its own (its documentation)."""
    # Its own order puts the scopes with the most tests first. Ours is below.
    config.option.loadscopereorder = False
    return FilesAndLabs(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--shard", type=shard_of, default="1/1", metavar="N/M", help="only part N of M of the chosen tests"
    )


def shard_of(text: str) -> tuple[int, int]:
    number, of = (int(word) for word in text.split("/"))
    if not 1 <= number <= of:
        raise ValueError
    return number, of


# After pytest has taken away what -m and -k don't choose: the shards are parts of what is left.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests without a daemon first; then what may take longest, so that no worker is alone with it at the end.

    In this order what shares fixtures is dealt to the shards like cards, so that each has its part of the long ones.
    """
    needs_daemon: dict[str, bool] = defaultdict(bool)
    seconds: dict[str, float] = defaultdict(float)
    for item in items:
        scope, limit = scope_of(item.nodeid), item.get_closest_marker("timeout")
        needs_daemon[scope] |= item.get_closest_marker("daemon") is not None
        seconds[scope] = max(seconds[scope], limit.args[0] if limit else 0)
    order = list(dict.fromkeys(scope_of(item.nodeid) for item in items))
    order.sort(key=lambda scope: (needs_daemon[scope], -seconds[scope]))
    number, of = config.getoption("--shard")
    place = {scope: number for number, scope in enumerate(order[number - 1 :: of])}
    others = [item for item in items if scope_of(item.nodeid) not in place]
    items[:] = sorted(
        (item for item in items if scope_of(item.nodeid) in place), key=lambda item: place[scope_of(item.nodeid)]
    )
    if others:
        config.hook.pytest_deselected(items=others)


class _AtOnce:
    """Names what failed when it failed: a run that is ended before its summary must not keep it to itself."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            terminal.write_line(f"\nfailed: {report.nodeid}")


def pytest_configure(config: pytest.Config) -> None:
    # Workers of pytest-xdist report to the process that started them.
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_AtOnce(config))


#: Reasons to leave a test out in CI, too: another engine's promise, another kernel, a program that is not ours.
_LEFT_OUT = re.compile(
    r"root reads all files|the host engine's promise|must never do|its name servers are the machine's"
    r"|its socket is not on a disk|needs an outer Docker|no qemu-\w+ here|containerd's store|has no immutable files"
    r"|this daemon can't answer it|the folder has no size here|not on this file system"
    r"|this kernel has (ipvlan|one binfmt_misc)|nobody may trace|cgroup v1|freezer of v1|v1 has all|beside v1's"
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI what a test needs and does not find is a failure, not a skip that nobody sees."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not _LEFT_OUT.search(reason):
            report.outcome, report.longrepr = "failed", f"left out in CI: {reason}"
    return report


@pytest.fixture(scope="session", autouse=True)
def release(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where DRYDOCK_DOCKER asks for another Docker, tests type that release's docker command, too."""
    command = releases.asked() and releases.chosen().which("docker")
    if command:
        folder = tmp_path_factory.mktemp("docker")
        (folder / "docker").symlink_to(command)
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """One warm engine with the course images for a whole worker: use names of your own, clean up what you make."""
    with best_engine() as running:
        yield running


@pytest.fixture(scope="session")
def daemon(engine: Engine) -> Iterator[docker.DockerClient]:
    client = engine.endpoint.client()
    yield client
    client.close()


@pytest.fixture
def sh(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """Run shell commands as a student's cell does. What carries the label w=1 is removed afterwards."""
    for name, value in variables(engine.endpoint.host).items():
        monkeypatch.setenv(name, value)

    def run(script: str) -> str:
        done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    yield run
    # What removes itself just now is refused: once more, then.
    remove = "docker ps --all --quiet --filter label=w | xargs --no-run-if-empty docker rm --force --volumes"
    run(f"for i in 1 2 3 4 5; do {remove} && exit; sleep 1; done; exit 1")
    run("docker images --quiet --filter label=w | xargs --no-run-if-empty docker rmi --force")
    run("docker volume ls --quiet --filter label=w | xargs --no-run-if-empty docker volume rm")
    run("docker network ls --quiet --filter label=w | xargs --no-run-if-empty docker network rm")


@pytest.fixture(autouse=True, scope="session")
def whole_outputs() -> Iterator[None]:
    """No test fails for what docker-py loses."""
    with nothing_is_lost():
        yield
