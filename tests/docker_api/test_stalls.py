"""A daemon that had no answer in its time, and answers about itself: was it the machine's stall? No daemon, no time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from docker.errors import DockerException
from test_client import Server

from grader.docker_api.client import BoundedClient
from grader.docker_api.daemon import Daemon, _only_looked
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Obstructed, Unavailable

FOUND = {"Name": "x"}


def silence(method: str = "GET") -> requests.ReadTimeout:
    request: Any = SimpleNamespace(method=method)
    return requests.ReadTimeout("Read timed out.", request=request)


def opening() -> DockerException:
    """The version is asked for when a connection is opened, and docker-py says in its own words what became of that."""
    error = DockerException("Error while fetching server API version: Read timed out.")
    error.__cause__ = silence()
    return error


class Stage:
    """A daemon that gives these answers, one for each question, and is ``prompt`` about itself or not."""

    base_url, api_version, timeout = "http://x", "1.41", 10

    def __init__(
        self, answers: Sequence[dict[str, str] | Exception], *, prompt: bool = True, seconds: float = 3600
    ) -> None:
        self.asked = 0
        self._answers, self._prompt = list(answers), prompt
        connection: Any = SimpleNamespace(
            pace=1.0, host="unix:///x", client=lambda _timeout: self, another=lambda _timeout: self._itself()
        )
        self.daemon = Daemon(connection, Deadline(seconds))

    def inspect_volume(self, _name: str) -> dict[str, str]:
        return self._next()

    def request(self, _method: str, _url: str, **_more: object) -> Any:
        self._next()
        return SimpleNamespace(status_code=200, close=lambda: None)

    def _next(self) -> dict[str, str]:
        self.asked += 1
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _itself(self) -> Any:
        if not self._prompt:
            raise silence()
        return SimpleNamespace(close=lambda: None)

    def find(self) -> object:
        return self.daemon.find(lambda client: client.inspect_volume("x"))


@pytest.mark.parametrize("stall", [silence, opening])
def test_a_stall_that_is_over_is_nobodys_failure(stall: Callable[[], Exception]) -> None:
    stage = Stage([stall(), FOUND])
    assert stage.find() == FOUND


def test_who_is_silent_again_is_the_students_and_has_no_third_chance() -> None:
    stage = Stage([silence(), silence(), silence()])
    for asked in (2, 3):
        with pytest.raises(Obstructed, match="did not answer about this"):
            stage.find()
        assert stage.asked == asked


def test_a_daemon_that_is_still_silent_about_itself_is_asked_no_more() -> None:
    stage = Stage([silence()], prompt=False)
    for _turn in range(2):
        with pytest.raises(Unavailable, match="did not answer within"):
            stage.find()
    assert stage.asked == 1


def test_a_second_chance_that_would_use_up_the_checks_time_is_none() -> None:
    stage = Stage([silence()], seconds=9)
    with pytest.raises(Obstructed):
        stage.find()


def test_a_stream_is_opened_once_more_and_never_read_twice() -> None:
    stage = Stage([silence(), FOUND, FOUND])
    with stage.daemon.stream("/events", {}, patience=10):
        assert stage.asked == 2
    stage = Stage([FOUND, FOUND])
    with pytest.raises(Obstructed), stage.daemon.stream("/events", {}, patience=10):
        raise silence()
    assert stage.asked == 1


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_changes_something_is_not_done_twice(method: str) -> None:
    stage = Stage([silence(method)])
    with pytest.raises(Obstructed):
        stage.find()


def test_what_only_looks_is_known_by_what_docker_py_raises(tmp_path: Path) -> None:
    mute, drips = Server(tmp_path / "a.sock", b""), Server(tmp_path / "b.sock", b" " * 1_000_000, drips=True)

    def error_of(server: Server, version: str, question: Callable[[BoundedClient], object]) -> Exception:
        with (
            pytest.raises((requests.Timeout, DockerException)) as raised,
            BoundedClient(base_url=server.host, version=version, timeout=0.2) as client,  # type: ignore[arg-type]
        ):
            question(client)
        return raised.value

    with closing(mute), closing(drips):
        for server in (mute, drips):
            assert _only_looked(error_of(server, "1.41", lambda client: client.inspect_volume("x")))
        assert _only_looked(error_of(mute, "auto", lambda client: client.start("x")))
        assert not _only_looked(error_of(mute, "1.41", lambda client: client.start("x")))
        assert not _only_looked(error_of(mute, "1.41", lambda client: client.remove_volume("x")))
