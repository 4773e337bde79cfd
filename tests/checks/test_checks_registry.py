"""What looks like a registry, or like a signature, and is none."""

from __future__ import annotations

import base64
import hashlib
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from grader.checks.registry import signature, store
from grader.checks.registry.api import Api, Manifest, Reply
from grader.checks.registry.image import _platform
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Obstructed

_KEY = (Path(__file__).parent / "tls" / "cosign.pub").read_bytes()
#: By `openssl dgst -sha256 -sign`, with the key of these tests.
_TEXT = b"the tide is high\n"
_SIGNATURE = "MEQCIF3V8viuxzfDV2P6MFe/elfUhXxkTvnnAp3xPYaSe/DoAiBl8MzXTZ9hf1c68YR2MuiScY0ZUnUHwh1mGSdhrWmuLQ=="


def test_a_signature_of_openssls_is_verified_and_a_changed_byte_is_noticed() -> None:
    point = signature._point(_KEY)
    assert point is not None
    assert signature._verified(point, _TEXT, _SIGNATURE)
    assert not signature._verified(point, _TEXT.replace(b"h", b"H", 1), _SIGNATURE)
    changed = bytearray(base64.b64decode(_SIGNATURE))
    for at in range(len(changed)):
        changed[at] ^= 1
        assert not signature._verified(point, _TEXT, base64.b64encode(bytes(changed)).decode()), at
        changed[at] ^= 1


@pytest.mark.parametrize(
    "nothing", ["", "?", "MA==", "MAA=", base64.b64encode(b"\x30\x06\x02\x01\x00\x02\x01\x00").decode()]
)
def test_what_is_no_signature_is_none(nothing: str) -> None:
    """Also the two zeros with which some verifiers were once deceived (CVE-2022-21449)."""
    point = signature._point(_KEY)
    assert point is not None
    assert not signature._verified(point, _TEXT, nothing)


@pytest.mark.parametrize("nothing", [b"", b"\xff", b"AAAA", _KEY[:-40], _KEY.replace(b"oFNB", b"oFNC")])
def test_what_is_no_point_of_the_curve_is_no_key(nothing: bytes) -> None:
    assert signature._point(nothing) is None


type Answers = dict[str, tuple[int, dict[str, str], bytes]]


@contextmanager
def pretending(answers: Answers) -> Iterator[Api]:
    """A server that gives fixed answers by "METHOD path", and 404 to all else."""

    class Pretender(BaseHTTPRequestHandler):
        protocol_version: ClassVar[str] = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = answers.get(f"{self.command} {self.path}", (404, {}, b"no"))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        do_GET = do_POST = do_PATCH = do_DELETE = answer

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pretender)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield Api("127.0.0.1", server.server_port)
    finally:
        server.shutdown()
        server.server_close()


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_a_page_that_says_yes_to_all_takes_no_upload() -> None:
    place = {"Location": "/v2/x/blobs/uploads/1", "Range": "0-63"}
    with pretending({"POST /v2/drydock-check/blobs/uploads/": (202, place, b"")}) as api:
        assert api.upload(b"x" * 64).status == 404
    whole = {"Location": "http://depot:5000/v2/x/blobs/uploads/1"}
    answers: Answers = {
        "POST /v2/drydock-check/blobs/uploads/": (202, whole, b""),
        "PATCH /v2/x/blobs/uploads/1": (202, place, b""),
    }
    with pretending(answers) as api:
        assert "how many bytes" in api.upload(b"x" * 70).shown()
    with pretending({"POST /v2/drydock-check/blobs/uploads/": (202, {}, b"")}) as api:
        assert "no place" in api.upload(b"x").shown()


def test_bytes_of_another_digest_are_no_manifest_and_no_blob() -> None:
    page = b'{"schemaVersion": 2, "layers": []}'
    lie = {"Docker-Content-Digest": digest(b"another")}
    answers: Answers = {
        "GET /v2/tide/manifests/1": (200, lie, page),
        f"GET /v2/tide/manifests/{digest(b'another')}": (200, lie, page),
        "GET /v2/tide/manifests/2": (200, {}, page),
        f"GET /v2/tide/blobs/{digest(b'another')}": (200, {}, page),
        f"GET /v2/tide/blobs/{digest(page)}": (200, {}, page),
        "GET /v2/tide/manifests/page": (200, {}, b"<html>welcome</html>"),
        "GET /v2/tide/manifests/list": (200, {}, b"[]"),
    }
    with pretending(answers) as api:
        for reference in ("1", digest(b"another"), "page", "list"):
            found = api.manifest("tide", reference)
            assert isinstance(found, Reply), reference
            assert "no manifest" in found.shown()
        assert isinstance(api.manifest("tide", "2"), Manifest)
        assert "another digest" in str(api.blob("tide", digest(b"another")))
        assert api.blob("tide", digest(page)) == page
        assert isinstance(api.blob("tide", "sha256:../../x"), Reply)


def test_a_blob_that_breaks_off_is_none() -> None:
    whole = b"x" * 1000
    answers: Answers = {f"GET /v2/tide/blobs/{digest(whole)}": (200, {"Content-Length": "1000"}, whole[:10])}
    with pretending(answers) as api:
        assert isinstance(api.blob("tide", digest(whole)), Reply)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"repositories": 3}', b'{"tags": {}}', b"[" * 100_000, b'{"errors": [3]}']
)
def test_whatever_is_sent_in_a_lists_place_is_an_answer(body: bytes) -> None:
    answers: Answers = {"GET /v2/_catalog?n=1000": (200, {}, body), "GET /v2/tide/tags/list": (500, {}, body)}
    with pretending(answers) as api:
        assert isinstance(api.repositories(), Reply)
        found = api.tags("tide")
        assert isinstance(found, Reply)
        assert "500" in found.shown()


def test_an_index_without_sense_names_nothing() -> None:
    found = Manifest("sha256:0", {"manifests": [3, None, {"digest": 7}], "layers": None, "config": []})
    assert found.is_index
    assert found.members() == [{"digest": 7}]
    assert found.blobs() == []


@pytest.mark.parametrize("junk", [3, "x", True, None, {"a": 1}, [3, "x", None]])
def test_a_manifest_of_any_shape_has_nothing_in_it(junk: object) -> None:
    found = Manifest("sha256:0", {"manifests": junk, "layers": junk, "config": junk})
    assert (found.members(), found.layers(), found.blobs()[1:]) == ([], [], [])
    assert _platform(junk) == "None/None"


@pytest.mark.parametrize("link", ["blobs", "blobs/sha256"])
def test_what_is_behind_a_link_is_not_taken_for_nothing(monkeypatch: pytest.MonkeyPatch, link: str) -> None:
    """The daemon's archive has the link alone."""
    member = tarfile.TarInfo(link)
    member.type, member.linkname = tarfile.SYMTYPE, "b"
    monkeypatch.setattr(store, "archived", lambda *_words, **_more: nullcontext([member]))
    with pytest.raises(Obstructed, match=f"{link} is a link"):
        store.stored_bytes(Daemon(Connection("unix:///nobody"), Deadline(60)), "depot", "/var/lib/registry", 1)
