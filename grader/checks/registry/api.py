"""The HTTP API of a registry (OCI distribution specification), as far as checks ask it.

Nothing that a registry says of itself is believed where it can be proved: a manifest or blob counts when its bytes have
the digest by which they were asked for.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.checks import web
from grader.docker_api.deadline import Deadline
from grader.i18n import _
from grader.report.plain import excerpt

#: Seconds for a connection or the next bytes, and for a whole answer.
_TRY_SECONDS = 8.0  # A mirror first waits for an origin that is away: the kernel gives up after 3 s.
_WHOLE_SECONDS = 15.0
#: Bytes of a manifest or a list, and of a blob. A registry refuses larger manifests; larger blobs no lab needs.
_PAGE_LIMIT = 4 * 1024 * 1024
_BLOB_LIMIT = 256 * 1024 * 1024
_INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
_MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
#: A Location may name it, too; its path is asked for where the other answers came from.
_ORIGIN = re.compile(r"^\w+://[^/]*")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Reply:
    """``status`` 0: none came, and ``trouble`` says why. Header names are in lower case; ``digest`` is the body's."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    digest: str = ""
    trouble: str = ""

    def shown(self) -> str:
        if not self.status:
            return self.trouble
        told = self.body.decode("utf-8", "replace")
        errors = json_of(self.body).get("errors")
        if isinstance(errors, list) and errors and isinstance(errors[0], dict):
            told = str(errors[0].get("message") or errors[0].get("code") or told)
        return _("status {status}: {body}").format(
            status=self.status, body=excerpt(told, 160) if told.strip() else _("an empty answer")
        )


@dataclass(frozen=True)
class Manifest:
    """What a tag or digest stands for. ``whole`` is an index or an image's own manifest, as the registry keeps it."""

    digest: str
    whole: Mapping[str, Any]

    @property
    def is_index(self) -> bool:
        return isinstance(self.whole.get("manifests"), list)

    def members(self) -> list[Mapping[str, Any]]:
        """An index's entries, well-formed ones."""
        return _objects(self.whole.get("manifests"))

    def blobs(self) -> list[str]:
        """The digests of an image's config and layers, config first."""
        return [str(entry.get("digest")) for entry in [*_objects([self.whole.get("config")]), *self.layers()]]

    def layers(self) -> list[Mapping[str, Any]]:
        """An image's layers as it tells of them, well-formed ones."""
        return _objects(self.whole.get("layers"))


