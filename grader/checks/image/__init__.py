"""Expectations about an image, one module per reason to look."""

from __future__ import annotations

from grader.checks.image.buried import Buried
from grader.checks.image.contents import Contents, History
from grader.checks.image.identity import Identity
from grader.checks.image.layers import Layers
from grader.checks.image.start import Start
from grader.checks.image.subject import Images


class Image(Identity, Layers, Buried, History, Contents, Start):
    """``t.image("app:1")``: everything a task can expect of one image."""


__all__ = ["Image", "Images"]
