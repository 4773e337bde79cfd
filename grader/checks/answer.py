"""Answers that are a value: where they are kept, and what a task expects of them.

An answer lives on the daemon, as a label of an empty volume: so it is graded like everything else, by what
the daemon holds, and not by anything in the student's kernel.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from grader.checks import arguments, fingerprint
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, Subject, expectation
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.errors import Refused
from grader.i18n import _

LABEL = "drydock.answer"
_VOLUME = "drydock-answer-"
#: Characters of the longest answer: it is a value, not an essay.
LONGEST = 1000


def volume_name(name: str) -> str:
    """The volume that keeps the answer called ``name``. Raises AuthorError."""
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}", name):
        raise AuthorError(
            _("an answer's name must be like a task's: lower case, digits, dashes; not {name!r}").format(name=name)
        )
    return f"{_VOLUME}{name}"


def store(daemon: Daemon, name: str, value: object) -> str:
    """Keep ``value`` as the answer, in place of an earlier one. Returns the text that was kept."""
    volume = volume_name(name)
    if isinstance(value, list) and len(value) == 1:
        # `words = !command` gives a list of lines; of a single one, that line is meant.
        value = value[0]
    answer = str(value).strip()
    if not answer or len(answer) > LONGEST:
        raise AuthorError(_("an answer must have 1 to {most} characters").format(most=LONGEST))
    if daemon.find(lambda client: client.inspect_volume(volume)) is not None:
        # A volume's labels can't be changed.
        daemon.ask(lambda client: client.remove_volume(volume))
    daemon.ask(lambda client: client.create_volume(volume, labels={LABEL: answer}))
    return answer


class Facts:
    """What the daemon says, for answers that depend on it: the argument of ``equals_found``'s function."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    def container(self, name: str) -> Attrs:
        """``docker container inspect``"""
        return dict(self._daemon.ask(lambda client: client.inspect_container(name)))

    def image(self, reference: str) -> Attrs:
        """``docker image inspect``"""
        known = self._daemon.course_image(reference)
        return dict(self._daemon.ask(lambda client: client.inspect_image(known["Id"] if known else reference)))

    def network(self, name: str) -> Attrs:
        """``docker network inspect``"""
        return dict(self._daemon.ask(lambda client: client.inspect_network(name)))

    def volume(self, name: str) -> Attrs:
        """``docker volume inspect``"""
        return dict(self._daemon.ask(lambda client: client.inspect_volume(name)))

    def version(self) -> Attrs:
        """``docker version``, the server's part"""
        return dict(self._daemon.ask(lambda client: client.version()))

    def info(self) -> Attrs:
        """``docker info``"""
        return self._daemon.info()


class _NothingThere(Exception):
    """What an answer is compared with is missing; ``str()`` is the daemon's word on it, if it said one."""


class Answer(Subject):
    """``t.answer("exit-code")``: what a task expects of an answer."""

    kind = "answer"
    on_hosts = False

    @property
    def what(self) -> str:
        return _("Answer {name}").format(name=self.name)

    def _fetch(self) -> Attrs | None:
        volume = volume_name(self.name)
        return self._daemon.find(lambda client: client.inspect_volume(volume))

    def _missing(self) -> Finding:
        like = self._misspelt()
        return Finding(
            False,
            _("no answer of that name, but one named {name}").format(name=like) if like else _("no answer yet"),
            f'check.answer("{self.name}", …)',
            _("Give your answer in the cell above, run it, then run this check again."),
        )

    def _misspelt(self) -> str:
        """The name of an answer that was probably meant to be this one; "" without any."""
        found = self._daemon.ask(lambda client: client.volumes({"name": _VOLUME})).get("Volumes") or []
        names = [str(volume["Name"]).removeprefix(_VOLUME) for volume in found]
        return next(iter(get_close_matches(self.name, names, n=1)), "")

    @expectation
    def matches(self, *fingerprints: str) -> Claim:
        """It is the value one of these fingerprints was made of (case and outer spaces don't matter)."""
        for one in arguments.texts(fingerprints, "fingerprints"):
            fingerprint.matches(one, self.name, "")
        return self._claim(lambda given: any(fingerprint.matches(f, self.name, given) for f in fingerprints))

    @expectation
    def equals_found(self, find: Callable[[Facts], Any], *, shortest: int | None = None) -> Claim:
        """It is what ``find`` reads from the daemon; ``shortest``: that many leading characters are enough."""
        if not callable(find):
            raise AuthorError(_("the first argument must be a function of the daemon's facts"))

        def right(given: str) -> bool:
            try:
                truth = fingerprint.normalised(str(find(Facts(self._daemon))))
            except Refused as refusal:
                if refusal.status != 404:
                    raise
                raise _NothingThere(refusal.explanation) from refusal
            except (LookupError, TypeError, AttributeError, ValueError, StopIteration) as missing:
                # Whether what it asks for is there is in the student's hands: a network the container is on, say.
                raise _NothingThere from missing
            answer = fingerprint.normalised(given)
            return answer == truth or (shortest is not None and len(answer) >= shortest and truth.startswith(answer))

        return self._claim(right)

    def _claim(self, right: Callable[[str], bool]) -> Claim:
        def judge(attrs: Attrs) -> Finding:
            given = str((attrs.get("Labels") or {}).get(LABEL, ""))
            if not given:  # `docker volume create` made it; what it is compared with may be nothing, too.
                return Finding(False, _("no answer yet"))
            if len(given) > LONGEST:
                return Finding(False, _("an answer of {count} characters").format(count=len(given)))
            shown = _("your answer: {given}").format(given=given)
            try:
                return Finding(right(given), shown)
            except _NothingThere as nothing:
                lacking = _("what it is compared with is not on the daemon")
                return Finding(False, ". ".join(part for part in (shown, lacking, str(nothing)) if part))

        return Claim(
            _("The answer {name} is right").format(name=self.name),
            _("what the daemon says"),
            judge,
            "",
            _("Don't guess: run the experiment again and read what the daemon shows."),
        )
