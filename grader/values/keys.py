"""Keys: a student's own, the course secret from which all of them are derived, and which one this copy has."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.errors import ExpectedError
from grader.files import atomic, settle
from grader.i18n import _

#: Crockford's base 32 (crockford.com/base32.html): no I, L, O, U, so nothing can be misread.
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILO", "110")
#: 16 characters are 80 bits, more than anybody can try; 4 more catch all but one slip in a million.
_SECRET_PART = 16
_CHECK_PART = 4
#: Part of every digest, so that another use of the same secret can't give the same bytes.
_PURPOSE = b"drydock student key 1\0"


class BadKey(ExpectedError):
    """Not a student's key. ``str()`` is one sentence; ``remedy`` what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message, _("Copy the key as your instructor gave it to you: drydock values set KEY"))

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception for its own rendering by this name: one sentence instead of a traceback.
        return [f"{self} {self.remedy}"]


@dataclass(frozen=True)
class StudentKey:
    """``text`` is its canonical form: five groups of four characters."""

    text: str

    @classmethod
    def derive(cls, secret: bytes, student: str) -> StudentKey:
        """The key of ``student`` (nbgrader's id) in the course with this secret."""
        return cls._made_of(hmac.digest(secret, _PURPOSE + student.encode(), "sha256"))

    @classmethod
    def parse(cls, text: str) -> StudentKey:
        """A key as somebody typed it: case, spaces and dashes don't matter. Raises BadKey."""
        typed = re.sub(r"[\s-]", "", text).upper().translate(_MISREAD)
        if len(typed) != _SECRET_PART + _CHECK_PART or not set(typed) <= set(_DIGITS):
            raise BadKey(_("This is not a key: a key has twenty letters and digits, such as {key}.").format(key=_SHAPE))
        if _check_part(typed[:_SECRET_PART]) != typed[_SECRET_PART:]:
            raise BadKey(_("There is a slip in this key: its last four characters don't fit the others."))
        return cls(_grouped(typed))

    @classmethod
    def _made_of(cls, digest: bytes) -> StudentKey:
        secret = _in_digits(digest, _SECRET_PART)
        return cls(_grouped(secret + _check_part(secret)))

    def digest(self, *parts: str) -> bytes:
        """32 bytes that only this key and these parts give."""
        message = b"\0".join(part.encode() for part in ("drydock value 1", *parts))
        return hmac.digest(self.text.encode(), message, "sha256")


def _in_digits(digest: bytes, length: int) -> str:
    number = int.from_bytes(digest)
    return "".join(_DIGITS[number >> 5 * place & 31] for place in range(length))


def _check_part(secret: str) -> str:
    return _in_digits(hashlib.sha256(b"drydock key check\0" + secret.encode()).digest(), _CHECK_PART)


def _grouped(text: str) -> str:
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


_SHAPE = "7K3M-9QXR-2F6T-H8WB-5N0D"
#: For everybody without a key of their own: self-learners, papermill, authors. No secret.
DEFAULT_KEY = StudentKey.derive(b"", "")


# -- The course secret: 32 random bytes on the instructor's disk, from which every student's key is derived.
#
# It is made by ``drydock values keys``, not by grading: before keys are handed out, everybody works and is graded
# with the default key. It belongs into the same backup as the gradebook; without it, no key can be made again.

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
            settle(new)
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


# -- Which key this copy of the course has: a student's own, or the default one.

#: Beside the notebook or in any folder above it; ``drydock values set`` writes it into workspace/.
KEY_FILE = "values.key"
#: Wins over the file. In grading it is how the student's kernel gets to know its key.
KEY_VARIABLE = "DRYDOCK_VALUES_KEY"


def own_key(folder: Path) -> StudentKey:
    """The key for notebooks in ``folder``; DEFAULT_KEY when there is none. Raises BadKey for a broken one."""
    given = os.environ.get(KEY_VARIABLE)
    if given:
        return _parsed(given, KEY_VARIABLE)
    folder = folder.resolve()
    for place in (folder, *folder.parents):
        file = place / KEY_FILE
        if file.is_file():
            return read_key(file)
    return DEFAULT_KEY


def read_key(file: Path) -> StudentKey:
    """Raises BadKey, naming the file."""
    return _parsed(file.read_bytes()[:1000].decode(errors="replace"), str(file))


def write_key(folder: Path, key: StudentKey) -> Path:
    """Keep ``key`` in ``folder``, for its owner's eyes only; returns the file."""
    file = folder / KEY_FILE
    folder.mkdir(parents=True, exist_ok=True)
    with atomic(file, mode=0o600) as draft:
        draft.write_text(f"{key.text}\n", encoding="ascii")
    return file


def _parsed(text: str, where: str) -> StudentKey:
    try:
        return StudentKey.parse(text)
    except BadKey as slip:
        raise BadKey(_("{where}: {what}").format(where=where, what=slip)) from None
