"""Which checks only look: by their words, on a daemon that can only be looked at, and over all labs."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from test_checks_table import HERE, PAST_ROWS, ROWS, SHORT, Row, unknown, verdict_of
from test_checks_table import check as filled

from grader.checks import CheckFailed, Checks, CouldNotCheck, Status
from grader.checks.folder import Place
from grader.checks.looking import ACTING, trace_of
from grader.course.labs import RELEASE, Course
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Unavailable
from grader.docker_api.events import moment, past_events
from grader.engines.protocol import Engine

__all__ = ["filled", "unknown"]

COURSE = Course(Path(__file__).parents[2])


def _kind(row: Row) -> str:
    """The kind a row is about, if there is anything of it that only looks."""
    starts = {kind: SHORT.get(kind, rf"t\.{kind}\(") for kind in ("service", *ACTING)}
    return next((kind for kind, start in starts.items() if re.match(start, row.right)), "")


def _word(row: Row) -> str:
    return re.findall(r"\)\.(\w+)\(", row.right)[-1]


LOOKS = [row for row in ROWS if (kind := _kind(row)) and _word(row) not in ACTING[kind]]
ACTS = [row for row in ROWS if row not in LOOKS]


@pytest.fixture(scope="module")
def looking(filled: Checks, world: Engine) -> Iterator[Checks]:
    """Checks that can only look, on the daemon with the table's objects."""
    checks = Checks(world.endpoint.host, deadline=30, folder=Place(str(HERE)), only_looks=True)
    yield checks
    checks.close()


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody talks to a student's server: its log would tell."""

    def refuse(_self: object) -> None:
        raise RuntimeError("a server was asked")

    monkeypatch.setattr(http.client.HTTPConnection, "connect", refuse)


@pytest.mark.daemon
@pytest.mark.usefixtures("no_server")
@pytest.mark.parametrize("row", LOOKS, ids=str)
def test_a_word_that_only_looks_says_the_same_where_nothing_else_is_possible(
    looking: Checks, unknown: Sequence[str], row: Row
) -> None:
    if any(word in row.right for word in unknown):
        pytest.skip("this daemon can't answer it at all")
    right, wrong = verdict_of(looking, row.right), verdict_of(looking, row.wrong)
    assert (right.status, wrong.status) == (Status.PASSED, Status.FAILED), f"{right.text}\n{wrong.text}"


@pytest.mark.daemon
@pytest.mark.usefixtures("no_server")
def test_each_word_that_does_more_is_kept_from_it(looking: Checks) -> None:
    kept = {
        (_kind(row), _word(row))
        for row in ACTS
        for side in (row.right, row.wrong)
        if verdict_of(looking, side).status is Status.COULD_NOT_CHECK
    }
    listed = {(kind, word) for kind, words in ACTING.items() for word in words}
    # The others have their rows below "container", or in the tests of hosts.
    inherited = {("service", word) for word in ACTING["container"]} | {("folder", "has_context")}
    assert listed - inherited - kept == set()


@pytest.mark.daemon
def test_looking_at_everything_leaves_no_event(looking: Checks, world: Engine) -> None:
    # Not what goes on by itself: health checks, and containers that are started again.
    told = ("create", "archive-path", "export", "top", "destroy", "save", "attach", "delete", "import", "tag")
    connection = Connection(world.endpoint.host)
    daemon = Daemon(connection, Deadline(300))
    try:
        before = moment()
        for row in LOOKS:
            verdict_of(looking, row.right)
            verdict_of(looking, row.wrong)
        # What copies a file out is told. When that is, so is all that came before it.
        daemon.ask(lambda client: client.get_archive("ck-live", "/etc/passwd"))
        while "archive-path" not in str(events := past_events(daemon, {"event": told}, since=before)):
            assert not daemon.deadline.is_over(), "copying a file out is not told any more"
        assert [event["Action"] for event in events] == ["archive-path"]
    finally:
        connection.close()


