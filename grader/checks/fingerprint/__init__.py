"""Fingerprints of right answers: a check cell can compare without holding the answer in clear.

``python -m grader.checks.fingerprint TASK VALUE`` prints one. The hash is salted with the answer's name and a
random value and slow on purpose (scrypt), but a short answer can be guessed: prefer tasks whose result is
daemon state.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from grader.checks.errors import AuthorError
from grader.i18n import _

_KIND = "scrypt1"


def normalised(value: str) -> str:
    """An answer without what does not matter: outer and repeated spaces, upper or lower case."""
    return " ".join(value.split()).casefold()


def make(name: str, value: str, salt: bytes | None = None) -> str:
    """The fingerprint of ``value`` as the right answer called ``name``."""
    salt = secrets.token_bytes(9) if salt is None else salt
    # 2**12 · 8 · 128 bytes are 4 MiB and about 10 ms: enough against idle curiosity, cheap in a class.
    digest = hashlib.scrypt(normalised(value).encode(), salt=name.encode() + b"\0" + salt, n=2**12, r=8, p=1, dklen=16)
    return f"{_KIND}:{salt.hex()}:{digest.hex()}"


def matches(fingerprint: str, name: str, value: str) -> bool:
    """Whether ``value`` is the answer. Raises AuthorError for something that is no fingerprint."""
    kind, _colon, rest = str(fingerprint).partition(":")
    salt, _colon, digest = rest.partition(":")
    try:
        if kind != _KIND or len(bytes.fromhex(digest)) != 16:
            raise ValueError
        expected = make(name, value, bytes.fromhex(salt))
    except ValueError:
        raise AuthorError(
            _("{value!r} is no fingerprint; `python -m grader.checks.fingerprint TASK VALUE` makes one").format(
                value=fingerprint
            )
        ) from None
    return hmac.compare_digest(expected, str(fingerprint))
