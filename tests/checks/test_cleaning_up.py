"""What is undone at the end of a check, when, and by whom. No daemon."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from grader.checks import throwaway
from grader.checks.build.run import remove_left
from grader.checks.expectation import Context
from grader.checks.host import Host
from grader.checks.host import daemon as host_daemon
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


def test_who_waits_for_a_hosts_daemon_looks_by_one_helper(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    helpers: list[str] = []

    @contextmanager
    def made(_daemon: Daemon, image: str, *_words: Any, **_more: Any) -> Iterator[str]:
        helpers.append(image)
        yield "helper"

    nobody = SimpleNamespace(look=lambda _timeout: "absent", close=lambda: None)
    monkeypatch.setattr(host_daemon, "throwaway", made)
    monkeypatch.setattr(host_daemon, "host_image", lambda _engine, image: image)
    monkeypatch.setattr(host_daemon, "Way", lambda *_words: nobody)
    monkeypatch.setattr(HostConnection, "container", lambda _connection: {"State": {"Pid": 7}})
    monkeypatch.setattr(Daemon, "ask", lambda _daemon, _question, **_how: None)
    connection = HostConnection(context.daemon, "refuge", context.cleanup)
    for _look in range(3):
        with pytest.raises(HostTrouble, match="no daemon listens"):
            connection.another(1.0)
        connection.forget()
    assert helpers == [host_daemon.IMAGE]


class Shelf:
    """A daemon's containers, of which each was made ``age`` seconds ago by its clock, which goes ``ahead`` of ours."""

    def __init__(self, *, age: float = 0, ahead: float = 0) -> None:
        self.there: list[dict[str, Any]] = []
        self._age, self._ahead = age, ahead

    def ask[T](self, question: Callable[[Any], T], *, patience: float = 0) -> T:
        return question(self)

    release = ask

    def ahead(self) -> float:
        return self._ahead

    def containers(self, **_asked: Any) -> list[dict[str, Any]]:
        return list(self.there)

    def create_container_from_config(self, body: dict[str, Any], name: str) -> dict[str, str]:
        created = int(time.time() + self._ahead - self._age)
        self.there.append({"Id": f"id-{name}", "Names": [f"/{name}"], "Labels": body["Labels"], "Created": created})
        return {"Id": f"id-{name}"}

    def remove_container(self, identifier: str, **_how: Any) -> None:
        self.there = [one for one in self.there if one["Id"] != identifier]


def on(shelf: Shelf) -> Daemon:
    return shelf  # type: ignore[return-value]


def test_a_container_in_use_is_no_orphan_however_old() -> None:
    shelf = Shelf(age=700)
    with throwaway.throwaway(on(shelf), "x", None) as first:
        with throwaway.throwaway(on(shelf), "x", None) as second:
            assert [one["Id"] for one in shelf.there] == [first, second]
        assert [one["Id"] for one in shelf.there] == [first]
    assert shelf.there == []


@pytest.mark.parametrize(("age", "stay"), [(0, True), (500, True), (700, False)])
@pytest.mark.parametrize("ahead", [-3600, 0, 3600])
def test_an_orphan_is_old_by_the_clock_of_its_daemon(age: float, stay: bool, ahead: float) -> None:
    shelf = Shelf(age=age, ahead=ahead)
    shelf.create_container_from_config({"Labels": {throwaway.OWN_LABEL: "1"}}, f"{throwaway.OWN_NAME}x")
    throwaway.remove_orphans(on(shelf))
    assert bool(shelf.there) is stay


def test_the_image_of_a_check_that_was_killed_is_removed_and_no_students(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"left": ["drydock-check:1a2b", "mine:1"], "nameless": None}
    removed: list[str] = []

    def images(name: str, *, filters: dict[str, str]) -> list[dict[str, Any]]:
        assert (name, filters) == ("drydock-check", {"label": f"{throwaway.OWN_LABEL}=1"})
        return [{"Id": image, "RepoTags": names} for image, names in there.items()]

    client = SimpleNamespace(images=images, remove_image=removed.append)
    monkeypatch.setattr(Connection, "client", lambda _connection, _timeout: client)
    remove_left(Daemon(Connection("unix:///nobody"), Deadline(60)))
    assert removed == ["drydock-check:1a2b"]
