"""What a lab asks for: ``check.value("port", of=range(8080, 8100))``, as data that gives each key its value."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.errors import ExpectedError
from grader.i18n import _
from grader.values.keys import StudentKey

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
#: Neither vowels, so that no token is a word, nor characters that look alike. A token begins with a letter:
#: container, network and host names must.
_LETTERS = "bcdfghjkmnpqrstvwxz"
_SIGNS = _LETTERS + "23456789"
#: The last characters of a token are a checksum, so that another copy's token can be told from any other word.
_CHECKSUM = 2
SHORTEST, LONGEST = 6, 32
#: Enough for a port of one's own; more would only be slow to look through.
MOST_CHOICES = 10_000


class BadDeclaration(ExpectedError):
    """The lab asks for a value in a way that can't be met; ``str()`` names the mistake."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "drydock author check")


@dataclass(frozen=True)
class Declaration:
    """A value's name, and what it is: one of ``choices``, or a token of ``length`` characters.

    Raises BadDeclaration when made of anything else.
    """

    name: str
    choices: tuple[int | str, ...] = ()
    length: int = 0

    @classmethod
    def of(cls, name: object, of: object, length: object) -> Declaration:
        """Made from what an author wrote. Raises BadDeclaration."""
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise BadDeclaration(
                _("a value's name must be lower case letters, digits and dashes, not {name!r}").format(name=name)
            )
        if (of is None) == (length is None):
            raise BadDeclaration(_("the value {name} needs either of=… or length=…").format(name=name))
        if length is not None:
            return cls(name, length=_length(name, length))
        return cls(name, choices=_choices(name, of))

    def value(self, key: StudentKey) -> int | str:
        """The value of whoever has ``key``: the same on every machine and in every version of Drydock."""
        if self.choices:
            # 256 bits against at most ten thousand choices: no choice is measurably likelier.
            return self.choices[int.from_bytes(key.digest(self.name, "choice")) % len(self.choices)]
        body = _signs(key.digest(self.name, "token"), self.length - _CHECKSUM)
        return body + self._checksum(body)

    def _checksum(self, body: str) -> str:
        return _signs(hashlib.sha256(f"drydock token\0{self.name}\0{body}".encode()).digest(), _CHECKSUM + 1)[1:]

    def others_in(self, found: str, claim: str, own: int | str) -> Iterator[int | str]:
        """Other copies' values in what was ``found``, when the ``claim`` is about the ``own`` one.

        Otherwise an exit code 137 would pass for somebody's port.
        """
        if _is_word(str(own), claim):
            yield from (value for value in self.values_in(found) if value != own)

    def values_in(self, text: str) -> Iterator[int | str]:
        """The values some copy of the lab has that stand in ``text`` as words of their own."""
        if self.choices:
            yield from (choice for choice in self.choices if str(choice) in text and _is_word(str(choice), text))
            return
        for word in re.findall(rf"(?<![0-9A-Za-z])[{_SIGNS}]{{{self.length}}}(?![0-9A-Za-z])", text):
            if self._checksum(word[:-_CHECKSUM]) == word[-_CHECKSUM:]:
                yield word


def _signs(digest: bytes, length: int) -> str:
    number = int.from_bytes(digest)
    number, first = divmod(number, len(_LETTERS))
    text = _LETTERS[first]
    while len(text) < length:
        number, sign = divmod(number, len(_SIGNS))
        text += _SIGNS[sign]
    return text


def _is_word(word: str, text: str) -> bool:
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])", text) is not None


def _length(name: str, length: object) -> int:
    if not isinstance(length, int) or isinstance(length, bool) or not SHORTEST <= length <= LONGEST:
        raise BadDeclaration(
            _("the length of {name} must be a whole number from {low} to {high}, not {length!r}").format(
                name=name, low=SHORTEST, high=LONGEST, length=length
            )
        )
    return length


def _choices(name: str, of: object) -> tuple[int | str, ...]:
    if isinstance(of, str) or not isinstance(of, Sequence):
        raise BadDeclaration(_("{name}: of= must be a list, a tuple or a range, not {of!r}").format(name=name, of=of))
    if not 2 <= len(of) <= MOST_CHOICES:
        raise BadDeclaration(
            _("{name} needs from 2 to {most} choices, not {n}").format(name=name, most=MOST_CHOICES, n=len(of))
        )
    choices = tuple(of)
    plain = all(isinstance(one, int | str) and not isinstance(one, bool) and str(one).strip() for one in choices)
    if not plain or len({str(one) for one in choices}) < len(choices):
        raise BadDeclaration(_("the choices of {name} must be different texts or whole numbers").format(name=name))
    return choices
