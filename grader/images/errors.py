"""What goes wrong while course images are made, in words for a person."""

from __future__ import annotations

from grader.errors import ExpectedError


class ImagesError(ExpectedError):
    """The course images can't be made or used."""
