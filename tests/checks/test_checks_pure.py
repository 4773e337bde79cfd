"""The parts of the checks that need no daemon, by their properties."""

from __future__ import annotations

import ast
import hashlib
import html.parser
import ipaddress
import itertools
import json
import math
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import grader.checks
from grader.checks import AuthorError, CheckFailed, CouldNotCheck, Status, TaskReport, Verdict, fingerprint
from grader.checks.answer import Answer
from grader.checks.arguments import human_memory, human_size, memory_bytes, nanoseconds, size_bytes
from grader.checks.commands import Outcome
from grader.checks.container import Container, life
from grader.checks.container.health import _judged_health
from grader.checks.container.networking import ports_of
from grader.checks.expectation import Context
from grader.checks.files import Entry, followed, read_entry
from grader.checks.host.context import Endpoint, follow
from grader.checks.meddling import strong_hands
from grader.checks.project import Service
from grader.checks.sockets import listening
from grader.checks.web import from_wget, reachable
from grader.course.answers import KnownWrong
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Obstructed, Refused
from grader.docker_api.streams import demultiplexed
from grader.docker_api.words import environment, full_reference, published
from grader.report.plain import excerpt, printable
from grader.report.render import report_as_html, report_as_text, short_line
from grader.report.verdicts import explained

texts = st.text(max_size=80)
verdicts = st.builds(
    Verdict,
    status=st.sampled_from(Status),
    sentence=texts,
    expected=texts,
    found=texts,
    command=texts,
    look=texts,
    weight=st.floats(0.001, 1000),
    quiet=st.booleans(),
    as_before=st.booleans(),
    ways=st.lists(texts, max_size=2).map(tuple),
)
reports = st.builds(TaskReport, task=texts, title=texts, hint=texts, verdicts=st.lists(verdicts, max_size=6).map(tuple))


@given(reports)
def test_a_report_survives_json(report: TaskReport) -> None:
    assert TaskReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def test_a_subnet_may_be_told_by_any_of_its_addresses() -> None:
    """Engines before 25 keep it as it was typed."""
    network = {"IPAM": {"Config": [{"Subnet": "172.30.5.1/24", "Gateway": "172.30.5.1"}]}}
    daemon = cast("Daemon", SimpleNamespace(find=lambda _ask: network))
    counts = Container(Context("job", daemon), "web")._counts([], "harbour", "172.30.5.9", published=False)
    assert [counts(f"172.30.5.{last}") for last in (7, 1)] == [True, False]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["task", "title", "x"]), inner),
    max_leaves=5,
)


@given(JSON, st.sampled_from(["status", "sentence", "weight", "quiet", "verdicts", "task", ""]))
def test_a_broken_report_is_a_value_error(junk: object, field: str) -> None:
    data = TaskReport("a", "A", "h", (Verdict(Status.PASSED, "s"),)).to_dict()
    if field in data:
        data[field] = junk
    elif field:
        data["verdicts"][0][field] = junk
    else:
        data = junk  # type: ignore[assignment]
    with suppress(ValueError):
        TaskReport.from_dict(data)


@given(reports)
def test_fraction_is_the_share_by_weight_and_whole_only_when_passed(report: TaskReport) -> None:
    assert 0 <= report.fraction <= 1
    assert (report.fraction == 1) == (report.status is Status.PASSED)
    work = [verdict for verdict in report.verdicts if not verdict.as_before]
    total = sum(verdict.weight for verdict in work)
    passed = sum(verdict.weight for verdict in work if verdict.status is Status.PASSED)
    if report.status is not Status.PASSED and len(work) == len(report.verdicts):
        assert math.isclose(report.fraction * total, passed, abs_tol=1e-6)
    assert report.status is Status.PASSED or report.fraction * total <= passed + 1e-6


def test_what_is_as_before_earns_nothing_and_costs_its_weight_when_broken() -> None:
    def fraction(*found: tuple[Status, bool]) -> float:
        return TaskReport("t", "T", "h", tuple(Verdict(s, "s", as_before=before) for s, before in found)).fraction

    good, bad = Status.PASSED, Status.FAILED
    assert fraction((good, True), (bad, False), (bad, False)) == 0
    assert fraction((good, True), (good, False), (bad, False)) == 0.5
    assert fraction((bad, True), (good, False), (good, False)) == 0.5
    assert fraction((bad, True), (bad, False)) == 0
    assert fraction((good, True), (good, False)) == 1


