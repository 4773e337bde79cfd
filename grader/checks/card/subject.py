"""``t.card("expose")``: a student's experiment is run in two fresh worlds, and must tell them apart."""

from __future__ import annotations

import json
import re
import secrets
import shlex
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from grader.checks.card import about_containers, about_data, about_images, about_reach
from grader.checks.card.card import Card
from grader.checks.card.world import BEGUN
from grader.checks.commands import Outcome, execute
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Context, Finding, Subject, expectation
from grader.checks.files import Entry, packed
from grader.checks.folder import entry_in, root_of, within
from grader.checks.host.daemon import host_image
from grader.checks.meddling import must_be_alone, of_undone, strong_hands
from grader.checks.throwaway import throwaway
from grader.docker_api import blame
from grader.docker_api.daemon import Attrs
from grader.docker_api.errors import Obstructed, Refused
from grader.i18n import _
from grader.report.plain import excerpt

#: An experiment has so long in each world; the lab's text says so. Both fit into a check's time, so that one that takes
#: all of it in the first is never cut short in the second.
EXPERIMENT_SECONDS = 20.0
#: And its world so long to begin and to end it.
_SPARE = 5.0
#: A world is there in two seconds, where the machine has nothing else to do.
_WORLD_SECONDS = 30.0
#: A name that no network of the world knows is refused at once, rather than looked for outside.
_WORLD_OPTIONS = ("--dns=127.0.0.1",)
#: What runs in a world, and where it finds the modules that it is made of (_files).
_PROGRAM = "import sys; sys.path.insert(0, '/etc/docker'); from grader.checks.card.world import main; main()"
_MODULES = ("world", "proxy", "policy")
#: Longer ones are no experiments of anybody's.
_LONGEST = 16 * 1024
_VERDICT = re.compile(r"^\s*#\s*verdict:\s*(\w*)", re.IGNORECASE | re.MULTILINE)
#: What an experiment has no use for: each world is fresh, so a name of one's own is free there.
_CHANCE = re.compile(
    r"\bRANDOM\b|/dev/u?random|\bshuf\b|\bs?rand\(|random/uuid|\bmktemp\b|(?<!\bup[ -]to[ -])(?<!\bno )\bdate\b"
)
#: In a comment it is a word like any other.
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_SAYS = ("holds", "fails")


@dataclass(frozen=True)
class Told:
    """What an experiment came to in one world."""

    says: str
    shown: str
    over: bool = False
    #: How many of its requests were about what is bent there.
    hits: int = 0


class CardSubject(Subject):
    """``t.card("expose")``: one card of the deck (docs/checks.md)."""

    kind = "card"
    on_hosts = False

    @classmethod
    def stated(cls, context: Context, name: str) -> Self:
        made = cls(context, name)
        made._card()
        return made

    @property
    def what(self) -> str:
        return _("Card {name}").format(name=self.name)

    def _card(self) -> Card:
        for card in deck():
            if card.name == self.name:
                return card
        raise AuthorError(_("there is no card {name}").format(name=self.name))

    def _fetch(self) -> Attrs:
        return {}

    @expectation
    def is_proved_by(self, path: str) -> Claim:
        """This file of the lab's folder, a shell script, says `holds` in a world where the card's sentence holds and
        `fails` in one where it doesn't; and its line `# verdict:` is right about Docker as it is."""
        inner, card = within(path, "path"), self._card()
        return Claim(
            _("“{sentence}” {path} proves whether it is so").format(sentence=card.sentence, path=inner),
            _("`holds` in a world where the sentence holds, `fails` in one where it doesn't, and the right verdict"),
            lambda _attrs: self._tried(card, inner),
            f"sh {shlex.quote(inner)}",
            _("Where the sentence held, what would you see? Where it didn't? Do it, look, and print which of the two."),
        )

    def _tried(self, card: Card, path: str) -> Finding:
        script = self._script(path)
        verdict = next(iter(_VERDICT.findall(script)), "").lower()
        if verdict not in ("right", "wrong"):
            found = _("{path} has no line `# verdict: right` or `# verdict: wrong`").format(path=path)
            return Finding(False, found, f"cat {shlex.quote(path)}")
        if chance := chance_in(script):
            found = _("the experiment uses {word}; each world is fresh, so nothing in it needs chance or time")
            return Finding(False, found.format(word=chance))
        told = self._in_both(card, script)
        return _unfinished(told, self._seconds) or _alike(card, told) or _judged(card, verdict)

    def _script(self, path: str) -> str:
        entry = entry_in(root_of(self._context), path)
        if entry is None or entry.kind != "file":
            raise Obstructed(_("there is no file {path}").format(path=path), command="ls -l")
        if entry.size > _LONGEST:
            raise Obstructed(_("{path} is too long for an experiment").format(path=path), command="ls -l")
        return entry.content.decode("utf-8", "replace").replace("\0", "")

    def _in_both(self, card: Card, script: str) -> Mapping[bool, Told]:
        """By whether the sentence holds there. Nobody knows which of the two comes first. Raises NoAnswer."""
        order = [True, False] if secrets.randbelow(2) else [False, True]
        told, hands = {}, strong_hands(self._daemon)
        with self._world(card, script, order[0]) as first, self._world(card, script, order[1]) as second:
            for holds, world in zip(order, (first, second), strict=True):
                told[holds] = self._run(world, hands)
                if not told[holds].says:
                    break
        return told

    @contextmanager
    def _world(self, card: Card, script: str, holds: bool) -> Iterator[str]:
        bent = holds is not card.holds
        host = {"Privileged": True, "NetworkMode": "none"}
        with throwaway(self._daemon, host_image(self._daemon), _WORLD_OPTIONS, host=host) as world:
            files = _files(card, script, bent=bent, seconds=self._seconds)
            self._daemon.ask(lambda client: client.put_archive(world, "/etc", files))
            self._daemon.ask(lambda client: client.start(world), patience=_WORLD_SECONDS)
            yield world

    def _run(self, world: str, hands: Collection[str]) -> Told:
        had = min(_WORLD_SECONDS * self._daemon.pace(), self._daemon.deadline.remaining())
        not_up = _("a world for the experiment did not come up: {why}")
        try:
            outcome, first = execute(self._daemon, world, ["ready"], seconds=had)
        except (Refused, Obstructed) as trouble:
            # It is our container: nothing of the student's has run in it.
            must_be_alone(self._daemon, world, None)
            raise of_undone(self._daemon, not_up.format(why=trouble), hands) from trouble
        must_be_alone(self._daemon, world, {first})
        if outcome.code != 0:
            raise of_undone(self._daemon, not_up.format(why=_last(outcome)), hands)
        program = ["python3", "-I", "-S", "-B", "-c", _PROGRAM]
        longest = self._seconds + _SPARE * self._daemon.pace()
        outcome, second = execute(self._daemon, world, program, seconds=longest)
        must_be_alone(self._daemon, world, {first, second})
        begun, _newline, result = outcome.output.partition("\n")
        # Killed before it began: a student's containers may have taken all memory there is.
        if begun != BEGUN and outcome.code != 137:
            why = _("a world for the experiment can't be made: {why}").format(why=_last(outcome))
            raise of_undone(self._daemon, why, hands)
        told = told_by(result)
        if told is None:
            return Told("", _("it ended the world that it ran in"))
        if told.over:
            blame.must_have_had(self._daemon, self._seconds, self._seconds)
        return told

    @property
    def _seconds(self) -> float:
        """What an experiment has in each world, on this engine."""
        return EXPERIMENT_SECONDS * self._daemon.pace()


