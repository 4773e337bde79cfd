"""Whose trouble it is: what a student makes can fail a check, and can't keep it from being made.

A row is what a student does on the daemon, and what a check asks then. *Could not check* must not come of any.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.checks import CheckFailed, Checks, CouldNotCheck, Status, TaskReport
from grader.checks.build import run as builds
from grader.checks.folder import Place
from grader.docker_api import blame
from grader.docker_api import client as docker_client
from grader.engines import best_engine
from grader.engines.protocol import Engine
from grader.report.render import report_as_text

pytestmark = [pytest.mark.daemon, pytest.mark.deep]


@dataclass(frozen=True)
class Trick:
    """What a student does so that a check can't be made, and the check that is then asked."""

    name: str
    #: A student's commands.
    does: str
    asks: Callable[[Any], object]
    #: A part of what the failure must say.
    says: str = ""

    def __str__(self) -> str:
        return self.name


#: What a web server says, by the path it is asked for.
ANSWERS = {
    "drip": """c.sendall(b"HTTP/1.1 200 OK\\r\\nX: "); [(time.sleep(2), c.sendall(b"x")) for _ in range(99)]""",
    "drip-status": """[(c.sendall(b"H"), time.sleep(2)) for _ in range(99)]""",
    "continue": """c.sendall(b"HTTP/1.1 100 Continue\\r\\n\\r\\n" * 100000)""",
    "headers": """c.sendall(b"HTTP/1.1 200 OK\\r\\n" + b"X: y\\r\\n" * 200)""",
    "long-header": """c.sendall(b"HTTP/1.1 200 OK\\r\\nX: " + b"y" * 999999)""",
    "garbage": """c.sendall(bytes(range(256)) * 9)""",
    "chunks": """c.sendall(b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n-9\\r\\nx")""",
    "length": """c.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 99999999999999999999999\\r\\n\\r\\nx")""",
    "gzip": """c.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\n\\r\\n\\x1f\\x8b" + bytes(99))""",
    "loop": """c.sendall(b"HTTP/1.1 302 Found\\r\\nLocation: /loop\\r\\n\\r\\n")""",
    "reset": """c.setsockopt(1, 13, bytes([1, 0, 0, 0, 0, 0, 0, 0]))""",
    "flood": """c.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n"); [c.sendall(b"x" * 65536) for _ in range(9**9)]""",
    "number": """c.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n<html>&#" + b"9" * 5000 + b";")""",
    "section": """c.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n<html><![x[y]]>")""",
    "nested": """c.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n" + b"[" * 100000)""",
}
SERVER = f"""
import socket, threading, time
ANSWERS = {ANSWERS!r}
def answer(c):
    try:
        exec(ANSWERS[c.recv(9999).split()[1].decode()[1:]])
    except (OSError, IndexError):
        pass
    c.close()
server = socket.create_server(("", 80))
while True:
    threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()
"""
CONNECTS = "import socket; socket.create_connection(('127.0.0.1', 80), 1)"
SERVE = f"""
docker start b-web || docker run -d --name b-web -p 9180:80 drydock/python:3 python3 -c {shlex.quote(SERVER)}
for _ in $(seq 50); do docker exec b-web python3 -c {shlex.quote(CONNECTS)} && break; done
"""


def served(name: str, says: str = "", **asked: object) -> Trick:
    wanted: dict[str, Any] = {"containing": "never", "within": 1, **asked}
    return Trick(f"http-{name}", SERVE, lambda t: t.container("b-web").answers_http(9180, f"/{name}", **wanted), says)


def served_inside(name: str) -> Trick:
    wanted: dict[str, Any] = {"inside": True, "containing": "never", "within": 1}
    ask = lambda t: t.container("b-web").answers_http(80, f"/{name}", **wanted)  # noqa: E731
    return Trick(f"http-inside-{name}", SERVE, ask)