@pytest.mark.parametrize(
    ("state", "right"),
    [({"Running": True}, True), ({"Running": False}, False), ({"Running": True, "Restarting": True}, False)],
)
def test_only_one_that_runs_is_unhealthy(state: dict[str, bool], right: bool) -> None:
    """Of one that has ended, and between two restarts, the daemon says "unhealthy", too."""
    attrs = {"State": {"Status": "x", **state, "Health": {"Status": "unhealthy"}}, "Config": {"Healthcheck": {}}}
    assert _judged_health(attrs, "unhealthy").ok is right


def test_what_could_not_be_checked_outweighs_a_failure_and_an_empty_task_is_not_passed() -> None:
    kinds = [Verdict(status, "s") for status in (Status.PASSED, Status.FAILED, Status.COULD_NOT_CHECK)]
    assert TaskReport("t", "T", "h", tuple(kinds)).status is Status.COULD_NOT_CHECK
    assert TaskReport("t", "T", "h", tuple(kinds[:2])).status is Status.FAILED
    assert TaskReport("t", "T", "h", ()).status is Status.COULD_NOT_CHECK


class Reader(html.parser.HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self.tags: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


OURS = {"section", "div", "span", "strong", "small", "ul", "li", "dl", "dt", "dd", "code", "details", "summary", "p"}


@given(reports)
def test_html_is_balanced_and_only_ours(report: TaskReport) -> None:
    reader = Reader()
    reader.feed(report_as_html(report))
    reader.close()
    assert reader.open == []
    assert reader.tags <= OURS
    assert reader.attributes <= {"class", "style", "aria-label", "aria-hidden", "role"}


def test_html_and_text_say_the_same_and_show_nothing_raw() -> None:
    evil = "<script>alert(1)</script>\x1b[31m"
    ways = (f"`{evil}` was typed.", "The <i>other</i>.")
    bad = Verdict(Status.FAILED, f"`{evil}` runs", "a & b", evil, "docker ps", "Look at `x`.", ways=ways)
    quiet = Verdict(Status.FAILED, "more", quiet=True)
    report = TaskReport("web", "Web", "Use <b>.", (Verdict(Status.PASSED, "fine"), bad, quiet))
    page, text = report_as_html(report), report_as_text(report)
    assert "<script" not in page
    assert "<b>" not in page
    assert "\x1b" not in page + text
    reader = Reader()
    reader.feed(page)
    assert "<i>" not in page
    for part in (
        "One way to get here: ",
        "was typed.",
        "Another one: The <i>other</i>.",
        "fine",
        "a & b",
        "docker ps",
        "passed",
        "failed",
        "✗",
        "Use <b>.",
        "1 more",
        "\\x1b[31m",
    ):
        assert part in reader.words
        assert part in text
    assert "more\n" not in text
    assert report_as_text(report, colour=True).count("\x1b[") == 6


_BUILT = KnownWrong("web", "is running", "The first.")


@pytest.mark.parametrize(
    ("known", "ways"),
    [
        ([_BUILT], [(), ("The first.",), (), ()]),
        # Where several expectations fit, below the first that was missed; two at most, in their order.
        ([replace(_BUILT, expect="port 80", reason="Late."), _BUILT], [(), ("The first.",), (), ()]),
        ([replace(_BUILT, reason=str(n)) for n in (3, 1, 2)], [(), ("3", "1"), (), ()]),
        ([_BUILT, _BUILT], [(), ("The first.",), (), ()]),
        # Of what it found and where to look as of its sentence: as the proof looks for it.
        ([replace(_BUILT, expect="no such port")], [(), (), ("The first.",), ()]),
        # Not below what has passed, could not be checked or is folded away; not of another task.
        ([replace(_BUILT, expect="exists")], [()] * 4),
        ([replace(_BUILT, expect="nobody knows")], [()] * 4),
        ([replace(_BUILT, expect="deeper")], [()] * 4),
        ([replace(_BUILT, task="db")], [()] * 4),
    ],
)
def test_why_known_wrong_answers_are_wrong(known: list[KnownWrong], ways: list[tuple[str, ...]]) -> None:
    report = TaskReport(
        "web",
        "Web",
        "h",
        (
            Verdict(Status.PASSED, "web exists"),
            Verdict(Status.FAILED, "web is running"),
            Verdict(Status.FAILED, "web publishes port 80", found="no such port"),
            Verdict(Status.FAILED, "deeper", quiet=True),
        ),
    )
    assert [verdict.ways for verdict in explained(report, known).verdicts] == ways
    unknown = Verdict(Status.COULD_NOT_CHECK, "web is running", found="nobody knows")
    assert explained(TaskReport("web", "Web", "h", (unknown,)), known).verdicts == (unknown,)


def test_the_exception_is_one_line_without_a_traceback() -> None:
    report = TaskReport("web", "Web", "h", (Verdict(Status.FAILED, "A runs", found="exited\nbadly"),))
    for kind in (CheckFailed, CouldNotCheck):
        error = kind(report)
        assert "\n" not in str(error)
        assert "exited badly" in str(error)
        assert error._render_traceback_() == [f"{kind.__name__}: {short_line(report)}"]


@given(st.text(max_size=3000), st.integers(10, 700))
def test_printable_is_bounded_and_has_no_control_characters(text: str, limit: int) -> None:
    shown = printable(text, limit)
    assert len(shown) <= limit
    assert all(character in "\n\t" or character.isprintable() or ord(character) >= 0xA0 for character in shown)
    assert "\n" not in excerpt(text)


@given(st.integers(0, 10**15))
def test_sizes_are_read_as_docker_writes_them(size: int) -> None:
    assert size_bytes(size) == memory_bytes(size) == size
    for shown, read in ((human_size(size), size_bytes), (human_memory(size), memory_bytes)):
        assert math.isclose(read(shown), size, rel_tol=1e-3, abs_tol=1)


@pytest.mark.parametrize(
    ("text", "memory", "size"),
    [("64m", 64 * 2**20, 64 * 10**6), ("1.5GB", 3 * 2**29, 1_500_000_000), ("2 KiB", 2048, 2048), ("7b", 7, 7)],
)
def test_sizes(text: str, memory: int, size: int) -> None:
    assert (memory_bytes(text), size_bytes(text)) == (memory, size)


@pytest.mark.parametrize("wrong", ["", "m", "64 mm", "-1", "1e3", -1, True, None, 2.5, "64m\n64m"])
def test_a_wrong_size_is_the_authors_mistake(wrong: object) -> None:
    with pytest.raises(AuthorError):
        size_bytes(wrong)  # type: ignore[arg-type]


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 999))
def test_durations_are_read_as_go_writes_them(minutes: int, seconds: int, thousandths: int) -> None:
    wanted = (minutes * 60 + seconds) * 10**9 + thousandths * 10**6
    assert nanoseconds(f"{minutes}m{seconds}s{thousandths}ms") == wanted
    assert nanoseconds(seconds) == seconds * 10**9


