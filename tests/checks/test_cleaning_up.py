"""What is undone at the end of a check, when, and by whom. No daemon."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest

from grader.checks import throwaway
from grader.checks.expectation import Context
from grader.checks.host import Host
from grader.checks.host.daemon import HostConnection, HostTrouble
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline


@pytest.fixture
def context() -> Iterator[Context]:
    with ExitStack() as cleanup:
        yield Context("job", Daemon(Connection("unix:///nobody"), Deadline(60)), cleanup=cleanup)


def the_daemon_of(context: Context) -> Daemon:
    return Host(context, "refuge")._inside().daemon


def test_a_host_that_is_gone_at_the_end_does_not_take_the_report_with_it(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(connection: HostConnection, _timeout: float) -> Any:
        raise HostTrouble(connection.name, "the host is exited")

    monkeypatch.setattr(HostConnection, "another", gone)
    asked = []
    the_daemon_of(context).release(asked.append)
    assert asked == []


def test_what_is_brought_to_a_host_is_removed_while_the_way_there_is_open(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def opened(connection: HostConnection, _timeout: float) -> Any:
        connection._cleanup.callback(done.append, "the way is closed")
        return SimpleNamespace(remove_image=lambda image: done.append(f"{image} removed"), close=lambda: None)

    monkeypatch.setattr(HostConnection, "another", opened)
    monkeypatch.setattr(Daemon, "helper", lambda _daemon: "")
    monkeypatch.setattr(throwaway, "_helper_files", lambda: b"")
    monkeypatch.setattr(throwaway, "_imported", lambda daemon, _files: daemon.ask(lambda _client: "brought"))
    daemon = the_daemon_of(context)
    assert throwaway.helper_image(daemon) == "brought"
    context.cleanup.close()
    assert done == ["brought removed", "the way is closed"]
