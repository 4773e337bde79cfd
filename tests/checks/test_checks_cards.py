"""A card's check on real daemons: an experiment that tells two worlds apart, and all those that don't."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from grader.checks import CheckFailed, Checks, CouldNotCheck, Status, Verdict
from grader.checks.card import CardSubject
from grader.checks.card import subject as card_module
from grader.checks.expectation import expectations_of
from grader.checks.folder import Place
from grader.engines.protocol import Engine
from tests.checks.conftest import engine_with

pytestmark = [pytest.mark.daemon, pytest.mark.deep]

#: Of the card "rm": what the verdict's line is, the experiment, and what is said of it.
_ENDED = "docker run --rm --name qq drydock/busybox:1 true; docker ps -a --format '{{.Names}}' | grep -qx qq"
WRONG = {
    "always-holds": ("wrong", "echo holds", "`holds` in both worlds: it does not look"),
    "never-asks": ("wrong", "docker version >/dev/null && echo fails", "`fails` in both worlds"),
    "looks-elsewhere": ("wrong", f"{_ENDED.replace('ps -a', 'ps')} && echo holds || echo fails", "in both worlds"),
    "turned-round": ("wrong", f"{_ENDED} && echo fails || echo holds", "the wrong way round"),
    "wrong-verdict": ("right", f"{_ENDED} && echo holds || echo fails", "your verdict is “right”"),
    "no-verdict": ("maybe", f"{_ENDED} && echo holds || echo fails", "no line `# verdict: right`"),
    "chance": ("wrong", "[ $((RANDOM % 2)) = 0 ] && echo holds || echo fails", "the experiment uses RANDOM"),
    "hidden-chance": ("wrong", "cat /proc/self/mounts >/dev/null; echo holds", "in both worlds"),
    "clock": ("wrong", "date +%N | grep -q 1 && echo holds || echo fails", "the experiment uses date"),
    "hangs": ("wrong", "echo begun; sleep 1d", "did not end within 3 s; it had printed: begun"),
    "floods": ("wrong", "yes holds", "in both worlds|did not end|neither"),
    "breaks": ("wrong", "exit 3", "neither `holds` nor `fails`: nothing"),
    "says-more": ("wrong", f"{_ENDED} && echo it holds || echo it fails", "neither `holds` nor `fails`: it "),
    "by-the-real-socket": ("wrong", "DOCKER_HOST=unix:///var/run/docker.sock docker ps && echo holds", "neither"),
    "ends-its-world": ("wrong", "docker run --privileged --pid host -u 0 drydock/busybox:1 killall python3", "neither"),
    "answers-for-us": (
        "wrong",
        "docker run --privileged --pid host -u 0 drydock/busybox:1 "
        "sh -c 'for p in $(pidof python3); do echo no > /proc/$p/fd/1; done; killall python3'; echo holds",
        "neither|ended|both",
    ),
    "becomes-root-by-a-volume": (
        "wrong",
        "docker run --rm -v tool:/tool -u 0 drydock/busybox:1 sh -c "
        "'cp /bin/busybox /tool/sh; chmod 4755 /tool/sh; chmod 755 /tool'; "
        "/var/lib/docker/volumes/tool/_data/sh sh -c 'grep -q . /etc/docker/daemon.json' && echo holds || echo fails",
        "`fails` in both worlds",
    ),
    "too-long": ("wrong", "#" * 20_000, "too long for an experiment"),
}

#: Ask the world's socket in bytes of one's own, and wait for such an answer; "nothing" where the line was cut.
_ASK = """python3 - <<'EOF'
import socket
daemon = socket.socket(socket.AF_UNIX)
daemon.settimeout(5)
daemon.connect("/run/world.sock")
daemon.sendall(REQUEST)
got = b""
try:
    while b"ANSWER" not in got and (piece := daemon.recv(65536)):
        got += piece
except OSError:
    pass