@pytest.mark.parametrize("wrong", ["", "1", "m1", "1m 2s", -1, True, math.nan, math.inf, None])
def test_a_wrong_duration_is_the_authors_mistake(wrong: object) -> None:
    with pytest.raises(AuthorError):
        nanoseconds(wrong)  # type: ignore[arg-type]


names = st.from_regex(r"[a-z][a-z0-9]{0,8}(/[a-z0-9]{1,8}){0,2}", fullmatch=True)
tags = st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True)


@given(names, tags)
def test_references_are_normal_once_and_for_all(name: str, tag: str) -> None:
    assert full_reference(name) == f"{name}:latest"
    assert full_reference(f"docker.io/library/{name}") == f"{name}:latest"
    assert full_reference(f"host:5000/{name}") == f"host:5000/{name}:latest"
    assert full_reference(full_reference(f"{name}:{tag}")) == f"{name}:{tag}"


ports = st.integers(1, 65535)


@given(st.dictionaries(ports.map("{}/tcp".format), st.none() | st.lists(ports, max_size=3)), st.booleans())
def test_published_ports_have_no_ipv6_twins(wanted: dict[str, list[int] | None], twins: bool) -> None:
    addresses = ["0.0.0.0", "::"] if twins else [""]
    bindings = {
        inside: outside and [{"HostIp": address, "HostPort": str(port)} for port in outside for address in addresses]
        for inside, outside in wanted.items()
    }
    expected = {("0.0.0.0", port, inside) for inside, outside in wanted.items() for port in outside or ()}
    assert set(published(bindings)) == expected
    assert published({}) == published(None) == []