def files(name: str, does: str, path: str, says: str = "", **asked: object) -> Trick:
    script = f"docker run --name b-{name} drydock/busybox:1 sh -c {does!r}"
    return Trick(f"file-{name}", script, lambda t: t.container(f"b-{name}").has_file(path, **asked), says)


#: More than the daemon remembers.
FLOOD = (
    "for i in $(seq 70); do docker volume create b-v$i; docker volume rm b-v$i; docker volume create b-v$i; "
    "docker volume rm b-v$i; done >/dev/null"
)
TRICKS = [
    Trick(
        "our-own-excuse",
        "docker run --name b-excuse drydock/busybox:1 'failed to create the macvlan port: operation not supported'",
        lambda t: t.container("b-excuse").is_running().answers_http(80),
        "created, never started",
    ),
    Trick(
        "our-own-excuse-on-a-network",
        """docker network create b-plain
        docker run --name b-excuse2 --network b-plain drydock/busybox:1 \
            'failed to create endpoint b-excuse2 on network b-plain: failed to create the macvlan port: operation not supported'
        """,  # noqa: E501
        lambda t: (t.network("b-plain").has_driver("macvlan"), t.container("b-excuse2").is_running()),
        "created, never started",
    ),
    files("link-loop", "ln -s /two /one; ln -s /one /two", "/one/x"),
    files("link-to-itself", "ln -s itself /itself", "/itself"),
    files("in-a-file", "echo > /one", "/one/x"),
    files("long-name", "ln -s /$(head -c 300 /dev/zero | tr '\\\\0' a) /one", "/one"),
    files("long-path", "ln -s $(yes 'aaaa/' | head -n 800 | tr -d '\\\\n') /one", "/one"),
    files("odd-link", "ln -s $(printf '\\\\377\\\\376') /one", "/one", "nothing at"),
    files("nul-like-link", "ln -s $(printf 'a\\\\nb\\\\033%%00?path=/etc&x') /one", "/one"),
    files("pipe", "mkfifo /one", "/one", "special file", containing="x"),
    files("sparse", "truncate -s 200G /one", "/one", containing="x"),
    files("not-text", "head -c 9 /dev/zero | tr '\\\\0' '\\\\377' > /one", "/one", containing="x"),
    files("unreadable", "echo no > /one; chmod 0 /one", "/one", containing="yes"),
    files("owner-of-no-number", "echo x:x:²: >> /etc/passwd; echo > /one", "/one", owner="root", containing="x"),
    files("owner-of-a-long-number", "echo x:x:$(seq -s 0 3000): >> /etc/passwd; echo > /one", "/one", owner="x"),
    Trick(
        "tmpfs-of-any-size",
        f"docker create --name b-tmpfs --tmpfs /mem:size={'9' * 400} drydock/busybox:1",
        lambda t: t.container("b-tmpfs").has_tmpfs("/mem", size="16m"),
    ),
    Trick(
        "file-socket",
        """docker run --name b-sock drydock/python:3 python3 -c 'import socket; socket.socket(1).bind("/one")'""",
        lambda t: t.container("b-sock").has_file("/one", containing="x"),
    ),
    Trick(
        "file-that-shrinks",
        """docker run -d --name b-shrink drydock/python:3 python3 -c '
while True:
    with open("/one", "wb") as file:
        file.truncate(400_000_000)
        file.truncate(10)'""",
        lambda t: [t.container("b-shrink").has_file("/one", containing="x") for _ in range(5)],
    ),
    Trick(
        "stat-of-ones-own",
        """docker run -d --name b-stat --tmpfs /mem drydock/busybox:1 sh -c '
            rm -f /bin/stat /usr/bin/stat
            printf "#!/bin/sh\\necho \\"regular file|x|0|0|9999\\"" > /bin/stat; chmod 755 /bin/stat
            echo > /mem/one; sleep 1d'
        timeout 10 sh -c 'until docker exec b-stat ls /mem/one; do sleep 0.1; done'""",
        lambda t: t.container("b-stat").has_file("/mem/one", containing="x"),
        "does not say what stat says",
    ),
    Trick(
        "volume-that-cannot-be-mounted",
        "docker volume create --opt type=ext4 --opt device=/dev/null b-null",
        lambda t: t.volume("b-null").has_file("/x"),
        "The Docker daemon answered",
    ),
    Trick(
        "content-of-a-volume-that-cannot-be-mounted",
        "docker volume create --opt type=ext4 --opt device=/dev/null b-void; docker volume create b-other",
        lambda t: t.volume("b-other").has_file("/x", equals=str(t.volume("b-void").content("/x"))),
        "there is nothing at /x",
    ),
    Trick(
        "image-that-makes-no-container",
        """printf 'FROM drydock/busybox:1\nRUN rm -rf /one; echo > /one\nWORKDIR /one\n' > "$TMPDIR/b-dockerfile"
        docker build -q -t b/odd:1 - < "$TMPDIR/b-dockerfile" ||
            docker commit --change 'WORKDIR /etc/passwd' $(docker create drydock/busybox:1) b/odd:1""",
        lambda t: t.image("b/odd:1").has_file("/x"),
    ),
    Trick(
        "layer-with-a-map-of-holes",
        """docker run --rm drydock/python:3 python3 -c '
import sys, tarfile
about = tarfile.TarInfo("one")
about.pax_headers = {"GNU.sparse.major": "2", "GNU.sparse.map": "x"}
with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as layer:
    layer.addfile(about)' | docker import - b/holes:1""",
        lambda t: t.image("b/holes:1").layers_lack("key"),
        "a layer of it can't be read",
    ),
    Trick(
        "history-cut-short",
        """printf 'FROM drydock/busybox:1\nRUN head -c 9000000 /dev/zero > /zeros\n' | docker build -q -t b/whole:1 -
        docker save b/whole:1 | docker run --rm -i drydock/python:3 python3 -c '
import io, json, sys, tarfile
saved = tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read()))
files = {one.name: saved.extractfile(one).read() for one in saved if one.isfile()}
(about,) = json.loads(files["manifest.json"])
config = json.loads(files.pop(about["Config"]))
config["history"] = config["history"][:-1]
about |= {"Config": "cut.json", "RepoTags": ["b/cut:1"]}
files = {one: files[one] for one in about["Layers"]}
files |= {"cut.json": json.dumps(config).encode(), "manifest.json": json.dumps([about]).encode()}
with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as cut:
    for name, content in files.items():
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        cut.addfile(entry, io.BytesIO(content))' | docker load""",
        lambda t: t.image("b/cut:1").is_smaller_than("6MB"),
        "11.0",
    ),
    Trick(
        "stop-signal-that-asks-nobody",
        """printf 'FROM drydock/busybox:1\nSTOPSIGNAL 09\nCMD echo ready; sleep 1d\n' |
            docker build -q -t b/kill:1 -""",
        lambda t: t.image("b/kill:1").stops_within(5, ready="ready"),
        "that asks nobody",
    ),
    Trick(
        "log-longer-than-is-read",
        """docker run --name b-long drydock/busybox:1 \
            sh -c "head -c 9000000 /dev/zero | tr '\\0' x; echo KEY" """,
        lambda t: t.container("b-long").logs_lack("KEY"),
        "longer than the 8 MiB",
    ),
    Trick(
        "log-whose-beginning-is-dropped",
        """printf 'FROM drydock/busybox:1\nCMD echo KEY; head -c 20000000 /dev/zero | tr "\\\\0" x\n' |
            docker build -q -t b/long:1 -""",
        lambda t: t.image("b/long:1").runs(lacks="KEY", within=100),
        "longer than the 8 MiB",
    ),
    Trick(
        "port-of-another-protocol",
        """docker run -d --name b-udp -p 9183:53/udp drydock/python:3 python3 -m http.server 53
        docker run -d --name b-tcp -p 9183:80 drydock/nginx:1""",
        lambda t: t.container("b-udp").answers_http(9183, containing="nginx"),
        "it does not publish port 9183",
    ),
    Trick(
        "name-that-leads-elsewhere",
        """docker network create b-quay
        docker run -d --name b-berth --network b-quay drydock/nginx:1
        docker run -d --name b-asks --network b-quay --add-host b-berth:127.0.0.9 drydock/busybox:1 sleep 1d
        timeout 60 sh -c 'until docker exec b-berth wget -q -O- http://127.0.0.1/; do sleep 0.2; done'""",
        lambda t: t.container("b-asks").cannot_reach("b-berth", 80),
        "a connection, at",
    ),
    Trick(
        "registry-of-another-protocol",
        """docker run --rm -v b-store:/depot drydock/busybox:1 sh -c '
            mkdir -p /depot/docker/registry/v2/blobs; truncate -s 4000G /depot/docker/registry/v2/blobs/x'
        docker run -d --name b-store -v b-store:/var/lib/registry -p 9184:5000 drydock/registry:2
        timeout 60 sh -c 'until docker logs b-store 2>&1 | grep -q listening; do sleep 0.2; done'
        docker run -d --name b-decoy -p 9184:5000/udp drydock/registry:2""",
        lambda t: t.registry("localhost:9184").stores_at_most("4MB"),
        "4.295TB",
    ),
    Trick(
        "image-that-never-ends",
        "docker commit --change 'CMD yes' $(docker create drydock/busybox:1) b/yes:1",
        lambda t: t.image("b/yes:1").runs(within=2),
        "still ran after 2 s",
    ),
    Trick(
        "blob-of-terabytes",
        """docker run --rm -v b-depot:/depot drydock/busybox:1 sh -c '
            mkdir -p /depot/docker/registry/v2/blobs; truncate -s 4000G /depot/docker/registry/v2/blobs/x'
        docker run -d --name b-depot -v b-depot:/var/lib/registry -p 9181:5000 drydock/registry:2""",
        lambda t: t.registry("localhost:9181").stores_at_most("4MB"),
        "4.295TB",
    ),
    Trick(
        "range-of-ports",
        "docker create --name b-range -p 9000-9010:80 drydock/busybox:1",
        lambda t: t.container("b-range").publishes(9000),
        "80/tcp",
    ),
    Trick(
        "address-of-ones-own",
        """docker network create b-link; docker create --name b-link drydock/busybox:1
        docker network connect --link-local-ip 169.254.8.8 b-link b-link""",
        lambda t: t.container("b-link").on_network("b-link", ip="10.1.2.3"),
        "b-link",
    ),
    Trick(
        "command-without-outputs",
        "docker run -d --name b-quiet drydock/busybox:1 sleep 1d",
        lambda t: t.container("b-quiet").runs(["sh", "-c", "exec >&- 2>&-; sleep 1d"], within=2),
        "still ran after 2 s",
    ),
    Trick(
        "command-that-floods",
        "docker run -d --name b-loud drydock/busybox:1 sleep 1d",
        lambda t: t.container("b-loud").runs("yes", within=20),
        "printed more than 1 MiB",
    ),
    Trick(
        "start-that-hangs",
        """docker run -d --name b-mute drydock/python:3 python3 -c '
import socket, time
s = socket.create_server(("", 80))
print("listens", flush=True)
time.sleep(9999)'
        timeout 60 sh -c 'until docker logs b-mute | grep -q listens; do sleep 0.1; done'
        mute=$(docker inspect -f '{{.NetworkSettings.IPAddress}}' b-mute)
        docker create --name b-hangs --log-driver splunk --log-opt splunk-token=x \
            --log-opt splunk-url=http://$mute drydock/busybox:1 true
        timeout -s KILL 5 docker start b-hangs""",
        lambda t: t.container("b-hangs").is_running().has_exited(0),
        "did not answer about this",
    ),
    Trick(
        "log-without-end",
        "docker run -d --name b-yes --memory 64m drydock/busybox:1 yes; sleep 2",
        lambda t: t.container("b-yes").logs_contain("never", within=2),
    ),
    Trick(
        "log-that-is-not-kept",
        "docker run -d --name b-nolog --log-driver none drydock/busybox:1 echo x",
        lambda t: t.container("b-nolog").logs_contain("x", within=1),
        "The Docker daemon answered",
    ),
    Trick(
        "name-server-that-is-mute",
        """docker start b-mute; mute=$(docker inspect -f '{{.NetworkSettings.IPAddress}}' b-mute)
        docker network create b-dns
        docker run -d --name b-dns --network b-dns --dns $mute drydock/busybox:1 sleep 1d""",
        lambda t: t.container("b-dns").resolves("nobody.example"),
        "no address",
    ),
    Trick(
        "answer-about-nothing",
        "docker volume create --label drydock.answer=7 drydock-answer-b-one",
        lambda t: t.answer("b-one").equals_found(lambda docker: docker.container("b-nobody")["Id"]),
        "No such container",
    ),
    Trick(
        "answer-about-another",
        "docker create --name b-else drydock/busybox:1",
        lambda t: t.answer("b-one").equals_found(
            lambda docker: docker.container("b-else")["NetworkSettings"]["Networks"]["front"]["IPAddress"]
        ),
        "not on the daemon",
    ),
    Trick(
        "answer-that-is-an-essay",
        """head -c 100000 /dev/zero | tr '\\0' x > "$TMPDIR/b-essay"
        docker volume create --label drydock.answer="$(cat "$TMPDIR/b-essay")" drydock-answer-b-two""",
        lambda t: t.answer("b-two").equals_found(lambda docker: "x"),
        "100000 characters",
    ),
    Trick(
        "forgotten-past",
        FLOOD,
        lambda t: (
            t.event("container", "die", "b-never").happened(),
            t.event("container", "die", "b-never").never_happened(),
            t.container("b-never").is_gone(after_existing=True),
        ),
        "remembers only its last 256",
    ),
    served("drip", "no whole answer within"),
    served("drip", "no whole answer within", containing=None),
    served("drip-status", "no answer", within=2),
    served("continue"),
    served("headers", "headers"),
    served("long-header"),
    served("garbage"),
    served("chunks"),
    served("length"),
    served("gzip"),
    served("loop", "status 302"),
    served("reset"),
    served("flood", "status 200"),
    served("number", "status 200"),
    served("section", "status 200"),
    served("nested", "status 200", containing=None, json={"a": 1}),
    *map(served_inside, ANSWERS),
]