@pytest.mark.daemon
def test_who_only_looks_changes_nothing(world: Engine) -> None:
    connection = Connection(world.endpoint.host, only_looks=True)
    daemon = Daemon(connection, Deadline(30))
    try:
        assert daemon.ask(lambda client: client.containers(all=True))
        for wish in (
            lambda client: client.create_volume("ck-left"),
            lambda client: client.get_archive("ck-live", "/etc"),
            lambda client: client.exec_create("ck-live", "true"),
            lambda client: client.top("ck-live"),
            lambda client: client.export("ck-done"),
            lambda client: client.get_image("ck/app:1"),
            lambda client: client.remove_container("ck-done"),
        ):
            with pytest.raises(Unavailable, match="only looks"):
                daemon.ask(wish)
        assert daemon.find(lambda client: client.inspect_container("ck-done")) is not None
    finally:
        connection.close()


@pytest.mark.daemon
def test_the_past_is_known_by_looking(young: Engine) -> None:
    looking = Checks(young.endpoint.host, deadline=30, only_looks=True)
    for row in PAST_ROWS:
        assert verdict_of(looking, row.right).status is Status.PASSED, row
    looking.close()


def _cell(*lines: str) -> str:
    return "\n".join(['with check.task("x", hint="y") as t:', *(f"    {line}" for line in lines)])


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        (['t.container("a").is_running().worth(2).has_env(A="b").as_before()'], ""),
        (['a = t.container("a")', "a.is_running()", 'a.runs("true")'], "runs"),
        (['a, b = t.image("a"), t.image("b")', "a.exists()", 'b.has_file("/x")'], "has_file"),
        (['t.folder(".").has_file("compose.yaml")'], ""),
        (['for name in ("a", "b"):', '    t.container(f"web-{name}").is_running()'], ""),
        (['for one in (t.container("a"), t.container("b")):', "    one.is_running()"], ""),
        (['for one in (t.container("a"), t.volume("b")):', "    one.exists()"], "exists"),
        (['t.project("p").service("web").is_running()'], ""),
        (['t.project("p").service("web").answers_http(80)'], "answers_http"),
        (['t.host("h").container("a").is_running()'], "host"),
        (['t.registry("localhost:5000").image("a").exists()'], "registry"),
        (['t.card("1-1").is_proved_by("x")'], "card"),
        (['t.answer("n").equals_found(lambda docker: docker.container("a")["Id"].strip())'], ""),
        (["f(lambda c: c.container('a'))"], ""),
        (["f(lambda c: c.runs('a'))"], "runs"),
        (['getattr(t.container("a"), "runs")("true")'], "getattr"),
        (["import os", 't.container("a").is_running()'], "import"),
        (['t.container("a")._daemon.post("/x", {})'], "_daemon"),
        (["t.container("], "?"),
    ],
    ids=str,
)
def test_what_a_cell_does_is_read_from_its_words(lines: list[str], word: str) -> None:
    assert trace_of(_cell(*lines)) == word


@pytest.mark.parametrize("name", COURSE.names(RELEASE))
def test_in_every_lab_what_runs_by_itself_has_no_word_that_does_more(name: str) -> None:
    """By another way of reading: any word anywhere in the cell, whatever it is said of."""
    more = set.union(*(set(words) for words in ACTING.values()))
    for task in COURSE.lab(name, RELEASE).tasks:
        source = task.check.source
        kinds = set(re.findall(r"\bt\.(\w+)\(", source))
        does_more = more & set(re.findall(r"\.(\w+)\(", source)) or kinds - set(ACTING)
        if "folder" in kinds and does_more <= {"has_file", "has_no_file"}:
            # Of a folder it is only looked at, and this reading doesn't tell of what it is said.
            continue
        assert bool(trace_of(task.check.source)) == bool(does_more), (task.id, does_more)


def test_the_first_labs_have_tasks_of_both_kinds() -> None:
    found = {task.id: trace_of(task.check.source) for task in COURSE.lab("01-first-container", RELEASE).tasks}
    assert "" in found.values() and any(found.values()), found


@pytest.mark.daemon
def test_a_check_that_does_more_could_not_be_run_by_looking(world: Engine) -> None:
    looking = Checks(world.endpoint.host, deadline=30, only_looks=True)
    with suppress(CheckFailed, CouldNotCheck), looking.task("x", hint="y") as t:
        t.container("ck-live").is_running().runs("true")
    assert looking.reports["x"].status is Status.COULD_NOT_CHECK
    looking.close()
