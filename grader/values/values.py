"""The values of one copy of a lab, and how to tell another copy's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.i18n import _
from grader.values.declaration import BadDeclaration, Declaration
from grader.values.keys import DEFAULT_KEY, StudentKey


@dataclass(frozen=True)
class Stranger:
    """A value in some text that another copy of the lab has, and not this one."""

    declaration: Declaration
    value: int | str
    own: int | str


class Values:
    """What ``check.value`` gives to the owner of ``key``."""

    def __init__(self, key: StudentKey = DEFAULT_KEY) -> None:
        self.key = key
        self._declared: dict[str, Declaration] = {}

    def get(self, name: object, *, of: object, length: object) -> int | str:
        """The owner's value. Raises BadDeclaration, also when ``name`` was asked for in another way before."""
        asked = Declaration.of(name, of, length)
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