class Api:
    """Questions to one registry. No method raises for what the server does."""

    def __init__(
        self, host: str, port: int, *, user: tuple[str, str] | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self._host, self._port, self._user, self._tls = host, port, user, tls

    def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        user: tuple[str, str] | None = None,
        anonymous: bool = False,
        accept: str = "*/*",
        send: bytes | None = None,
        most: int = _PAGE_LIMIT,
    ) -> Reply:
        """One request. The body is read up to ``most`` bytes; the digest is that of all bytes, or "" beyond."""
        headers = {"Connection": "close", "User-Agent": "drydock-check", "Accept": accept}
        if send is not None:
            headers["Content-Type"] = "application/octet-stream"
        known = None if anonymous else user or self._user
        if known:
            headers["Authorization"] = web.basic(known)
        connection = self._connection()
        limit = Deadline(_WHOLE_SECONDS)
        try:
            connection.connect()
            with web.cut_off(connection.sock, limit):
                connection.request(method, path, body=send, headers=headers)
                response = connection.getresponse()
                if limit.is_over():  # An end looks like the end of the headers.
                    raise TimeoutError
                body, digest = _read(response, most)
                told = {name.lower(): value for name, value in response.getheaders()}
                return Reply(response.status, told, body, digest)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Reply(0, trouble=self._trouble(error))
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=_TRY_SECONDS)
        return http.client.HTTPSConnection(self._host, self._port, timeout=_TRY_SECONDS, context=self._tls)

    def _trouble(self, error: Exception) -> str:
        why = web.why_none(error, _TRY_SECONDS)
        if isinstance(error, http.client.BadStatusLine) and self._tls is None:
            why = _("what answers there speaks no HTTP")
        return _("no answer at port {port}: {why}").format(port=self._port, why=why)

    # -- What is asked for.

    def repositories(self) -> list[str] | Reply:
        """All names in the catalog; the reply itself where there is none."""
        return self._names("/v2/_catalog?n=1000", "repositories")

    def tags(self, repository: str) -> list[str] | Reply:
        return self._names(f"/v2/{repository}/tags/list", "tags")

    def _names(self, path: str, key: str) -> list[str] | Reply:
        reply = self.ask(path)
        content = json_of(reply.body)
        # A repository that has lost its last tag says null.
        names = content.get(key) or []
        if reply.status != 200 or key not in content or not isinstance(names, list):
            return reply
        return sorted(str(name) for name in names)

    def manifest(self, repository: str, reference: str) -> Manifest | Reply:
        """What a tag or digest stands for; the reply where it is none, or not the one that was asked for."""
        reply = self.ask(f"/v2/{repository}/manifests/{reference}", accept=", ".join((*_INDEXES, *_MANIFESTS)))
        content = json_of(reply.body)
        if reply.status != 200:
            return reply
        wanted = reference if _DIGEST.fullmatch(reference) else reply.headers.get("docker-content-digest")
        if not content or not reply.digest or wanted not in (None, reply.digest):
            return Reply(0, trouble=_("what came is no manifest, or not that of the digest it was sent for"))
        return Manifest(reply.digest, content)

    def blob(self, repository: str, digest: str, *, most: int = _PAGE_LIMIT) -> bytes | Reply:
        """A blob whose bytes have this digest (only the first ``most`` are kept); the reply otherwise."""
        if not _DIGEST.fullmatch(digest):
            return Reply(0, trouble=_("{digest} is no digest").format(digest=excerpt(digest, 80)))
        reply = self.ask(f"/v2/{repository}/blobs/{digest}", most=most)
        if reply.status == 200 and reply.digest == digest:
            return reply.body
        if reply.status == 200:
            return Reply(0, trouble=_("its bytes have another digest than {digest}").format(digest=digest[:19]))
        return reply

    def upload(self, content: bytes) -> Reply:
        """Begin an upload, send ``content``, ask how much has come, and call it off. 200: all has come.

        Nothing of it stays: an upload that is called off belongs to no repository.
        """
        begun = self.ask("/v2/drydock-check/blobs/uploads/", "POST", send=b"")
        path = _ORIGIN.sub("", begun.headers.get("location", ""))
        if begun.status != 202 or not re.fullmatch(r"/v2/[!-~]+", path):
            return begun if begun.status != 202 else Reply(0, trouble=_("it names no place for an upload"))
        sent = self.ask(path, "PATCH", send=content)
        path = _ORIGIN.sub("", sent.headers.get("location", path))
        self.ask(path, "DELETE") if re.fullmatch(r"/v2/[!-~]+", path) else None
        if sent.status != 202:
            return sent
        if sent.headers.get("range", "") != f"0-{len(content) - 1}":
            return Reply(0, trouble=_("it does not know how many bytes have come"))
        return Reply(200)


def _read(response: http.client.HTTPResponse, most: int) -> tuple[bytes, str]:
    """The first ``most`` bytes and the digest of all, "" where there are too many or they broke off."""
    kept, checksum, count = bytearray(), hashlib.sha256(), 0
    while count <= _BLOB_LIMIT and (piece := response.read1(256 * 1024)):
        count += len(piece)
        checksum.update(piece)
        kept += piece[: max(0, most - len(kept))]
    broken = response.length not in (None, 0)
    return bytes(kept), "" if broken or count > _BLOB_LIMIT else f"sha256:{checksum.hexdigest()}"


def json_of(body: bytes) -> dict[str, Any]:
    """An object, or {} for anything else; whoever answers chose the bytes."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _objects(told: object) -> list[Mapping[str, Any]]:
    return [entry for entry in told if isinstance(entry, dict)] if isinstance(told, list) else []
