"""Expectations about Podman in a container, root's and a user's: right and wrong states, and a false Podman."""

# ruff: noqa: E501 (a row is one line)

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from grader.checks import Checks, CouldNotCheck, Verdict
from grader.checks.host import Pod
from grader.engines.protocol import Engine
from tests.checks.conftest import engine_with
from tests.checks.test_checks_table import Row, _rows, all_are_tried, tells_apart, verdicts_with

pytestmark = [pytest.mark.daemon, pytest.mark.deep]

# p: root's Podman on pk-quay, u: the user app's.
TABLE = r"""
p.pod("crew").is_running() | p.pod("half").is_running() | degraded
p.pod("crew").has_members("stern", "bow") | p.pod("crew").has_members("bow") | bow, stern
p.pod("half").has_members("up", "down") | p.pod("none").has_members("up") | there is no pod none; the pods here: crew, half
# the words for containers and what belongs to them
p.container("web").is_running() | p.container("done").is_running() | exited with code 3
p.container("web").is_running() | p.container("yawl").is_running() | no container named yawl
u.container("yawl").is_running() | u.container("web").is_running() | no container named web
p.container("web").becomes_running(within=5) | p.container("done").becomes_running(within=0.3) | exited with code 3
p.container("done").exits(within=5, code=3) | p.container("web").exits(within=0.3) | running
p.container("web").made_from("drydock/nginx:1") | p.container("web").made_from("drydock/busybox:1") | drydock/nginx:1
p.container("web").has_env(TIDE="ebb") | p.container("web").has_env(TIDE="flood") | TIDE=ebb
p.container("web").has_label("quay", "north") | p.container("web").has_label("quay", "south") | quay=north
p.container("web").mounts_volume("data", at="/data") | p.container("web").mounts_volume("else", at="/data") | data -> /data
p.container("web").publishes(8080, container_port=80) | p.container("web").publishes(8081, container_port=80) | 8080
p.container("web").answers_http(8080, "/", containing="nginx") | p.container("web").answers_http(8080, "/none", within=0.3) | status 404
u.container("yawl").answers_http(8085, "/", containing="nginx") | u.container("yawl").answers_http(8085, "/none", within=0.3) | status 404
p.container("web").answers_http(80, inside=True) | p.container("web").answers_http(81, inside=True, within=0.3) | refused
p.container("done").logs_contain("bye") | p.container("done").logs_contain("hello") | bye
p.container("web").runs("id -u", prints="0") | p.container("web").runs("cat /etc/hostname", prints="pk-quay") | code 0
u.container("yawl").runs("cat /proc/self/uid_map", matching=r"^\s+0\s+1000\s+1$") | p.container("web").runs("cat /proc/self/uid_map", matching=r"^\s+0\s+1000\s+1$") | code 0
p.container("web").has_file("/etc/nginx/nginx.conf") | p.container("web").has_file("/none") | nothing at /none
p.container("web").listens_on(80) | p.container("web").listens_on(81) | :80/tcp
p.container("web").has_process("nginx") | p.container("web").has_process("sshd", within=0.3) | nginx
p.container("gone").is_gone() | p.container("web").is_gone() | running
p.image("own:1").has_file("/bin/busybox") | u.image("own:1").exists() | no image own:1
p.volume("data").has_no_file("/x") | u.volume("data").exists() | no volume data
p.volume("data").used_by("web") | p.volume("data").used_by("done") | web
p.network("front").exists() | p.network("back").exists() | no network back
# where there is none
p.container("web").is_running() | t.podman("pk-none").container("web").is_running() | no container is named pk-none
p.container("web").is_running() | t.podman("pk-dead").container("web").is_running() | pk-dead is exited with code 0
p.container("web").is_running() | t.podman("pk-fake").container("web").is_running() | another program answers than Podman: /usr/bin/python3
p.container("web").is_running() | t.podman("pk-quay", user="ghost").container("web").is_running() | Podman on pk-quay does not answer
"""
ROWS = list(_rows(TABLE))


def test_every_expectation_of_a_pod_has_a_right_and_a_wrong_row() -> None:
    all_are_tried(ROWS, {r"p\.pod": Pod})


@pytest.fixture(scope="module")
def quay() -> Iterator[Engine]:
    with engine_with("podman.sh", image="podman") as engine:
        yield engine


@pytest.fixture(scope="module")
def check(quay: Engine) -> Iterator[Checks]:
    checks = Checks(quay.endpoint.host, deadline=300)
    yield checks
    checks.close()


def verdicts_of(check: Checks, *sources: str) -> list[Verdict]:
    return verdicts_with(check, lambda t: {"p": t.podman("pk-quay"), "u": t.podman("pk-quay", user="app")}, *sources)


@pytest.fixture(scope="module")
def judged(check: Checks) -> dict[Row, tuple[Verdict, Verdict]]:
    """One task for each side: a way into the container, and an API, for each user and not for each row."""
    rights = verdicts_of(check, *(row.right for row in ROWS))
    wrongs = verdicts_of(check, *(row.wrong for row in ROWS))
    return dict(zip(ROWS, zip(rights, wrongs, strict=True), strict=True))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(judged: dict[Row, tuple[Verdict, Verdict]], row: Row) -> None:
    good, bad = judged[row]
    tells_apart(row, good, bad)


def test_what_is_said_tells_where_and_as_whom_to_type_it(check: Checks) -> None:
    roots, users = verdicts_of(check, 'p.container("done").is_running()', 'u.container("web").is_running()')
    assert roots.sentence.startswith("On pk-quay: ")
    assert roots.command.startswith("docker exec pk-quay podman ps ")
    assert users.command.startswith("docker exec -u app pk-quay podman ps ")


def test_what_is_no_question_for_podman_is_the_authors_slip(check: Checks) -> None:
    for slip in ('p.event("container", "die", "done")', "p.daemon()", 't.podman("pk-quay", user="a b")'):
        with pytest.raises(CouldNotCheck), check.task("row", hint="Look.") as t:
            eval(slip, {"t": t, "p": t.podman("pk-quay")})


def test_a_check_leaves_nothing_in_the_container(quay: Engine, check: Checks) -> None:
    verdicts_of(check, 'p.container("web").is_running()', 'u.container("yawl").is_running()')
    with closing(quay.endpoint.client(timeout=60)) as client:
        pod = client.containers.get("pk-quay")
        service = "ps -o args | grep '[p]odman system service --time=120'"
        gone = f"! {{ {service} || ls /tmp | grep drydock-; }} >/dev/null"
        look = f"for _ in $(seq 600); do {gone} && break; sleep 0.1; done; ls /tmp; {service}"
        left = pod.exec_run(["sh", "-c", look]).output.decode()
    assert "drydock-" not in left
    assert "--time=120" not in left