@pytest.mark.parametrize(
    ("state", "really", "shown"),
    [
        ({"Running": True}, True, True),
        # `--network none -p 8080:80`, an internal network: asked for, and not done.
        ({"Running": True}, False, False),
        ({"Running": True, "Restarting": True}, False, True),
        ({"Running": False}, False, True),
    ],
)
def test_a_port_of_what_runs_is_published_where_the_daemon_did_it(
    state: dict[str, bool], really: bool, shown: bool
) -> None:
    wanted = {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}
    attrs = {
        "State": state,
        "HostConfig": {"PortBindings": wanted},
        "NetworkSettings": {"Ports": wanted if really else {"80/tcp": None}},
    }
    assert ports_of(attrs) == ([("0.0.0.0", 8080, "80/tcp")] if shown else [])


@given(st.dictionaries(st.from_regex(r"[A-Z_]{1,9}", fullmatch=True), texts))
def test_environment(variables: dict[str, str]) -> None:
    assert environment([f"{name}={value}" for name, value in variables.items()]) == variables


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=50))), st.integers(0, 400))
def test_demultiplexing_never_loses_the_beginning(pieces: list[tuple[int, bytes]], cut: int) -> None:
    data = b"".join(struct.pack(">BxxxL", stream, len(body)) + body for stream, body in pieces)
    assert list(demultiplexed(data)) == pieces
    whole = b"".join(body for _stream, body in demultiplexed(data))
    assert whole.startswith(b"".join(body for _stream, body in demultiplexed(data[:cut])))


@given(st.ip_addresses(), ports, st.sampled_from(["tcp", "udp"]))
def test_listening_sockets_are_read_as_the_kernel_writes_them(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, kind: str
) -> None:
    assume(str(address) != "127.0.0.11")
    raw = address.packed
    digits = "".join(raw[i : i + 4][::-1].hex() for i in range(0, len(raw), 4)).upper()
    state = {"tcp": "0A", "udp": "07"}[kind]
    table = f"{kind}{'6' if address.version == 6 else ''}\n  sl  local_address rem_address   st\n"
    table += f"   0: {digits}:{port:04X} 00000000:0000 {state} 0:0\n   1: {digits}:0001 0:0 01 0:0\n"
    expected = getattr(address, "ipv4_mapped", None) or address
    assert listening(table) == [(kind, str(expected), port)]


def test_links_are_followed_to_an_end_and_never_for_ever() -> None:
    def link(target: str) -> Entry:
        return Entry("link", 0o777, 0, 0, 0, target)

    tree = {"/a/b": link("../c"), "/c": link("/d"), "/d": Entry("file", 0o644, 1, 2, 3), "/x": link("x")}
    assert followed(tree.get, "/a/b") == tree["/d"]
    assert followed(tree.get, "/x") is None
    assert followed(tree.get, "/none") is None


@pytest.mark.parametrize(
    ("status", "said", "nothing"),
    [
        (404, "Could not find the file /x in container 4c2f", True),
        (404, "Could not find the file /no such container in container 4c2f", True),
        (400, "lstat /x/y: not a directory", True),
        (404, "No such container: 4c2f", False),
        (404, 'no container with name or ID "4c2f" found: no such container', False),
        (500, "input/output error", False),
    ],
)
def test_what_is_in_a_container_that_is_gone_nobody_knows(status: int, said: str, nothing: bool) -> None:
    """Whoever removes it in the middle of a check has not shown that a file is not there."""

    def refuse(*_words: object, **_named: object) -> None:
        raise Refused(status, said)

    with nullcontext() if nothing else pytest.raises(Refused):
        assert read_entry(cast("Daemon", SimpleNamespace(stream=refuse)), "4c2f", "/x") is None


