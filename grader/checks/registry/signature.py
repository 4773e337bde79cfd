"""Signatures as cosign keeps them beside an image, verified here with the public key, by no program of a student's.

The tag ``sha256-HEX.sig`` names a manifest; each of its layers is a signed text that names the image's digest, with the
signature as an annotation (github.com/sigstore/cosign, specs/SIGNATURE_SPEC.md).
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from grader.checks.expectation import Finding
from grader.checks.registry.api import Api, Reply, json_of
from grader.docker_api.words import dig
from grader.i18n import _

_ANNOTATION = "dev.cosignproject.cosign/signature"
#: The head of a SubjectPublicKeyInfo for an uncompressed point of P-256 (RFC 5480); 64 bytes, x and y, follow.
_P256_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
_MOST = 64


def signed_by(api: Api, repository: str, digest: str, key: bytes) -> Finding:
    """Whether one of the signatures beside ``digest`` is over it and made with ``key`` (PEM)."""
    point = _point(key)
    if point is None:
        return Finding(False, _("the public key is no key of cosign's (ECDSA, P-256, PEM)"))
    found = api.manifest(repository, digest.replace(":", "-") + ".sig")
    if isinstance(found, Reply):
        return Finding(
            False, _("there is no signature for {digest}: {why}").format(digest=digest[:19], why=found.shown())
        )
    why = _("nothing in it is a signature")
    for layer in found.layers()[:_MOST]:
        content = api.blob(repository, str(layer.get("digest")))
        if isinstance(content, Reply):
            why = content.shown()
        elif not _verified(point, content, str(dig(layer, "annotations", _ANNOTATION) or "")):
            why = _("the signature was made with another key, or over another text")
        elif dig(json_of(content), "critical", "image", "docker-manifest-digest") != digest:
            why = _("the signature is over another image")
        else:
            return Finding(True, _("signed"))
    return Finding(False, why)


def _point(pem: bytes) -> tuple[int, int] | None:
    """The public key as a point on the curve, None for anything else."""
    lines = [line for line in pem.decode("ascii", "replace").splitlines() if line and not line.startswith("-")]
    try:
        der = base64.b64decode("".join(lines), validate=True)
    except (binascii.Error, ValueError):
        return None
    if not der.startswith(_P256_HEAD) or len(der) != len(_P256_HEAD) + 64:
        return None
    x, y = (int.from_bytes(der[-64:][half : half + 32]) for half in (0, 32))
    return (x, y) if _on_curve(x, y) else None


def _verified(point: tuple[int, int], content: bytes, signature: str) -> bool:
    try:
        r, s = _numbers(base64.b64decode(signature, validate=True))
    except (binascii.Error, ValueError, IndexError):
        return False
    return verify(point, content, r, s)


def _numbers(der: bytes) -> tuple[int, int]:
    """The two numbers of a DER signature: SEQUENCE of two INTEGERs, all shorter than 128 bytes."""
    if der[0] != 0x30 or der[1] != len(der) - 2:
        raise ValueError
    values, at = [], 2
    while at < len(der):
        if der[at] != 0x02:
            raise ValueError
        end = at + 2 + der[at + 1]
        if end > len(der):
            raise ValueError
        values.append(int.from_bytes(der[at + 2 : end]))
        at = end
    r, s = values
    return r, s


# -- ECDSA on P-256 (FIPS 186-5, 6.4.2). To verify needs no secret, so it need not take the same time for all numbers.

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
type _Point = tuple[int, int] | None


def verify(key: tuple[int, int], content: bytes, r: int, s: int) -> bool:
    """Whether (r, s) is a signature over the SHA-256 of ``content`` by the owner of ``key``."""
    if not (0 < r < _N and 0 < s < _N):
        return False
    digest, inverse = int.from_bytes(hashlib.sha256(content).digest()), pow(s, -1, _N)
    found = _sum(_times(digest * inverse % _N, _G), _times(r * inverse % _N, key))
    return found is not None and found[0] % _N == r


def _on_curve(x: int, y: int) -> bool:
    return 0 <= x < _P and 0 <= y < _P and (y * y - (x * x * x - 3 * x + _B)) % _P == 0


def _sum(one: _Point, two: _Point) -> _Point:
    if one is None or two is None:
        return one or two
    if one[0] == two[0]:
        if (one[1] + two[1]) % _P == 0:
            return None
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, _P)
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, _P)
    x = (slope * slope - one[0] - two[0]) % _P
    return x, (slope * (one[0] - x) - one[1]) % _P


def _times(factor: int, point: _Point) -> _Point:
    total: _Point = None
    while factor:
        if factor & 1:
            total = _sum(total, point)
        point = _sum(point, point)
        factor >>= 1
    return total
