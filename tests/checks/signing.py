"""A signature beside an image, as cosign would push it; the key's public half is tls/cosign.pub."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json

from grader.checks.registry import signature
from grader.checks.registry.api import Api, Manifest

#: Made for these tests; nothing else was ever signed with it.
_SECRET = 0x9FFD966FD3228A9D90E42EA97AAC90C1393A4174457FAA64FE2926FA18E87F36


def digest_of(port: int, repository: str, tag: str) -> str:
    found = Api("127.0.0.1", port).manifest(repository, tag)
    assert isinstance(found, Manifest), found.shown()
    return found.digest


def tag_for(digest: str) -> str:
    return digest.replace(":", "-") + ".sig"


def sign(port: int, repository: str, digest: str, *, says: str | None = None) -> None:
    """Put a signature beside ``digest``; ``says``: over another digest than that."""
    text = json.dumps({"critical": {"image": {"docker-manifest-digest": says or digest}}}).encode()
    config = b"{}"
    for blob in (text, config):
        _push_blob(port, repository, blob)
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **_described(config)},
        "layers": [
            {
                "mediaType": "application/vnd.dev.cosign.simplesigning.v1+json",
                **_described(text),
                "annotations": {"dev.cosignproject.cosign/signature": _signed(text)},
            }
        ],
    }
    headers = {"Content-Type": str(manifest["mediaType"])}
    _ask(port, "PUT", f"/v2/{repository}/manifests/{tag_for(digest)}", json.dumps(manifest).encode(), headers)


def _described(blob: bytes) -> dict[str, object]:
    return {"digest": f"sha256:{hashlib.sha256(blob).hexdigest()}", "size": len(blob)}


def _signed(text: bytes) -> str:
    """ECDSA with a constant in place of a random number, which would give a real key away."""
    digest, once, order = int.from_bytes(hashlib.sha256(text).digest()), 4711, signature._N
    point = signature._times(once, signature._G)
    assert point is not None
    r = point[0] % order
    s = pow(once, -1, order) * (digest + r * _SECRET) % order
    numbers = b"".join(b"\x02\x21\x00" + number.to_bytes(32) for number in (r, s))
    return base64.b64encode(b"\x30" + bytes([len(numbers)]) + numbers).decode()


def _push_blob(port: int, repository: str, blob: bytes) -> None:
    place = _ask(port, "POST", f"/v2/{repository}/blobs/uploads/", b"", {})
    digest = f"sha256:{hashlib.sha256(blob).hexdigest()}"
    path = "/" + place.split("/", 3)[3]
    _ask(port, "PUT", f"{path}&digest={digest}", blob, {"Content-Type": "application/octet-stream"})


def _ask(port: int, method: str, path: str, body: bytes, headers: dict[str, str]) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        assert response.status in (201, 202), (response.status, response.read())
        return response.getheader("Location") or ""
    finally:
        connection.close()