def test_a_container_that_comes_of_age_while_it_is_looked_at_is_called_no_ended_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It cost a perfect submission points."""
    ages = itertools.count(start=0.9, step=0.2)
    monkeypatch.setattr(life.time, "time", lambda: 1e9 + next(ages))
    monkeypatch.setattr(life.time, "monotonic", lambda: 0.0)
    looks = SimpleNamespace(connection=SimpleNamespace(only_looks=False))
    container = Container(Context("job", cast("Daemon", looks)), "web")
    began = datetime.fromtimestamp(1e9, UTC).isoformat()
    young = container._runs({"State": {"Status": "running", "Running": True, "StartedAt": began}}, or_ends=True)
    assert not young.ok and not young.hopeless
    ended = container._runs({"State": {"Status": "exited", "StartedAt": began}}, or_ends=True)
    assert not ended.ok and ended.hopeless


def read_on_a_tmpfs(monkeypatch: pytest.MonkeyPatch, facts: Outcome, *, says: str = "") -> Entry | None:
    """The file as the container's own tools show it."""
    container = Container(Context("job", cast("Daemon", None)), "web")
    tools = {"stat": facts, "cat": Outcome(0, says, ""), "readlink": Outcome(0, says, "")}
    monkeypatch.setattr(container, "_executed", lambda command, **_how: tools[command[0]])
    return container._read_by_exec("/mem/x")


@pytest.mark.parametrize("code", [126, 127, 137, None])
def test_a_container_whose_own_stat_did_not_look_is_not_known_to_lack_a_file(
    monkeypatch: pytest.MonkeyPatch, code: int | None
) -> None:
    assert read_on_a_tmpfs(monkeypatch, Outcome(1, "", "stat: can't stat '/mem/x'")) is None
    with pytest.raises(Obstructed, match="does not say what stat says"):
        read_on_a_tmpfs(monkeypatch, Outcome(code, "", ""))


def test_a_file_on_a_tmpfs_has_a_checksum_and_a_link_there_leads_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    file = read_on_a_tmpfs(monkeypatch, Outcome(0, "regular file|644|0|0|3\n", ""), says="hi\n")
    assert file is not None
    assert (file.content, file.sha256) == (b"hi\n", hashlib.sha256(b"hi\n").hexdigest())
    changed = read_on_a_tmpfs(monkeypatch, Outcome(0, "regular file|644|0|0|1\n", ""), says="\N{REPLACEMENT CHARACTER}")
    assert changed is not None
    assert changed.sha256 == ""
    link = read_on_a_tmpfs(monkeypatch, Outcome(0, "symbolic link|777|0|0|5\n", ""), says="there\n")
    assert link is not None
    assert (link.kind, link.target) == ("link", "there")


def test_however_many_mounts_there_are_few_questions_tell_who_has_strong_hands() -> None:
    asked: list[str] = []

    def ask(question: Callable[[Any], Any]) -> Any:
        asked.append("")
        return question(client)

    options = {"type": "none", "o": "bind", "device": "/proc"}
    mounts = {"web": ["data"] * 5000, "hand": ["data"] * 5000 + ["reins"], "plain": []}
    client = SimpleNamespace(
        containers=lambda: [{"Id": name} for name in mounts],
        volumes=lambda: {"Volumes": [{"Name": "data", "Options": None}, {"Name": "reins", "Options": options}]},
        inspect_container=lambda name: {
            "Name": f"/{name}",
            "Mounts": [{"Type": "volume", "Name": volume} for volume in mounts[name]] + [{"Type": "tmpfs"}],
        },
    )
    assert strong_hands(cast("Daemon", SimpleNamespace(ask=ask, find=ask))) == ["hand"]
    assert len(asked) == len(mounts) + 2


def asked_of_none() -> Context:
    """For expectations whose object is told by the test."""
    return Context("job", Daemon(Connection("unix:///nobody"), Deadline(60)))


