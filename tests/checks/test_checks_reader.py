"""What a report says to its reader: the first thing first, in a person's words, and what comes next."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from grader.checks import Checks, Status, TaskReport, Verdict
from grader.checks.task import _folded
from grader.checks.web import Answer, fetch, wanted
from grader.course.lab_cards import TaskCard
from grader.engines.protocol import Engine
from grader.report.progress import TaskProgress
from grader.report.progress_line import line_of
from grader.report.render import report_as_html, report_as_text
from tests.checks.conftest import report_of


def test_what_follows_from_a_failure_is_folded_in_a_page_and_counted_in_text() -> None:
    bad = Verdict(Status.FAILED, "Container web is running", found="exited with code 1")
    rest = [Verdict(Status.FAILED, f"Port {port} answers", found="it is exited", quiet=True) for port in (80, 81)]
    report = TaskReport("web", "Web", "h", (bad, *rest))
    assert "… and 2 more that aren't met yet" in report_as_text(report)
    assert "Port 80" not in report_as_text(report)
    shown, folded = report_as_html(report).split("<details><summary>… and 2 more", 1)
    assert "Container web is running" in shown and "Port" not in shown
    assert "Port 80 answers" in folded and "Port 81 answers" in folded


def test_of_a_repair_the_symptom_is_shown_and_the_rest_folded_for_the_same_marks() -> None:
    good, bad = Verdict(Status.PASSED, "fine"), Verdict(Status.FAILED, "bad")
    ours = Verdict(Status.COULD_NOT_CHECK, "away")
    given = (good, bad, good, bad, ours, bad)
    folded = tuple(_folded(given))
    assert [verdict.quiet for verdict in folded] == [False, False, False, True, False, True]
    assert TaskReport("t", "T", "h", folded).fraction == TaskReport("t", "T", "h", given).fraction


def test_an_answers_page_is_told_by_its_words() -> None:
    page = "<!doctype html><html><head><title>502</title><style>b{}</style></head><body><h1>Bad   Gateway</h1></body>"
    found = wanted("/").judge(Answer(502, {}, page)).found
    assert found == "status 502: 502 ⏎ Bad Gateway"
    for plain in ('{"a": "<b>"}', "1 < 2", "<data>7</data>"):
        answer = wanted("/").judge(Answer(502, {}, plain))
        assert answer.found == f"status 502: {plain}"


def test_a_server_is_asked_as_the_author_says() -> None:
    asked = wanted("/orders?n=1", send="rope", send_headers={"X-Token": "a b"}, user=("ada", "p:w")).question
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection:
                while "rope" not in "".join(said):
                    said.append(connection.recv(4096).decode())
                connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok")

        thread = threading.Thread(target=serve)
        thread.start()
        answer = fetch("127.0.0.1", server.getsockname()[1], asked)
        thread.join()
    assert (answer.status, answer.body) == (201, "ok")
    request = "".join(said)
    assert request.startswith("POST /orders?n=1 HTTP/1.1\r\n")
    assert "\r\nX-Token: a b\r\n" in request
    assert f"\r\nAuthorization: Basic {base64.b64encode(b'ada:p:w').decode()}\r\n" in request
    assert asked.shown() == "POST /orders?n=1 as ada"
    assert asked.curl() == "-X POST -u ada:p:w -H 'X-Token: a b' -d rope "


def test_values_in_an_answer() -> None:
    body = '{"items": [{"name": "rope", "left": 0}], "open": true}'
    for path, value in {"items.0.name": "rope", "items.0.left": 0, "open": True}.items():
        assert wanted("/", json={path: value}).judge(Answer(200, {}, body)).ok
    for path, value in {"items.1.name": "rope", "items.name": "rope", "open.x": 1, "none": None, "items": "x"}.items():
        assert not wanted("/", json={path: value}).judge(Answer(200, {}, body)).ok
    assert not wanted("/", json={"a": 1}).judge(Answer(200, {}, "no JSON")).ok
    assert not wanted("/", json={"a": 1}).judge(Answer(200, {}, "[" * 100_000)).ok


def test_the_progress_line() -> None:
    tasks = tuple(TaskCard(name, name, 5.0) for name in ("a", "b", "c"))

    def line(task: str, status: Status, **known: tuple[Status, float]) -> str:
        notes = {name: TaskProgress(*entry, passed=False, at=0.0) for name, entry in known.items()}
        return line_of(tasks, notes, TaskReport(task, "T", "h", (Verdict(status, "s"),)))

    good, bad = (Status.PASSED, 1.0), (Status.FAILED, 0.55)
    assert line("a", Status.PASSED, a=good) == "1 of 3 tasks · 5 of 15 points · next: b"
    assert line("b", Status.FAILED, a=good, b=bad) == "1 of 3 tasks · 7.7 of 15 points · next: b"
    assert line("c", Status.PASSED, b=good, c=good) == "2 of 3 tasks · 10 of 15 points · next: a"
    assert line("c", Status.BLOCKED, c=(Status.BLOCKED, 0.0)) == "0 of 3 tasks · 0 of 15 points · next: a"
    assert "all done" in line("c", Status.PASSED, a=good, b=good, c=good)
    assert line("elsewhere", Status.PASSED) == ""


@pytest.mark.daemon
def test_what_follows_from_a_fault_is_folded_under_it(world: Engine) -> None:
    def quiet(body: Callable[..., object], **more: object) -> list[bool]:
        return [verdict.quiet for verdict in report_of(Checks(world.endpoint.host), body, **more).verdicts]

    def ended(t: Any) -> None:
        done = t.container("ck-done")
        done.is_running().publishes(18099, container_port=80).answers_http(18099)
        t.container("ck-done").runs("true")

    assert quiet(ended) == [False, False, True, True]
    no_port = lambda t: t.container("ck-live").publishes(18099).answers_http(18099).answers_http(18099, "/x")  # noqa: E731
    assert quiet(no_port) == [False, True, True]
    several = lambda t: [t.container("ck-none").becomes_running(), t.container("ck-none").runs("true")]  # noqa: E731
    assert quiet(several) == [False, True]
    others = lambda t: [t.container("ck-none").exists(), t.network("ck-none").exists(), t.volume("x").exists()]  # noqa: E731
    assert quiet(others) == [False, False, False]
    assert quiet(others, symptom_first=True) == [False, True, True]


@pytest.mark.daemon
def test_nobody_answers_at_a_port_that_leads_to_the_wrong_one(world: Engine) -> None:
    """One fault, told once; and in the words of a person, not of Python's sockets."""
    with closing(world.endpoint.client()) as client:
        made = client.containers.run(
            "drydock/busybox:1", "sleep 600", name="ck-wrong-port", ports={"8080/tcp": 18097}, detach=True
        )
        try:

            def both(t: Any) -> None:
                t.container("ck-wrong-port").publishes(18097).answers_http(18097, within=1)

            published, answers = report_of(Checks(world.endpoint.host), both).verdicts
        finally:
            made.remove(force=True)
    assert (published.quiet, answers.quiet) == (False, True)
    assert "the connection was" in answers.found
    assert "Errno" not in answers.found and "Remote end" not in answers.found