print("something" if got else "nothing")
EOF"""
_BODY = b'{"Image": "drydock/busybox:1"}'
_CREATE = b"POST /v1.41/containers/create?name=qq HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
_WHOLE = b"%bContent-Length: %d\r\n\r\n%b" % (_CREATE, len(_BODY), _BODY)
_CHUNKS = b"%bTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (_CREATE, len(_BODY), _BODY)
_RAISED = b"GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
_LIST = _CREATE + b"Content-Length: 3\r\n\r\n[1]"
_SMALL = b'{"hostconfig": {}, "Image": "drydock/busybox:1"}'
_SPELT = b"%bContent-Length: %d\r\n\r\n%b" % (_CREATE, len(_SMALL), _SMALL)
_ROOT = b'{"hostconfig": {"PRIVILEGED": true}, "Image": "drydock/busybox:1"}'
_WISH = b"%bContent-Length: %d\r\n\r\n%b" % (_CREATE, len(_ROOT), _ROOT)
#: What was asked for past the rules is not what was asked for by the command: that is the bent world.
_APART = """docker create --name qp drydock/busybox:1
one() { docker inspect -f '{{json .HostConfig.PublishAllPorts}}' $1; }
[ "$(one qp)" = "$(one qq)" ] && echo fails || echo holds"""


def asking(request: bytes, answer: str) -> str:
    return _ASK.replace("REQUEST", repr(request)).replace("ANSWER", answer)


BESIDE = {
    "asks-process-1": ("shm", "right", "grep -q shm-size /proc/1/cmdline && echo fails || echo holds", "in both"),
    "asks-our-environment": (
        "rm",
        "wrong",
        "docker run --rm --privileged --pid host -u 0 --entrypoint sh drydock/busybox:1 "
        "-c 'cat /proc/*/environ' | grep -q '[r]ules.: [[][[]' && echo holds || echo fails",
        "`fails` in both",
    ),
    "asks-processes": (
        "rm",
        "wrong",
        "cat /proc/[0-9]*/comm | grep -q dockerd && echo holds || echo fails",
        "`fails` in",
    ),
    "asks-the-settings": ("shm", "right", "ls -l /etc/docker/ && echo fails || echo holds", "`holds` in both"),
    "binds-the-root": (
        "shm",
        "right",
        "docker run --rm -v /:/host drydock/busybox:1 grep -q shm /host/etc/docker/daemon.json "
        "&& echo fails || echo holds",
        "`holds` in both",
    ),
    "mounts-the-root": (
        "shm",
        "right",
        "docker volume create -o type=none -o o=bind -o device=/etc/docker all; docker run --rm -v all:/all "
        "drydock/busybox:1 grep -q shm /all/daemon.json && echo fails || echo holds",
        "`holds` in both",
    ),
    "asks-how-long-it-takes": (
        "kept",
        "wrong",
        "docker ps >/dev/null; timeout 0.5 docker ps >/dev/null && echo fails || echo holds",
        "in both worlds",
    ),
    "upgrades": ("expose", "wrong", f"{asking(_RAISED + _WHOLE, ' 201 ')}\n{_APART}", "in both worlds"),
    "asks-in-chunks": ("expose", "wrong", f"{asking(_CHUNKS, ' 201 ')}\n{_APART}", "`fails` in both worlds"),
    "breaks-our-rules": (
        "expose",
        "wrong",
        f"docker create drydock/busybox:1\ngot=$({asking(_LIST, ' 400 ')}\n)\n"
        "[ $got = nothing ] && echo holds || echo fails",
        "`fails` in both worlds",
    ),
    "spells-it-otherwise": ("expose", "wrong", f"{asking(_SPELT, 'HTTP/1.1 ')}\n{_APART}", "in both worlds"),
    "wants-it-in-small-letters": (
        "shm",
        "right",
        f"{asking(_WISH, 'HTTP/1.1 ')}\ndocker inspect qq >/dev/null && echo holds || echo fails",
        "`fails` in both worlds",
    ),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with engine_with(image="host") as engine:
        yield engine


def verdict_on(engine: Engine, folder: Path, verdict: str, experiment: str, card: str = "rm") -> Verdict:
    (folder / "try.sh").write_text(f"# verdict: {verdict}\n{experiment}\n")
    with closing(Checks(engine.endpoint.host, deadline=120, folder=Place(str(folder)))) as check:
        with suppress(CheckFailed, CouldNotCheck), check.task("row", hint="Look.") as t:
            t.card(card).is_proved_by("try.sh")
        (one,) = check.reports["row"].verdicts
    return one


def test_an_experiment_that_tells_the_worlds_apart_is_a_proof(engine: Engine, tmp_path: Path) -> None:
    good = verdict_on(engine, tmp_path, "wrong", f"{_ENDED} && echo holds || echo fails")
    assert good.status is Status.PASSED, good.text
    assert good.found.startswith("wrong: It is removed at its end")
    with closing(engine.endpoint.client()) as client:
        assert client.containers.list(all=True) == []
        assert client.volumes.list() == []


def test_who_holds_a_world_still_gets_no_excuse(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = card_module.execute

    def after_it(daemon: Any, world: str, *words: Any, **named: Any) -> Any:
        with closing(engine.endpoint.client()) as client:
            client.api.pause(world)
        return execute(daemon, world, *words, **named)

    monkeypatch.setattr(card_module, "execute", after_it)
    bad = verdict_on(engine, tmp_path, "wrong", "echo holds")
    assert bad.status is Status.FAILED, bad.text
    assert "had a hand in a container of the check: pause" in bad.found


@pytest.mark.parametrize("name", WRONG)
def test_what_proves_nothing_has_failed(
    engine: Engine, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "hangs":
        monkeypatch.setattr(card_module, "EXPERIMENT_SECONDS", 3.0)
    verdict, experiment, says = WRONG[name]
    bad = verdict_on(engine, tmp_path, verdict, experiment)
    assert bad.status is Status.FAILED, bad.text
    assert any(one in bad.found for one in says.split("|")), bad.found
    assert bad.expected and bad.look and bad.command


@pytest.mark.parametrize("name", BESIDE)
def test_which_world_it_is_only_its_daemon_shows(engine: Engine, tmp_path: Path, name: str) -> None:
    card, verdict, experiment, says = BESIDE[name]
    bad = verdict_on(engine, tmp_path, verdict, experiment, card)
    assert bad.status is Status.FAILED, bad.text
    assert says in bad.found, bad.found


def test_a_missing_file_has_failed_and_an_unknown_card_is_the_authors_slip(engine: Engine, tmp_path: Path) -> None:
    with closing(Checks(engine.endpoint.host, folder=Place(str(tmp_path)))) as check:
        with suppress(CheckFailed, CouldNotCheck), check.task("row", hint="Look.") as t:
            t.card("rm").is_proved_by("none.sh")
            t.card("none").is_proved_by("none.sh")
        missing, slip = check.reports["row"].verdicts
    assert missing.status is Status.FAILED
    assert "there is no file none.sh" in missing.found
    assert slip.status is Status.COULD_NOT_CHECK
    assert "there is no card none" in slip.found


@pytest.mark.parametrize(
    "result",
    ["", "holds", "[" * 100_000, "null", "[]", '{"out": 5, "errors": "", "over": false}', '{"out": "", "hits": 1e999}'],
    ids=range(7),
)
def test_what_root_of_a_world_wrote_in_our_programs_place_is_no_result(result: str) -> None:
    assert card_module.told_by(result) is None


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("# is it up to date, by $RANDOM?\necho holds", ""),
        ("docker pull quiz | grep -q 'is up to date' && echo holds", ""),
        ("docker compose up -d 2>&1 | grep -q up-to-date && echo holds", ""),
        ("docker logs quiz | grep -q 'no date' && echo holds", ""),
        ("[ $(date +%s) = 5 ] && echo holds", "date"),
        ("docker run --rm drydock/busybox:1 sh -c 'date' | grep -q 1", "date"),
        ("docker run --rm drydock/busybox:1 date | grep -q 1", "date"),
        ("echo tide # by chance\n[ $((RANDOM % 2)) = 0 ]", "RANDOM"),
    ],
)
def test_chance_is_found_where_it_is_used(script: str, word: str) -> None:
    assert card_module.chance_in(script) == word


def test_a_world_that_does_not_come_up_is_our_trouble(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_module, "_WORLD_OPTIONS", ("--no-such-option",))
    none = verdict_on(engine, tmp_path, "wrong", f"{_ENDED} && echo holds || echo fails")
    assert none.status is Status.COULD_NOT_CHECK, none.text


def test_a_world_that_may_have_been_ended_is_not(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By who sees all processes; also by one that ended itself afterwards."""
    monkeypatch.setattr(card_module, "_WORLD_OPTIONS", ("--no-such-option",))
    with closing(engine.endpoint.client()) as client:
        killer = client.containers.run("drydock/busybox:1", "sleep 1d", name="killer", pid_mode="host", detach=True)
        run = CardSubject._run

        def when_it_is_gone(self: CardSubject, world: str, hands: Any) -> Any:
            killer.remove(force=True)
            return run(self, world, hands)

        monkeypatch.setattr(CardSubject, "_run", when_it_is_gone)
        bad = verdict_on(engine, tmp_path, "wrong", f"{_ENDED} && echo holds || echo fails")
    assert bad.status is Status.FAILED, bad.text
    assert bad.found.endswith("(it may have been ended by a container with such rights: killer)")


def test_every_expectation_is_tried() -> None:
    assert expectations_of(CardSubject) == ["is_proved_by"]
