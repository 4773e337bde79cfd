"""What goes wrong while course images are made, in words for a person."""

from __future__ import annotations


class ImagesError(Exception):
    """The course images can't be made or used. ``str()`` is one sentence; ``remedy`` the next command to type."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy
