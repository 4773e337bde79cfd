"""What an experiment showed, told by a function of its author's: which of a prediction's choices came true."""

from __future__ import annotations

import re
from collections.abc import Callable

from grader.checks.answer import Facts
from grader.checks.errors import AuthorError
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.errors import NoAnswer, OneLine
from grader.i18n import _
from grader.report.plain import printable


class Seen(Facts):
    """The argument of that function: the daemon's facts, and what the experiment's cell printed."""

    def __init__(self, daemon: Daemon, printed: str) -> None:
        super().__init__(daemon)
        self._printed = printed

    @property
    def printed(self) -> str:
        """All of it. Raises LookupError where that is nothing: what isn't in there would be no news."""
        if not self._printed.strip():
            raise LookupError("it printed nothing")
        return self._printed

    def says(self, pattern: str) -> bool:
        """Whether the cell printed something that fits a regular expression."""
        return re.search(pattern, self.printed, re.MULTILINE) is not None

    def read(self, pattern: str) -> str:
        """What the cell printed: the expression's first group, or all that fits it. Raises LookupError."""
        found = re.search(pattern, self.printed, re.MULTILINE)
        if found is None:
            raise LookupError(pattern)
        return str(found[1] if found.re.groups else found[0])

    def containers(self, **filters: str) -> list[Attrs]:
        """``docker ps --all --filter …``, the newest first, with the API's words: Id, Names, Image, Command, State."""
        return list(self._daemon.ask(lambda client: client.containers(all=True, filters=filters)))


#: True is the first choice, False the second; else it is the choice's number, and the first one is 1. None: can't tell.
Observe = Callable[[Seen], bool | int | None]


class NothingSeen(OneLine):
    """The experiment has left nothing to tell the outcome by; ``str()`` says what was looked for."""


def outcome(name: str, observe: Observe, seen: Seen, choices: int) -> int:
    """The number of the choice that came true. Raises NothingSeen, and AuthorError for what is no choice."""
    try:
        seen.version()  # A daemon that doesn't answer now may not have answered the experiment.
        found = observe(seen)
        if found is None:
            raise LookupError("None")
    except (NoAnswer, LookupError, ValueError, TypeError, AttributeError) as missing:
        # Whether what it asks for is there is in the student's hands: the experiment may have gone wrong.
        why = printable(f"{type(missing).__name__}: {missing}")
        raise NothingSeen(
            _("the experiment does not show the outcome of the prediction {name}: {why}").format(name=name, why=why)
        ) from missing
    number = {True: 1, False: 2}[found] if isinstance(found, bool) else found
    if not isinstance(number, int) or not 1 <= number <= choices:
        raise AuthorError(
            _("the outcome of the prediction {name} is {found!r}, and not one of its {count} choices").format(
                name=name, found=found, count=choices
            )
        )
    return number
