"""A card's check on real daemons: an experiment that tells two worlds apart, and all those that don't."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

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
    "ends-its-world": ("wrong", "docker run --privileged --pid host -u 0 drydock/busybox:1 killall python3", "ended"),
    "answers-for-us": (
        "wrong",
        "docker run --privileged --pid host -u 0 drydock/busybox:1 "
        "sh -c 'for p in $(pidof python3); do echo no > /proc/$p/fd/1; done; killall python3'; echo holds",
        "neither|ended|both",
    ),
    "too-long": ("wrong", "#" * 20_000, "too long for an experiment"),
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


def test_a_world_that_does_not_come_up_is_our_trouble(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_module, "_WORLD_OPTIONS", ("--no-such-option",))
    none = verdict_on(engine, tmp_path, "wrong", f"{_ENDED} && echo holds || echo fails")
    assert none.status is Status.COULD_NOT_CHECK, none.text


def test_every_expectation_is_tried() -> None:
    assert expectations_of(CardSubject) == ["is_proved_by"]