def report_of(
    engine: Engine,
    body: Callable[[Any], object],
    deadline: float = 200,
    folder: Place | None = None,
    request_seconds: float = 10,
) -> TaskReport:
    check = Checks(engine.endpoint.host, deadline=deadline, folder=folder, request_seconds=request_seconds)
    with suppress(CheckFailed, CouldNotCheck), check.task("job", hint="Look.") as t:
        body(t)
    check.close()
    return check.reports["job"]


def docker(engine: Engine, script: str, folder: os.PathLike[str] | str = "/tmp") -> None:
    environment = {**os.environ, "DOCKER_HOST": engine.endpoint.host, "TMPDIR": str(folder)}
    subprocess.run(["bash", "-c", textwrap.dedent(script)], env=environment, check=False, capture_output=True)


@pytest.mark.parametrize("trick", TRICKS, ids=str)
@pytest.mark.usefixtures("stage_network")
def test_no_trick_gets_an_excuse(stage: Engine, trick: Trick, tmp_path: Any) -> None:
    docker(stage, trick.does, tmp_path)
    # A daemon that hangs is waited for twice.
    report = report_of(stage, trick.asks, request_seconds=5 if trick.name == "start-that-hangs" else 10)
    # The next one has the machine for itself.
    docker(stage, "docker kill $(docker ps --quiet --filter name=b-)")
    assert report.status is Status.FAILED, report_as_text(report)
    assert trick.says in report_as_text(report), report_as_text(report)
    for word in ("Error:", "None", "stumbled", "Traceback"):
        assert word not in "\n".join(verdict.found for verdict in report.verdicts), report_as_text(report)


