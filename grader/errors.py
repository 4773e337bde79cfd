"""Trouble that is nobody's bug: what every part of Drydock raises when a person has to do something."""

from __future__ import annotations


class ExpectedError(Exception):
    """Shown without a traceback: ``str()`` is one sentence, ``remedy`` the next command to type, or ""."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy
