"""Trouble that is nobody's bug: what every part of Drydock raises when a person has to do something."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path


class ExpectedError(Exception):
    """Shown without a traceback: ``str()`` is one sentence, ``remedy`` the next command to type, or ""."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


def sudo_drydock(arguments: str) -> str:
    """``drydock`` with these as root can be made to run it: sudo's PATH (Debian's secure_path) has no virtual
    environment."""
    program = Path(sys.executable).with_name("drydock")
    return f"sudo {shlex.quote(str(program)) if os.access(program, os.X_OK) else 'drydock'} {arguments}"
