"""The key by which the LMS knows this tool: made once, its private half never leaves the course's folder."""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
import time
import uuid
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from grader.files import atomic
from grader.i18n import _
from grader.lms.settings import LmsError

FILE = "lms-key.pem"
#: The only algorithm that LTI 1.3 asks of everybody.
_ALGORITHM = "RS256"
#: Seconds that a signed request for a token holds: Canvas and Moodle look at it at once.
_HOLDS = 300


class ToolKey:
    """An RSA key. The LMS gets its public half, as a JWKS (Canvas) or as PEM (Moodle)."""

    def __init__(self, private: RSAPrivateKey) -> None:
        self._private = private

    @classmethod
    def read(cls, root: Path) -> ToolKey:
        """That of the course in this folder. Raises LmsError."""
        path = root / FILE
        make = "drydock grades key"
        anew = f"mv {shlex.quote(str(path))} {shlex.quote(f'{path}.old')}; {make}"
        try:
            found = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except FileNotFoundError:
            raise LmsError(_("There is no key yet by which the LMS could know this course."), make) from None
        except (ValueError, TypeError) as error:
            raise LmsError(_("{file} is no private key: {why}.").format(file=path, why=error), anew) from error
        if not isinstance(found, RSAPrivateKey):
            raise LmsError(_("{file} is no RSA key, and LTI 1.3 knows no other.").format(file=path), anew)
        return cls(found)

    @classmethod
    def make(cls, root: Path) -> ToolKey:
        """A new one, in its file. What is there stays: the LMS may know it. Raises LmsError."""
        path = root / FILE
        if path.exists():
            return cls.read(root)
        key = cls(generate_private_key(public_exponent=65537, key_size=2048))
        text = key._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with atomic(path, mode=0o600) as draft:
            draft.write_bytes(text)
        return key

    @property
    def pem(self) -> str:
        """The public half, as Moodle takes it (“RSA key”)."""
        public = self._private.public_key()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return public.public_bytes(serialization.Encoding.PEM, form).decode("ascii")

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half, as Canvas takes it (“Public JWK”); ``kid`` is its thumbprint (RFC 7638)."""
        bare = RSAAlgorithm.to_jwk(self._private.public_key(), as_dict=True)
        named = {name: bare[name] for name in ("e", "kty", "n")}
        digest = hashlib.sha256(json.dumps(named, separators=(",", ":"), sort_keys=True).encode()).digest()
        kid = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
        return {**named, "alg": _ALGORITHM, "use": "sig", "kid": kid}

    def assertion(self, client_id: str, audience: str) -> str:
        """A signed request for a token (RFC 7523): another one each time, or the LMS takes it for a replay."""
        now = int(time.time())
        # Canvas refuses what was signed in its future: our clock may be some seconds ahead.
        claims = {"iss": client_id, "sub": client_id, "aud": audience, "iat": now - 5, "exp": now + _HOLDS}
        claims["jti"] = str(uuid.uuid4())
        return jwt.encode(claims, self._private, algorithm=_ALGORITHM, headers={"kid": self.jwk["kid"]})
