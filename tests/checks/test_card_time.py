"""An experiment's time in two worlds, by a clock that is ours. No daemon."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.checks import commands
from grader.checks.card import CardSubject, world
from grader.checks.card import subject as card_module
from grader.checks.card.proxy import Replied
from grader.checks.card.subject import deck
from grader.checks.card.world import BEGUN
from grader.checks.expectation import Context
from grader.checks.folder import Place
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import CHECK_SECONDS, Deadline
from grader.report.verdicts import Status, Verdict

#: Until both worlds are there, on a machine that has much else to do.
_START = 8.0


def judged(monkeypatch: pytest.MonkeyPatch, folder: Path, takes: float, pace: float = 1) -> Verdict:
    """Of an experiment that takes so many seconds in each world, and prints `holds`."""
    now, script = [time.monotonic()], "# verdict: wrong\nsleep; echo holds\n"
    (folder / "try.sh").write_text(script)
    worlds: list[float] = []

    def output(_daemon: Daemon, identifier: str, limit: Deadline) -> tuple[bytes, bool]:
        if "ready" in identifier:
            now[0] += _START if len(asked) == 1 else 0
            return b"", True
        needed, left = min(takes, worlds[0]), limit.remaining()
        now[0] += min(needed, left)
        if left < needed:
            return b"", False
        over = takes >= worlds[0]
        said = json.dumps({"over": over, "out": "" if over else "holds\n", "errors": "", "hits": 1})
        text = f"{BEGUN}\n{said}\n".encode()
        return b"\x01\0\0\0" + len(text).to_bytes(4, "big") + text, True

    asked: list[str] = []

    def post(_daemon: Daemon, _path: str, body: Any) -> dict[str, str]:
        asked.append("ready" if body["Cmd"] == ["ready"] else "program")
        return {"Id": asked[-1]}

    def files(_card: Any, _script: str, *, seconds: float, **_more: Any) -> bytes:
        worlds.append(seconds)
        return b""

    @contextmanager
    def made(*_words: Any, **_more: Any) -> Iterator[str]:
        yield "world"

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(commands, "_output", output)
    monkeypatch.setattr(commands, "_exit_code", lambda *_words: 0)
    monkeypatch.setattr(Daemon, "post", post)
    monkeypatch.setattr(Daemon, "ask", lambda *_words, **_more: None)
    monkeypatch.setattr(Daemon, "answers_promptly", lambda _daemon: True)
    monkeypatch.setattr(Daemon, "pace", lambda _daemon: pace)
    for name in ("strong_hands", "host_image"):
        monkeypatch.setattr(card_module, name, lambda _daemon: ())
    monkeypatch.setattr(card_module, "must_be_alone", lambda *_words: None)
    monkeypatch.setattr(card_module, "throwaway", made)
    monkeypatch.setattr(card_module, "_files", files)
    daemon = Daemon(Connection("unix:///nobody"), Deadline(CHECK_SECONDS * pace))
    with ExitStack() as cleanup, suppress(Exception):
        context = Context("row", daemon, folder=Place(str(folder)), cleanup=cleanup)
        CardSubject.stated(context, "rm").is_proved_by("try.sh")
    monkeypatch.undo()
    return context.verdicts[0]


@pytest.mark.parametrize("takes", [1, 19, 19.9, 20, 24, 29, 31, 86400])
@pytest.mark.parametrize("pace", [1, 8])
def test_however_long_an_experiment_takes_it_is_judged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, takes: float, pace: float
) -> None:
    one = judged(monkeypatch, tmp_path, takes * pace, pace)
    assert one.status is Status.FAILED, one.text
    says = "in both worlds" if takes < 20 else f"did not end within {20 * pace:g} s"
    assert says in one.found


@pytest.mark.parametrize(
    ("young", "ill", "waits", "is_let_in"), [(6, False, 8, True), (1, True, 3, False), (86400, False, 17, False)]
)
def test_a_world_where_the_healthy_come_first_leaves_time_to_look(
    monkeypatch: pytest.MonkeyPatch, young: float, ill: bool, waits: float, is_let_in: bool
) -> None:
    """On a machine where `docker ps` takes a second."""
    (card,) = [card for card in deck() if card.name == "depends"]
    ((route, code),) = card.bend
    now = [0.0]

    def sh(command: str, **_variables: str) -> str:
        now[0] += 1
        if command.startswith("docker inspect"):
            return "depends_on"
        return "4c2f" if now[0] < young or (ill and "unhealthy" in command) else ""

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(world, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    for name, value in {
        "RULES": [(route, compile(code, "rule", "exec"))],
        "in_force": True,
        "late": world.PATIENCE * card_module.EXPERIMENT_SECONDS,
        "sh": sh,
    }.items():
        monkeypatch.setattr(world, name, value)
    refused = False
    try:
        world.asked_for("POST", "/v1.43/containers/4c2f/start", b"")
    except Replied:
        refused = True
    assert refused is not is_let_in
    assert now[0] <= waits
