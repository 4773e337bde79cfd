"""A student's key: twenty characters that can be typed once, with a checksum that catches a slip."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from grader.errors import ExpectedError
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
