"""How each course image is made; one module per image. Other packages may bring more (docs/extending.md)."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import partial

from grader import plugins
from grader.i18n import _
from grader.images.catalogue import manifest
from grader.images.errors import ImagesError
from grader.images.recipes.recipe import Recipe


def known_names(*, own: bool = False) -> list[str]:
    """The names of all recipes that are installed, or of Drydock's ``own``: the manifest's in its order, then others'.

    Imports none of them. Raises ImagesError where ours are not registered.
    """
    try:
        names = (plugins.own if own else plugins.names)(plugins.Group.RECIPES)
    except plugins.PluginError as error:
        raise ImagesError(str(error), error.remedy) from error
    promised = [image.name for image in manifest()]
    return sorted(names, key=lambda name: promised.index(name) if name in promised else len(promised))


def registered(
    tell: Callable[[str], None] = lambda sentence: None, only: Container[str] | None = None
) -> tuple[Recipe, ...]:
    """All recipes that are installed, or of these names alone, in the order of ``known_names``. ``tell`` gets a
    sentence on each that can't be used. Raises ImagesError where ours are not registered."""
    found = []
    for name in known_names():
        if only is not None and name not in only:
            continue
        try:
            found.append(plugins.load(plugins.Group.RECIPES, name, partial(_checked, name)))
        except plugins.PluginError as error:
            tell(str(error))
    return tuple(found)


def _checked(name: str, found: object) -> Recipe:
    if not isinstance(found, Recipe):
        raise TypeError(_("it is no Recipe"))
    if found.name != name:
        raise TypeError(_("its recipe has another name than its entry point"))
    return found