def test_labels_say_nothing_of_what_happened(stage: Engine) -> None:
    """The daemon writes a container's labels over what it tells of an event, and a check's own are known by one."""
    docker(
        stage,
        """docker run --rm --label exitCode=137 --label oldName=b-ancient --label drydock.check=1 --name b-tongue \\
        drydock/busybox:1 true""",
    )
    report = report_of(
        stage,
        lambda t: (
            t.event("container", "die", "b-tongue", exitCode="137").happened(),
            t.event("container", "die", "b-tongue").never_happened(),
            t.event("container", "create", "b-ancient").happened(),
            t.container("b-ancient").is_gone(after_existing=True),
        ),
    )
    assert [one.status for one in report.verdicts] == [Status.FAILED] * 4, report_as_text(report)


def test_what_looks_like_a_checks_own_container_is_counted(stage: Engine) -> None:
    """It is known by its label and its name; who has had another name is none."""
    docker(
        stage,
        """docker network create b-club; docker volume create b-chest
        docker create --label drydock.check=1 --name b-guest --network b-club -v b-chest:/chest drydock/busybox:1
        docker create --label drydock.check=1 --name drydock-check-b drydock/busybox:1
        docker rename drydock-check-b b-renamed; docker start b-renamed; docker rename b-renamed drydock-check-b""",
    )
    report = report_of(
        stage,
        lambda t: (
            t.network("b-club").has_only_members(),
            t.network("b-club").has_no_member("b-guest"),
            t.volume("b-chest").is_unused(),
            t.event("container", "start", "b-renamed").never_happened(),
        ),
    )
    docker(stage, "docker rm --force b-guest drydock-check-b")
    assert [one.status for one in report.verdicts] == [Status.FAILED] * 4, report_as_text(report)


