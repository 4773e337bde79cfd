"""How each course image is made; one module per image."""

from __future__ import annotations

from grader.images.recipes import busybox, nginx, python, redis, registry, toolchain
from grader.images.recipes.recipe import Recipe

RECIPES: tuple[Recipe, ...] = (
    busybox.RECIPE,
    python.RECIPE,
    toolchain.RECIPE,
    nginx.RECIPE,
    registry.RECIPE,
    redis.RECIPE,
)
