"""Expectations about hosts inside a lab and about daemons, on real ones: right and wrong states, and false hosts."""

# ruff: noqa: E501 (a row is one line)

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from grader.checks import Checks, Status, Verdict
from grader.checks.daemon import DaemonSettings
from grader.checks.folder import Place
from grader.checks.host import Host
from grader.engines.protocol import Engine
from tests.checks.conftest import engine_with
from tests.checks.test_checks_table import Row, _rows, all_are_tried, tells_apart, verdicts_with

pytestmark = [pytest.mark.daemon, pytest.mark.deep]
HERE = Path(__file__).parent

# h: t.host, d: t.host(…).daemon().
TABLE = r"""
h("hk-one").answers() | h("hk-dead").answers(within=0.3) | hk-dead is exited with code
h("hk-one").answers() | h("hk-empty").answers(within=0.3) | has no /var/run/docker.sock
h("hk-one").answers() | h("hk-fake").answers(within=0.3) | listens another program than the Docker daemon: /usr/bin/python3
h("hk-one").answers() | h("hk-thief").answers(within=0.3) | /usr/sbin/dockerd of another container
h("hk-one").answers() | h("hk-none").answers(within=0.3) | no container named hk-none
h("hk-open", socket="/run/second.sock").answers() | h("hk-one", socket="/run/second.sock").answers(within=0.3) | it has no /run/second.sock
h("hk-open", socket="/run/second.sock").image("drydock/busybox:1").exists() | h("hk-open", socket="/run/second.sock").container("web").exists() | no container named web
# the whole vocabulary, on a host
h("hk-one").container("web").is_running() | h("hk-one").container("done").is_running() | exited with code 3
h("hk-one").container("web").made_from("drydock/nginx:1") | h("hk-one").container("web").made_from("drydock/busybox:1") | drydock/nginx:1
h("hk-one").container("web").answers_http(8080, "/", containing="nginx") | h("hk-one").container("web").answers_http(8081) | does not publish port 8081
h("hk-one").container("web").answers_http(80, inside=True) | h("hk-one").container("web").answers_http(8080, "/none", within=0.3) | status 404
h("hk-one").container("web").runs("id -u", prints="0") | h("hk-one").container("web").runs("cat /etc/hostname", prints="hk-one") | code 0
h("hk-one").container("done").logs_contain("bye") | h("hk-one").container("done").logs_contain("hello") | bye
h("hk-one").container("web").has_file("/etc/nginx/nginx.conf") | h("hk-one").container("web").has_file("/none") | nothing at /none
h("hk-one").container("web").listens_on(80) | h("hk-one").container("web").listens_on(81) | :80/tcp
h("hk-one").image("own:1").has_file("/bin/busybox") | h("hk-open").image("own:1").exists() | no image own:1
h("hk-one").volume("data").has_no_file("/x") | h("hk-open").volume("data").exists() | no volume data
h("hk-one").network("front").has_label("team", "blue") | h("hk-one").network("back").exists() | no network back
h("hk-one").event("container", "die", "done", exitCode="3").happened() | h("hk-one").event("container", "die", "web").happened() | 0 times
h("hk-one").container("web").is_running() | h("hk-dead").container("web").is_running() | hk-dead is exited with code
h("hk-one").container("web").is_running() | h("hk-none").container("web").is_running() | there is no host, for no container is named hk-none
h("hk-one").container("web").is_running() | h("hk-fake").container("web").is_running() | another program than the Docker daemon
# daemons
d("hk-one").has_storage_driver("overlay2") | d("hk-one").has_storage_driver("btrfs") | overlay2
d("hk-one").has_log_driver("json-file") | d("hk-one").has_log_driver("local") | json-file
d("hk-set").has_log_driver("local", max_size="10m") | d("hk-set").has_log_driver("local", max_size="20m") | max-size=10m
d("hk-set").has_insecure_registry("registry:5000") | d("hk-one").has_insecure_registry("registry:5000") | 127.0.0.0/8
d("hk-set").has_insecure_registry("10.9.8.7:5000") | d("hk-set").has_insecure_registry("10.8.8.7:5000") | 10.9.0.0/16
d("hk-set").has_mirror("http://mirror:5000/") | d("hk-one").has_mirror("http://mirror:5000") | none
d("hk-set").has_label("zone", "north") | d("hk-set").has_label("zone", "south") | zone=north
d("hk-set").has_live_restore() | d("hk-one").has_live_restore() | no
d("hk-one").has_live_restore(False) | d("hk-set").has_live_restore(False) | yes
d("hk-one").is_rootless(False) | d("hk-one").is_rootless() | no
d("hk-set").remaps_users() | d("hk-one").remaps_users() | no
d("hk-set").demands_client_certificate(2376) | d("hk-open").demands_client_certificate(2376) | lets in a client without a certificate
d("hk-set").has_certificate_for("localhost", "depot") | d("hk-set").has_certificate_for("localhost", "hk-set") | localhost, depot
d("hk-open").has_certificate_for("depot", port=2376) | d("hk-one").has_certificate_for("depot") | no names
d("hk-set").demands_client_certificate() | d("hk-one").demands_client_certificate() | nobody listens at port 2376
"""
ROWS = list(_rows(TABLE))
#: Contexts of contexts.sh that don't lead to the host hk-door, and what is said of them.
WAYS = {
    "bare": "refused by the server: tlsv13 alert certificate required",
    "stranger": "refused by the server: tlsv1 alert unknown ca",
    "as-server": "refused by the server: ssl/tls alert bad certificate",
    "other-ca": "the certificate of the server is not accepted",
    "other-name": "the certificate of the server is not accepted: IP address mismatch",
    "unverified": "skip-tls-verify",
    "no-tls": "Client sent an HTTP request to an HTTPS server",
    "closed": "nobody listens there",
    "socket": "it leads to unix:///var/run/docker.sock",
    "by-ssh": "it leads to ssh://ada@door",
    "plain": "one reaches the daemon of",
    "broken": "there is no context broken",
    "none": "there is no context none",
}