def _files(card: Card, script: str, *, bent: bool, seconds: float) -> bytes:
    """What dockerd and our program read of a world, as a tar for /etc, in a folder that only root looks into.

    A command line or a variable of theirs would tell the experiment in which world it is.
    """
    about = {"rules": card.bend, "bent": bent, "seconds": seconds, "experiment": script}
    texts = {"daemon.json": json.dumps(card.options if bent else {}), "world.json": json.dumps(about)}
    here = Path(__file__).parent
    texts |= {f"grader/checks/card/{name}.py": (here / f"{name}.py").read_text("utf-8") for name in _MODULES}
    contents = {f"docker/{name}": text.encode() for name, text in texts.items()}
    files = {name: Entry("file", 0o600, 0, 0, len(content), content=content) for name, content in contents.items()}
    return packed({"docker": Entry("folder", 0o700, 0, 0, 0), **files})


def chance_in(script: str) -> str:
    """What in it is different each time; nothing: it has no such thing."""
    found = _CHANCE.search(_COMMENT.sub("", script))
    return found[0] if found else ""


def told_by(result: str) -> Told | None:
    """What the world's program wrote at the end; whoever is root there may have written something else: None."""
    try:
        said: Any = json.loads(result)
        out, errors, over, hits = str(said["out"]), str(said["errors"]), said["over"] is True, int(said["hits"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    lines = [line.strip() for line in out.splitlines() if line.strip()]
    says = lines[-1] if lines and lines[-1] in _SAYS and not over else ""
    shown = excerpt("\n".join([*lines[-4:], errors.strip()[-300:]]).strip()) or _("nothing")
    return Told(says, shown, over, hits)


def _last(outcome: Outcome) -> str:
    return excerpt((outcome.errors or outcome.output).strip()[-300:])


def _unfinished(told: Mapping[bool, Told], seconds: float) -> Finding | None:
    for holds, one in sorted(told.items(), reverse=True):
        where = _("where the sentence holds") if holds else _("where the sentence doesn't hold")
        if one.over:
            found = _("{where} the experiment did not end within {seconds:g} s; it had printed: {shown}")
            return Finding(False, found.format(where=where, seconds=seconds, shown=one.shown))
        if not one.says:
            found = _("{where} the last line that it printed is neither `holds` nor `fails`: {shown}")
            return Finding(False, found.format(where=where, shown=one.shown))
    return None


def _alike(card: Card, told: Mapping[bool, Told]) -> Finding | None:
    said = {holds: told[holds].says for holds in told}
    if said[True] == said[False]:
        found = _(
            "it said `{says}` in both worlds: it does not look at what the sentence is about; it printed: {shown}"
        )
        return Finding(False, found.format(says=said[True], shown=told[card.holds].shown))
    if said[True] == "fails":
        found = _("it said `fails` where the sentence holds and `holds` where it doesn't: it is the wrong way round")
        return Finding(False, found)
    if card.bend and not told[not card.holds].hits:
        return Finding(False, _("its answers differ, but it did nothing that the sentence is about: that is chance"))
    return None


def _judged(card: Card, verdict: str) -> Finding:
    if (verdict == "right") is not card.holds:
        found = _("the experiment is good: it tells the two worlds apart. But your verdict is “{verdict}”")
        look = _("Run the experiment on your own Docker, which is one as it is, and believe it.")
        return Finding(False, found.format(verdict=verdict), look=look)
    word = _("right") if card.holds else _("wrong")
    return Finding(True, f"{word}: {card.said} {card.source}")


def deck() -> Iterator[Card]:
    """The course's own cards, in the order of the lab's suits: a module for each part, asked when a text is needed."""
    for part in (about_containers, about_images, about_reach, about_data):
        yield from part.cards()
