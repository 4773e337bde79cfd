"""Expectations about an image."""

from __future__ import annotations

from grader.checks.image.configuration import ImageConfiguration
from grader.checks.image.layers import Layers


class Image(ImageConfiguration, Layers):
    """``t.image("app:1")``: everything a task can expect of one image."""


__all__ = ["Image"]