#: What is done in a host so that `docker buildx` is another program, and what is said of it.
_FORGE = "printf '#!/bin/sh\\necho forged\\n' > "
FORGED_PLUGINS = {
    "root's own": (
        f"mkdir -p /root/.docker/cli-plugins; {_FORGE}/root/.docker/cli-plugins/docker-buildx",
        "docker-buildx is /root/.docker/cli-plugins/docker-buildx there",
    ),
    "in a folder before": (
        f"mkdir -p /usr/local/lib/docker/cli-plugins; {_FORGE}/usr/local/lib/docker/cli-plugins/docker-buildx",
        "docker-buildx is /usr/local/lib/docker/cli-plugins/docker-buildx there",
    ),
    "in its place": (
        f"{_FORGE}$(ls /usr/lib*/docker/cli-plugins/docker-buildx)",
        "and that is not the course's program",
    ),
    "by another place for plugins": (
        """mkdir -p /root/.docker; echo '{"cliPluginsExtraDirs": ["/x"]}' >/root/.docker/config.json""",
        "has a file /root/.docker/config.json",
    ),
}


def test_every_expectation_has_a_right_and_a_wrong_row() -> None:
    all_are_tried(ROWS, {"h": Host, "d": DaemonSettings})


@pytest.fixture(scope="module")
def fleet() -> Iterator[Engine]:
    with engine_with("fleet.sh", image="host") as engine:
        yield engine


@pytest.fixture(scope="module")
def check(fleet: Engine) -> Iterator[Checks]:
    checks = Checks(fleet.endpoint.host, deadline=120)
    yield checks
    checks.close()


def verdicts_of(check: Checks, *sources: str) -> list[Verdict]:
    return verdicts_with(check, lambda t: {"h": t.host, "d": lambda name: t.host(name).daemon()}, *sources)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(check: Checks, row: Row) -> None:
    (good,), (bad,) = verdicts_of(check, row.right), verdicts_of(check, row.wrong)
    tells_apart(row, good, bad)


def test_a_daemon_of_the_engine_is_asked_in_the_same_words(check: Checks) -> None:
    (good,) = verdicts_of(check, 't.daemon().has_storage_driver("overlay2")')
    assert good.status is Status.PASSED
    assert "Docker daemon has the storage driver" in good.sentence


def test_what_is_said_of_a_host_tells_where_to_type_it(check: Checks) -> None:
    first, users, second, third = verdicts_of(
        check,
        'h("hk-one").container("done").is_running()',
        'h("hk-open", socket="/run/second.sock").container("done").is_running()',
        'h("hk-dead").container("web").is_running()',
        'h("hk-dead").image("own:1").exists()',
    )
    assert first.sentence.startswith("On hk-one: ")
    assert first.command.startswith("docker exec hk-one docker ")
    assert users.command.startswith("docker exec hk-open docker -H unix:///run/second.sock ")
    # That the host is away is said once, and where to look is on the engine.
    assert second.command == "docker logs hk-dead"
    assert (second.quiet, third.quiet) == (False, True)


def test_what_is_no_question_for_a_host_is_the_authors_slip(check: Checks) -> None:
    for kind in ('registry("localhost:5000").lets_in("a", "b")', 'folder(".").has_file("x")', 'host("x").answers()'):
        (slip,) = verdicts_of(check, f'h("hk-one").{kind}')
        assert slip.status is Status.COULD_NOT_CHECK
        assert "mistake" in slip.found


