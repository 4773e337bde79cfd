"""What the running cell prints: Docker's words for the mistakes of a first hour get a sentence that says what to do."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

from grader.i18n import _

#: A registry that can't even be looked up, to the end of what is said of that.
_NO_REGISTRY = re.compile(r'Get "[^"\s]*/v2/[^"\s]*": dial tcp: lookup [^\r\n)]*')
#: What a line that names one may begin with.
_TROUBLE = re.compile(r'Error response from daemon|failed to|Get "http')
#: In which form it is said which image was wanted.
_WANTED = re.compile(
    r"Unable to find image '([^'\s]+)' locally|failed to solve: (\S+): failed|[?&]fromImage=([^\s&()]+)(?: |&|$)"
)
#: As the answer to a command: what `docker inspect` shows of such a container has the end of it, too. Only `docker run`
#: begins with its name.
_PORT_TAKEN = re.compile(
    r"(docker: )?(?:Error response from daemon|Server Error)[^\r\n]* "
    r"Bind for \S*?:(\d+) failed: port is already allocated"
)
_FEW_BYTES = re.compile(r"Minimum memory limit allowed is \d+MB")
_NAME_TAKEN = re.compile(r'The container name "/([\w.-]+)" is already in use')
#: runc's words for `docker run IMAGE --name web`.
_OPTION_AS_COMMAND = re.compile(r'exec: "(--?[a-z][\w-]*)[^"]*": executable file not found')
#: Of what a cell printed, the last characters are looked at.
_KEPT = 20_000


class Printed:
    """Kept for what can only be told from that, and shown without a name resolver's words."""

    def __init__(self) -> None:
        self._text = ""
        self._told = False
        self._undo: list[Callable[[], None]] = []

    @property
    def text(self) -> str:
        return self._text

    def begin(self, _info: Any = None) -> None:
        """IPython's pre_run_cell."""
        self._end_watching()
        self._text, self._told = "", False
        for stream in (sys.stdout, sys.stderr):
            self._undo.append(self._watch(stream))

    def _watch(self, stream: Any) -> Callable[[], None]:
        write, held = stream.write, [""]

        def watched(text: Any) -> Any:
            if not isinstance(text, str):
                return write(text)
            self._text = (self._text + text)[-_KEPT:]
            # A script's output comes in pieces: what may be such a line is shown when it is whole.
            shown = held[0] + text
            last = max(shown.rfind("\n"), shown.rfind("\r")) + 1
            cut = last if _TROUBLE.search(shown, last) else len(shown)
            held[0] = shown[cut:]
            write(_without_lookup(shown[:cut]))
            return len(text)

        def undo() -> None:
            stream.write = write
            write(_without_lookup(held[0]))

        stream.write = watched
        return undo

    def _end_watching(self) -> None:
        while self._undo:
            self._undo.pop()()

    def end(self, result: Any = None) -> None:
        """IPython's post_run_cell."""
        self._end_watching()
        sentence = self.sentence(str(getattr(result, "error_in_exec", None) or ""))
        if sentence:
            print(sentence, file=sys.stderr)

    def sentence(self, more: str = "") -> str:
        """What to tell of what Docker said; "" where it says it best itself, or where it has been told."""
        said = "" if self._told else sentence_for_words(self._text + more)
        self._told = self._told or bool(said)
        return said


def sentence_for_words(words: str) -> str:
    """For the mistake that was made last."""
    if _NO_REGISTRY.search(words):
        return _unknown_image(words)
    mistakes = (_PORT_TAKEN, _NAME_TAKEN, _FEW_BYTES, _OPTION_AS_COMMAND)
    found = [match for mistake in mistakes for match in mistake.finditer(words)]
    last = max(found, key=lambda match: match.start(), default=None)
    if last is None:
        return ""
    if last.re is _PORT_TAKEN:
        taken = _("Port {port} is taken by another container: docker ps shows by which.").format(port=last[2])
        made = _("The new container is there, but wasn't started: docker rm removes it, too.") if last[1] else ""
        return f"{taken} {made}".rstrip()
    if last.re is _FEW_BYTES:
        return _("A number alone is in bytes: give the limit its unit, as in 64m.")
    if last.re is _OPTION_AS_COMMAND:
        return _(
            "{option} stands behind the image, where the container's command stands: options come before the image. "
            "docker run has left a container that never ran: docker ps --all shows it."
        ).format(option=last[1])
    return _("There is a container {name} already. docker rm -f {name} removes it; then this works.").format(
        name=last[1]
    )


def _without_lookup(text: str) -> str:
    return _NO_REGISTRY.sub(_("no registry answers."), text)


def _unknown_image(told: str) -> str:
    found = _WANTED.search(told)
    name = next(filter(None, found.groups()), "") if found else ""
    return (
        _(
            "There is no image {name} on your lab daemon, and it has no internet to fetch one from. "
            "Mind the spelling and the tag; those it has: docker image ls"
        )
        .format(name=name)
        .replace("  ", " ")
    )
