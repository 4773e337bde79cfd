"""The course secret: 32 random bytes on the instructor's disk, from which every student's key is derived.

It is made by ``drydock values keys``, not by grading: before keys are handed out, everybody works and is graded
with the default key. It belongs into the same backup as the gradebook; without it, no key can be made again.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from grader.errors import ExpectedError
from grader.i18n import _
from grader.values.keys import DEFAULT_KEY, StudentKey

SECRET_FILE = "values.secret"
_BYTES = 32


class BadSecret(ExpectedError):
    """The secret's file can't be used. ``str()`` is one sentence; ``remedy`` what to do."""


def read_secret(file: Path) -> bytes | None:
    """The secret in ``file``, or None when there is none yet. Raises BadSecret."""
    try:
        status = file.stat()
        text = file.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadSecret(
            _("The course secret {file} can't be read: {why}.").format(file=file, why=error.strerror), f"ls -l '{file}'"
        ) from error
    if status.st_mode & 0o077:
        raise BadSecret(
            _("The course secret {file} can be read by other users of this machine.").format(file=file),
            f"chmod 600 '{file}'",
        )
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) < _BYTES:
        raise BadSecret(
            _("The course secret {file} is damaged: it must hold {n} hexadecimal digits.").format(
                file=file, n=2 * _BYTES
            ),
            _("Bring it back from your backup; a new one would change every student's values."),
        )
    return secret


def make_secret(file: Path) -> bytes:
    """The secret in ``file``; made now when there is none. Raises BadSecret."""
    partial = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as new:
            new.write(secrets.token_hex(_BYTES) + "\n")
            new.flush()
            os.fsync(new.fileno())
        # A link is made only where nothing is: of two that start at once, both then read the same secret.
        with suppress(FileExistsError):
            os.link(partial, file)
    finally:
        partial.unlink()
    secret = read_secret(file)
    assert secret is not None
    return secret


def key_of(file: Path, student: str) -> StudentKey:
    """The key ``student`` is graded with: the default one while the course has no secret. Raises BadSecret."""
    secret = read_secret(file)
    return DEFAULT_KEY if secret is None else StudentKey.derive(secret, student)