def test_a_daemon_that_is_stopped_or_killed_has_failed_and_is_asked_once(fleet: Engine, check: Checks) -> None:
    asked = ['h("hk-late").container("web").is_running()', 'h("hk-late").image("own:1").exists()']
    with closing(fleet.endpoint.client(timeout=60)) as client:
        host = client.containers.run("drydock/host", name="hk-late", privileged=True, detach=True)
        try:
            assert host.exec_run("ready").exit_code == 0
            host.exec_run("killall -STOP dockerd")
            with closing(Checks(fleet.endpoint.host, deadline=120, request_seconds=3)) as hasty:
                stopped = verdicts_of(hasty, *asked)
            host.exec_run("killall -CONT dockerd")
            assert [verdict.status for verdict in verdicts_of(check, 'h("hk-late").answers()')] == [Status.PASSED]
            # The daemon alone, as systemd would; then all of it.
            assert host.exec_run("service docker stop").exit_code == 0
            away = verdicts_of(check, *asked)
            assert host.exec_run("service docker start").exit_code == 0
            assert [verdict.status for verdict in verdicts_of(check, 'h("hk-late").answers()')] == [Status.PASSED]
            host.kill()
            killed = verdicts_of(check, *asked)
        finally:
            host.remove(force=True, v=True)
    for verdicts, said in ((stopped, "does not answer"), (away, "no daemon listens"), (killed, "exited with code 137")):
        assert [verdict.status for verdict in verdicts] == [Status.FAILED] * 2, verdicts
        assert said in verdicts[0].found
        assert verdicts[1].quiet


def test_a_host_restarts_with_its_data_and_images(fleet: Engine, check: Checks) -> None:
    with closing(fleet.endpoint.client(timeout=60)) as client:
        host = client.containers.run("drydock/host", name="hk-again", privileged=True, detach=True)
        try:
            assert host.exec_run("ready").exit_code == 0
            host.exec_run("docker run -d --restart always --name web drydock/busybox:1 sleep 1000")
            host.exec_run("docker rmi drydock/nginx:1 drydock/nginx:latest")
            host.restart(timeout=20)
            assert host.exec_run("ready").exit_code == 0
            good = verdicts_of(check, 'h("hk-again").container("web").becomes_running(within=20)')
            assert [verdict.status for verdict in good] == [Status.PASSED], good[0].text
            # Given once: what its owner removed stays away.
            assert host.exec_run("docker image inspect drydock/nginx:1").exit_code == 1
        finally:
            host.remove(force=True, v=True)


@pytest.mark.parametrize("way", FORGED_PLUGINS)
def test_a_plugin_in_the_place_of_the_courses_is_told(fleet: Engine, check: Checks, way: str) -> None:
    does, says = FORGED_PLUGINS[way]
    asked = 't.container("hk-forger").has_programs("docker", "docker-buildx", of="drydock/host:1")'
    with closing(fleet.endpoint.client()) as client:
        host = client.containers.run("drydock/host", "1d", name="hk-forger", entrypoint="sleep", detach=True)
        try:
            (good,) = verdicts_of(check, asked)
            assert host.exec_run(["sh", "-c", does]).exit_code == 0
            (bad,) = verdicts_of(check, asked)
        finally:
            host.remove(force=True)
    assert (good.status, bad.status) == (Status.PASSED, Status.FAILED), f"{good.text}\n{bad.text}"
    assert says in bad.found


def test_contexts_are_followed_with_their_own_papers(fleet: Engine, tmp_path: Path) -> None:
    """What leads to the host, and each way in which it may not."""
    environment = {**os.environ, "DOCKER_HOST": fleet.endpoint.host}
    subprocess.run(["bash", HERE / "contexts.sh", tmp_path], env=environment, check=True, stdout=subprocess.DEVNULL)
    with closing(Checks(fleet.endpoint.host, deadline=120, folder=Place(str(tmp_path)))) as check:

        def verdict(context: str, host: str, more: str = "") -> Verdict:
            (one,) = verdicts_of(check, f't.folder("ways").has_context("{context}", host="{host}"{more})')
            return one

        for context, host in (("good", "hk-door"), ("plain", "hk-plain")):
            assert verdict(context, host).status is Status.PASSED, verdict(context, host).text
        for context, said in WAYS.items():
            bad = verdict(context, "hk-door")
            assert bad.status is Status.FAILED, bad.text
            assert said in bad.found
            assert bad.command == f"docker --config ways --context {context} info --format '{{{{.Name}}}}'"
        assert "no container is named hk-none" in verdict("good", "hk-none").found
        # The other one need not lead anywhere: what counts is whom it trusts.
        assert verdict("good", "hk-door", ', trusting="closed"').status is Status.PASSED
        for other, said in {"other-ca": "it trusts another authority than", "none": "there is no context none"}.items():
            bad = verdict("good", "hk-door", f', trusting="{other}"')
            assert bad.status is Status.FAILED, bad.text
            assert said in bad.found


def test_checks_leave_nothing_behind(check: Checks, fleet: Engine) -> None:
    verdicts_of(check, 'h("hk-one").container("web").answers_http(8080)')
    with closing(fleet.endpoint.client()) as client:
        assert client.containers.list(all=True, filters={"label": "drydock.check"}) == []
        host = client.containers.get("hk-one")
        assert host.exec_run("docker ps -aq --filter label=drydock.check").output == b""
