"""The kinds of things a task can be about, by their names: ``t.container``, ``t.volume`` and what packages add."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from grader import plugins
from grader.checks.errors import AuthorError
from grader.checks.expectation import Subject
from grader.i18n import _


class UnknownKind(AuthorError, AttributeError):
    """A task has no such kind of thing: the author's slip, or a package that is not installed here."""


def kind_named(name: str) -> type[Subject]:
    """The class of a kind. Raises UnknownKind, and PluginError for one that can't be used."""
    try:
        return plugins.load(plugins.Group.KINDS, name, _checked)
    except KeyError:
        known = ", ".join(plugins.names(plugins.Group.KINDS))
        raise UnknownKind(
            _("no kind of thing is called {name}; there are {known}").format(name=name, known=known)
        ) from None


def registered(tell: Callable[[str], None] = lambda sentence: None) -> dict[str, type[Subject]]:
    """All that can be used, by name; ``tell`` gets a sentence on each of the others. Raises PluginError where ours are
    not registered."""
    return _usable(plugins.names(plugins.Group.KINDS), tell)


def own() -> dict[str, type[Subject]]:
    """Drydock's own that can be used, by name: nobody has asked for another package's yet. Raises PluginError."""
    return _usable(plugins.own(plugins.Group.KINDS), lambda sentence: None)


def _usable(names: Iterable[str], tell: Callable[[str], None]) -> dict[str, type[Subject]]:
    found = {}
    for name in names:
        try:
            found[name] = kind_named(name)
        except plugins.PluginError as error:
            tell(str(error))
    return found


def preload() -> None:
    """Import our own: once in a process that forks, not in each one forked. Trouble is told when it is met."""
    with suppress(plugins.PluginError):
        own()


def _checked(found: object) -> type[Subject]:
    if not (isinstance(found, type) and issubclass(found, Subject)):
        raise TypeError(_("it is no subclass of Subject"))
    return found