def test_a_check_that_knew_of_the_past_still_knows_when_the_daemon_has_forgotten(stage: Engine) -> None:
    docker(stage, "docker run --rm --name b-courier drydock/busybox:1 true")
    check = Checks(stage.endpoint.host, deadline=200)
    for meanwhile in ("true", FLOOD):
        docker(stage, meanwhile)
        with check.task("job", hint="Look.") as t:
            t.container("b-courier").is_gone(after_existing=True)
    check.close()
    assert check.reports["job"].status is Status.PASSED


@pytest.fixture
def sleeper(stage: Engine) -> Iterator[str]:
    docker(stage, "docker run -d --name b-sleeper drydock/busybox:1 sleep 1d")
    yield "b-sleeper"
    docker(stage, "docker rm --force b-sleeper")


WAITS: list[Callable[[Any, float], object]] = [
    lambda t, seconds: t.container("b-sleeper").runs("sleep 600", within=seconds),
    lambda t, seconds: t.container("b-sleeper").exits(within=seconds),
    lambda t, seconds: t.container("b-sleeper").logs_contain("never", within=seconds),
    lambda t, seconds: t.container("b-sleeper").answers_http(9, inside=True, within=seconds),
    lambda t, seconds: t.image("drydock/busybox:1").runs("sleep 600", within=seconds),
]


