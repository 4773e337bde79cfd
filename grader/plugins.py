"""What packages add to Drydock by entry point: engines, image recipes and kinds of things to check.

Drydock's own are registered in the same way (pyproject.toml). docs/extending.md shows how to write one. Another
package's is not imported before somebody asks for it by its name, or for all (drydock doctor); one that can't be used
costs only itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from grader import extras
from grader.errors import ExpectedError
from grader.i18n import _

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

OURS = "drydock-course"


class Group(StrEnum):
    """What can be added; the values are the names of the entry points' groups."""

    ENGINES = "drydock.engines"
    RECIPES = "drydock.recipes"
    KINDS = "drydock.kinds"

    @property
    def thing(self) -> str:
        """The name of one of them, for a person."""
        return {
            Group.ENGINES: _("engine"),
            Group.RECIPES: _("image recipe"),
            Group.KINDS: _("kind of thing to check"),
        }[self]


class PluginError(ExpectedError):
    """A package's plug-in can't be used. ``str()`` is a sentence that names the package."""


@dataclass(frozen=True)
class _Offer:
    package: str
    entry: EntryPoint


@dataclass(frozen=True)
class _Found:
    """What is installed: for each group the offers by name, and a sentence on each package that can't be read."""

    offers: dict[Group, dict[str, list[_Offer]]]
    unreadable: tuple[str, ...]


@cache
def _found() -> _Found:
    # 45 ms of CPU that a command which asks for nothing here, or an engine's supervisor, does without.
    from importlib.metadata import distributions

    offers: dict[Group, dict[str, list[_Offer]]] = {group: {} for group in Group}
    unreadable: list[str] = []
    seen: set[str] = set()
    for distribution in distributions():
        try:
            # Most packages have nothing for us, and parsing all of them takes three times as long as reading them.
            if "[drydock." not in (distribution.read_text("entry_points.txt") or ""):
                continue
            package = _name_of(distribution)
            # The first on the path is the one that is imported.
            if package in seen:
                continue
            seen.add(package)
            for entry in distribution.entry_points:
                if entry.group in set(Group):
                    offers[Group(entry.group)].setdefault(entry.name, []).append(_Offer(package, entry))
        except Exception as error:  # whatever somebody's files lead to
            what = _("The entry points of the package {package} can't be read: {why}.")
            unreadable.append(what.format(package=_name_of(distribution), why=_why(error)))
    return _Found(offers, tuple(unreadable))


def _name_of(distribution: Distribution) -> str:
    try:
        return str(distribution.metadata["Name"])
    except Exception:  # no metadata, or none that can be read
        return _("(without a name)")


def _why(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split()).rstrip(".")


def names(group: Group) -> list[str]:
    """The names of all that is registered in a group: ours first, then others', in the order of the alphabet.

    Raises PluginError where Drydock's own are not registered, as when its sources are used without being installed.
    """
    offers = _found().offers[group]
    if not any(offer.package == OURS for some in offers.values() for offer in some):
        raise PluginError(
            _("The package {package} is not installed with its entry points ({group}).").format(
                package=OURS, group=group
            ),
            _("In a clone of the course: make setup. Elsewhere: pip install --force-reinstall {package}").format(
                package=OURS
            ),
        )
    return sorted(offers, key=lambda name: (not _is_ours(offers[name]), name))


def own(group: Group) -> list[str]:
    """The names of Drydock's own in a group: what may be used unasked. Raises PluginError as ``names`` does."""
    return [name for name in names(group) if _is_ours(_found().offers[group][name])]


def _is_ours(offers: list[_Offer]) -> bool:
    return any(offer.package == OURS for offer in offers)


def entry_of(group: Group, name: str) -> EntryPoint:
    """Where a thing comes from. Ours can't be replaced. Raises PluginError where packages contend, KeyError for no such
    name."""
    offers = _found().offers[group][name]
    ours = [offer for offer in offers if offer.package == OURS] or offers
    if len(ours) > 1:
        packages = sorted(offer.package for offer in ours)
        raise PluginError(
            _("The packages {packages} both offer the {thing} “{name}”.").format(
                packages=", ".join(packages), thing=group.thing, name=name
            ),
            f"pip uninstall {packages[-1]}",
        )
    return ours[0].entry


def load[T](group: Group, name: str, checked: Callable[[object], T]) -> T:
    """Import one of the things. ``checked`` gives it back as what it should be, or raises TypeError with a sentence.

    Raises PluginError, and KeyError for no such name.
    """
    entry = entry_of(group, name)
    try:
        with extras.needed():
            return checked(entry.load())
    except extras.MissingPart as error:
        raise PluginError(str(error), error.remedy) from error
    except (Exception, SystemExit) as error:  # whatever the module does when it is imported
        package = next(offer.package for offer in _found().offers[group][name] if offer.entry is entry)
        raise PluginError(
            _("The {thing} “{name}” of the package {package} can't be used: {why}.").format(
                thing=group.thing, name=name, package=package, why=_why(error)
            ),
            _("pip install --upgrade {package} or pip uninstall {package}").format(package=package),
        ) from error


def unreadable() -> tuple[str, ...]:
    """A sentence on each package whose entry points can't be read."""
    return _found().unreadable


def look_again() -> None:
    """Forget what was found: something has been installed since."""
    _found.cache_clear()