@pytest.mark.parametrize("secret", ["plain", "line 1\nline 2", 'it\'s "quoted" \\\\ twice'])
def test_a_secret_that_docker_inspect_shows_is_none_however_it_is_written(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    service = Service(asked_of_none(), "shop-web-1")
    service.project, service.service = "shop", "web"
    file = Entry("file", 0o400, 0, 0, len(secret), content=secret.encode())
    monkeypatch.setattr(service, "_reader", lambda: lambda _path: file)
    for shown, status in (("x", Status.PASSED), (secret, Status.FAILED)):
        monkeypatch.setattr(service, "_seen", lambda shown=shown: {"Config": {"Env": [f"KEY={shown}"]}})
        service.has_secret("key", equals=secret)
        assert service._context.verdicts[-1].status is status


def test_a_volume_with_an_answers_name_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where the right one is nothing: the address of a container that has ended."""
    answer = Answer(asked_of_none(), "address")
    monkeypatch.setattr(answer, "_seen", lambda: {"Name": "drydock-answer-address", "Labels": None})
    (verdict,) = answer.equals_found(lambda _docker: "")._context.verdicts
    assert (verdict.status, verdict.found) == (Status.FAILED, "no answer yet")


@settings(max_examples=15)
@given(texts.filter(str.strip), texts, st.from_regex(r"[a-z-]{1,9}", fullmatch=True))
def test_fingerprints(value: str, other: str, name: str) -> None:
    made = fingerprint.make(name, value)
    assert fingerprint.matches(made, name, f"  {value} ")
    same = fingerprint.normalised(other) == fingerprint.normalised(value)
    assert fingerprint.matches(made, name, other) is same
    assert not fingerprint.matches(made, f"{name}x", value)
    # A short one may stand among the digits by chance, and four letters of it in "scrypt".
    assert value.strip().casefold() not in made or len(value.strip()) < 9


def test_the_command_that_makes_fingerprints_prints_nothing_else() -> None:
    command = [sys.executable, "-m", "grader.checks.fingerprint", "exit-code", "137"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == "" and fingerprint.matches(done.stdout.strip(), "exit-code", "137")


@pytest.mark.parametrize("wrong", ["", "137", "scrypt1:zz:00", "scrypt1:00", None])
def test_what_is_no_fingerprint_is_the_authors_mistake(wrong: object) -> None:
    with pytest.raises(AuthorError):
        fingerprint.matches(wrong, "x", "y")  # type: ignore[arg-type]


def test_wget_answers_are_read() -> None:
    said = "Connecting to 127.0.0.1 (127.0.0.1:80)\n  HTTP/1.1 301 Moved\n  Location: /new\n  \nwget: error\n"
    answer = from_wget(Outcome(1, "body", said))
    assert (answer.status, answer.headers["location"], answer.body) == (301, "/new", "body")
    assert from_wget(Outcome(1, "", "wget: can't connect: refused")).status == 0


@pytest.mark.parametrize(
    ("docker_host", "published_ip", "reached"),
    [
        ("unix:///var/run/docker.sock", "0.0.0.0", "127.0.0.1"),
        ("", "::", "127.0.0.1"),
        ("tcp://192.0.2.9:2376", "0.0.0.0", "192.0.2.9"),
        ("ssh://me@ship", "0.0.0.0", "ship"),
        ("unix:///x", "127.0.0.5", "127.0.0.5"),
    ],
)
def test_where_a_published_port_is_reached(docker_host: str, published_ip: str, reached: str) -> None:
    assert reachable(docker_host, published_ip) == reached


@pytest.mark.parametrize("url", ["tcp://[::1", "tcp://door:99999", "tcp://door:x", "tcp://-door:1", "tcp://d r:1", ""])
def test_a_context_that_leads_nowhere_is_the_students(url: str) -> None:
    """Their file says where it leads, and nothing there may be an error of ours."""
    found = follow(cast("Daemon", None), Endpoint(url, {}, False), lambda: "")
    assert (found.ok, url in found.found) == (False, True)


def test_how_a_command_ended_excuses_nobody_unless_blame_was_asked() -> None:
    """By reading: no `if` that looks at an outcome's code raises Unavailable itself (blame.py, meddling.py)."""
    looked = 0
    for path in Path(grader.checks.__file__).parent.rglob("*.py"):
        for branch in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.If)):
            asks = any(isinstance(node, ast.Attribute) and node.attr == "code" for node in ast.walk(branch.test))
            looked += asks
            raised = [node.exc for node in ast.walk(branch) if isinstance(node, ast.Raise)]
            excuses = any(isinstance(exc, ast.Call) and ast.unparse(exc.func) == "Unavailable" for exc in raised)
            assert not (asks and excuses), f"{path}:{branch.lineno}"
    assert looked > 5


def test_every_start_of_a_container_has_the_time_that_a_start_takes() -> None:
    """By reading: a start that is cut off on a busy machine would be the student's failure (blame.py)."""
    starts = 0
    for path in Path(grader.checks.__file__).parent.rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            if any("client.start(" in ast.unparse(word) for word in call.args) and "ask" in ast.unparse(call.func):
                assert "_SECONDS" in "".join(ast.unparse(word.value) for word in call.keywords), f"{path}:{call.lineno}"
                starts += 1
    assert starts > 5