@pytest.mark.usefixtures("sleeper")
@pytest.mark.parametrize("wait", WAITS)
def test_what_had_all_its_seconds_has_failed(stage: Engine, wait: Callable[[Any, float], object]) -> None:
    report = report_of(stage, lambda t: wait(t, 1))
    assert report.status is Status.FAILED, report_as_text(report)


@pytest.mark.usefixtures("sleeper")
def test_what_the_end_of_the_checks_time_cut_short_has_not(stage: Engine) -> None:
    """All at once: each waits to the end."""
    with ThreadPoolExecutor(len(WAITS)) as pool:
        reports = list(pool.map(lambda wait: report_of(stage, lambda t: wait(t, 600), deadline=4), WAITS))
    for report in reports:
        assert report.status is Status.COULD_NOT_CHECK, report_as_text(report)
        assert "time for this check" in report.verdicts[0].found


@pytest.mark.usefixtures("sleeper")
@pytest.mark.parametrize("wait", WAITS)
def test_what_a_busy_machine_did_not_let_run_has_not(
    stage: Engine, monkeypatch: pytest.MonkeyPatch, wait: Callable[[Any, float], object]
) -> None:
    """No daemon says its version in no time at all: as on a machine with a thousand things to do."""
    monkeypatch.setattr(blame, "PROMPT_SECONDS", 1e-6)
    report = report_of(stage, lambda t: wait(t, 1))
    assert report.status is Status.COULD_NOT_CHECK, report_as_text(report)