@pytest.mark.daemon
def test_the_first_words_to_somebody_who_has_made_nothing(world: Engine) -> None:
    def body(t: Any) -> None:
        t.container("ck-none").exists()
        t.network("ck-none").exists()
        t.volume("ck-none").exists()
        t.image("ck-none:1").exists()

    for verdict in report_of(Checks(world.endpoint.host), body).verdicts:
        assert verdict.look == "The text of the task job above says what to make, and what to call it."


@pytest.mark.daemon
def test_a_container_that_never_started_has_no_log_to_look_at(world: Engine) -> None:
    (verdict,) = report_of(Checks(world.endpoint.host), lambda t: t.container("ck-created").is_running()).verdicts
    assert "docker logs" not in verdict.look
    assert "never started" in verdict.look


@pytest.mark.daemon
def test_an_author_words_an_expectation(world: Engine) -> None:
    said = "The log tells of a visit"
    make = lambda t: t.container("ck-done").logs_match(r"^\d{9}$").worded(said).worth(2)  # noqa: E731
    (verdict,) = report_of(Checks(world.endpoint.host), make).verdicts
    assert (verdict.sentence, verdict.expected, verdict.weight) == (said, "", 2)
    report = report_of(Checks(world.endpoint.host), lambda t: t.container("ck-done").worded("first"))
    assert report.status is Status.COULD_NOT_CHECK


@pytest.mark.daemon
def test_a_difference_from_the_image_is_said_without_all_the_others(world: Engine) -> None:
    def body(t: Any) -> None:
        t.container("ck-done").changed_file("/made", "deleted").changed_file("/etc/a").changed_file("/srv/a")

    first, near, none = report_of(Checks(world.endpoint.host), body).verdicts
    assert (first.sentence, first.found) == ("/made was deleted in container ck-done", "added")
    assert near.found == "it does not differ from the image; in the same folder: /etc/group changed"
    assert none.found == "neither it nor anything else in /srv differs from the image"
