"""How each course image is made; one module per image. Other packages may bring more (docs/extending.md)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from grader import plugins
from grader.i18n import _
from grader.images.catalogue import manifest
from grader.images.errors import ImagesError
from grader.images.recipes.recipe import Recipe


def registered(tell: Callable[[str], None] = lambda sentence: None) -> tuple[Recipe, ...]:
    """All recipes that are installed: the manifest's in its order, then others'. ``tell`` gets a sentence on each that
    can't be used. Raises ImagesError where ours are not registered."""
    try:
        names = plugins.names(plugins.Group.RECIPES)
    except plugins.PluginError as error:
        raise ImagesError(str(error), error.remedy) from error
    promised = [image.name for image in manifest()]
    found = []
    for name in sorted(names, key=lambda name: promised.index(name) if name in promised else len(promised)):
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