@pytest.mark.usefixtures("sleeper")
def test_who_spends_the_time_in_vain_is_not_excused_from_the_rest(stage: Engine) -> None:
    report = report_of(stage, lambda t: [wait(t, 3) for wait in WAITS[:2] * 9], deadline=12)
    assert {verdict.status for verdict in report.verdicts} == {Status.FAILED}, report_as_text(report)
    assert "Most of it went to what failed" in report.verdicts[-1].found


@pytest.mark.parametrize("at_hand", [True, False])
def test_a_helper_image_that_was_removed(monkeypatch: pytest.MonkeyPatch, at_hand: bool) -> None:
    """Removing images is a safe exercise: the check brings the helper's files. Where it can't, nothing passes."""
    if not at_hand:
        monkeypatch.setattr("grader.images.archive_of", lambda _reference: None)
    with best_engine() as engine:
        check = Checks(engine.endpoint.host, deadline=100)
        check.prepare()
        docker(engine, "docker run -d --name b-python drydock/python:3 sleep 1d; docker image prune --all --force")
        with pytest.raises(CheckFailed) as failed, check.task("job", hint="Look.") as t:
            t.container("b-python").cannot_reach("10.9.9.9", 80).does_not_resolve("nobody").listens_on(80)
        check.close()
        client = engine.endpoint.client(timeout=60)
        left = client.api.images(all=True)
        client.close()
    verdicts = failed.value.report.verdicts
    good = Status.PASSED if at_hand else Status.FAILED
    assert [verdict.status for verdict in verdicts] == [good, good, Status.FAILED], report_as_text(failed.value.report)
    assert ("is gone from this daemon" in verdicts[0].found) is not at_hand
    assert len(left) == 1, left


@pytest.mark.parametrize("endless", ["sleep 1d", "while date; do sleep 0.2; done"])
def test_a_build_without_end_is_no_excuse(
    stage: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, endless: str
) -> None:
    monkeypatch.setattr(builds, "_STEP_SECONDS", 3.0)
    monkeypatch.setattr(builds, "_BUILD_SECONDS", 5.0)
    (tmp_path / "yard").mkdir()
    (tmp_path / "yard" / "Dockerfile").write_text(f"FROM drydock/busybox:1\nRUN {endless}\n")
    report = report_of(stage, lambda t: t.build("yard").works(), folder=Place(str(tmp_path)))
    assert report.status is Status.FAILED, report_as_text(report)
    assert re.search(r"did not (end|answer about this) within \d s", report.verdicts[0].found)


def test_an_answer_of_the_daemons_that_is_too_large(stage: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    client = stage.endpoint.client()
    client.containers.create("drydock/busybox:1", name="b-labelled", labels={"much": "x" * 2_000_000})
    assert report_of(stage, lambda t: t.container("b-labelled").is_created()).status is Status.PASSED
    monkeypatch.setattr(docker_client, "LARGEST", 1_000_000)
    report = report_of(stage, lambda t: t.container("b-labelled").is_created().is_running())
    client.api.remove_container("b-labelled")
    client.close()
    assert [verdict.status for verdict in report.verdicts] == 2 * [Status.FAILED]
    assert "too large" in report.verdicts[0].found
