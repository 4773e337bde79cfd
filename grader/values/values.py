"""The values of one copy of a lab: what it asks for, what its key gives, and how to tell another copy's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.errors import ExpectedError
from grader.i18n import _
from grader.values.keys import DEFAULT_KEY, StudentKey

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
#: Things to put in order: more than a person would do one after the other.
MOST_IN_ORDER = 20
type Value = int | str | tuple[int | str, ...]


class BadDeclaration(ExpectedError):
    """The lab asks for a value in a way that can't be met; ``str()`` names the mistake."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "drydock author check")


@dataclass(frozen=True)
class Declaration:
    """A value's name, and what it is: one of ``choices``, a token of ``length`` characters, or all of ``order`` in an
    order of one's own.

    Raises BadDeclaration when made of anything else.
    """

    name: str
    choices: tuple[int | str, ...] = ()
    length: int = 0
    order: tuple[int | str, ...] = ()

    @classmethod
    def of(cls, name: object, of: object = None, length: object = None, order: object = None) -> Declaration:
        """Made from what an author wrote. Raises BadDeclaration."""
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise BadDeclaration(
                _("a value's name must be lower case letters, digits and dashes, not {name!r}").format(name=name)
            )
        if sum(one is not None for one in (of, length, order)) != 1:
            raise BadDeclaration(_("the value {name} needs one of these: of=…, length=… or order=…").format(name=name))
        if length is not None:
            return cls(name, length=_length(name, length))
        if order is not None:
            return cls(name, order=_things(name, "order", order, MOST_IN_ORDER))
        return cls(name, choices=_things(name, "of", of, MOST_CHOICES))

    def value(self, key: StudentKey) -> Value:
        """The value of whoever has ``key``: the same on every machine and in every version of Drydock."""
        if self.order:
            return self._shuffled(key)
        if self.choices:
            # 256 bits against at most ten thousand choices: no choice is measurably likelier.
            return self.choices[int.from_bytes(key.digest(self.name, "choice")) % len(self.choices)]
        body = _signs(key.digest(self.name, "token"), self.length - _CHECKSUM)
        return body + self._checksum(body)

    def _shuffled(self, key: StudentKey) -> tuple[int | str, ...]:
        """By Fisher and Yates: every order is as likely as any other."""
        things = list(self.order)
        for last in range(len(things) - 1, 0, -1):
            other = int.from_bytes(key.digest(self.name, "order", str(last))) % (last + 1)
            things[last], things[other] = things[other], things[last]
        return tuple(things)

    def _checksum(self, body: str) -> str:
        return _signs(hashlib.sha256(f"drydock token\0{self.name}\0{body}".encode()).digest(), _CHECKSUM + 1)[1:]

    def others_in(self, found: str, claim: str, own: Value) -> Iterator[int | str]:
        """Other copies' values in what was ``found``, when the ``claim`` is about the ``own`` one.

        Otherwise an exit code 137 would pass for somebody's port. An order is nothing that one text holds.
        """
        if not self.order and _is_word(str(own), claim):
            yield from (value for value in self.values_in(found) if value != own)

    def values_in(self, text: str) -> Iterator[int | str]:
        """The values some copy of the lab has that stand in ``text`` as words of their own."""
        if self.choices:
            yield from (choice for choice in self.choices if str(choice) in text and _is_word(str(choice), text))
            return
        for word in re.findall(rf"(?<![0-9A-Za-z])[{_SIGNS}]{{{self.length}}}(?![0-9A-Za-z])", text):
            if self._checksum(word[:-_CHECKSUM]) == word[-_CHECKSUM:]:
                yield word


def variable_of(name: str) -> str:
    """The environment variable in which what a notebook starts sees this value: ``cold-ship`` as VALUE_COLD_SHIP."""
    return f"VALUE_{name.upper().replace('-', '_')}"


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


def _things(name: str, word: str, given: object, most: int) -> tuple[int | str, ...]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise BadDeclaration(
            _("{name}: {word}= must be a list, a tuple or a range, not {given!r}").format(
                name=name, word=word, given=given
            )
        )
    if not 2 <= len(given) <= most:
        raise BadDeclaration(
            _("{name} needs from 2 to {most} choices, not {n}").format(name=name, most=most, n=len(given))
        )
    things = tuple(given)
    plain = all(isinstance(one, int | str) and not isinstance(one, bool) and str(one).strip() for one in things)
    if not plain or len({str(one) for one in things}) < len(things):
        raise BadDeclaration(_("the choices of {name} must be different texts or whole numbers").format(name=name))
    return things


# -- The values of one copy of a lab, and how to tell another copy's.


@dataclass(frozen=True)
class Stranger:
    """A value in some text that another copy of the lab has, and not this one."""

    declaration: Declaration
    value: int | str
    own: Value


class Values:
    """What ``check.value`` gives to the owner of ``key``."""

    def __init__(self, key: StudentKey = DEFAULT_KEY) -> None:
        self.key = key
        self._declared: dict[str, Declaration] = {}

    def get(self, name: object, *, of: object = None, length: object = None, order: object = None) -> Value:
        """The owner's value. Raises BadDeclaration, also when ``name`` was asked for in another way before."""
        asked = Declaration.of(name, of, length, order)
        if self._declared.setdefault(asked.name, asked) != asked:
            raise BadDeclaration(
                _("the value {name} is asked for in two ways; it must be the same everywhere").format(name=name)
            )
        return asked.value(self.key)

    def strangers(self, found: str, claim: str) -> Iterator[Stranger]:
        """Values of other copies in what was ``found``, of each name asked for that the ``claim`` is about."""
        for declaration in self._declared.values():
            own = declaration.value(self.key)
            yield from (Stranger(declaration, value, own) for value in declaration.others_in(found, claim, own))

    def reason(self, found: str, claim: str) -> str:
        """What to tell the owner when something else than claimed was ``found``: why, if it is another copy's.

        Empty when it is not. Names no other student.
        """
        for stranger in self.strangers(found, claim):
            words = {"name": stranger.declaration.name, "value": stranger.value, "own": stranger.own}
            if self.key != DEFAULT_KEY and stranger.value == stranger.declaration.value(DEFAULT_KEY):
                return _(
                    "“{value}” is the {name} in a copy without a key; in yours the {name} is “{own}”. Type your key"
                    " once (drydock values set KEY), run the lab again, and use the values it then shows."
                ).format(**words)
            return _(
                "“{value}” is the {name} in another student's copy of this lab; in yours the {name} is “{own}”."
                " Do the task with the values that your own copy shows."
            ).format(**words)
        return ""
