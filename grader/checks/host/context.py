"""Where a context of the docker command leads, found out by following it: with its own papers, to whoever answers.

The files are a student's (`docker context create` wrote them), so they are read as any file of the lab's folder, and
what they hold goes into a container of ours as it is.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from grader.checks.expectation import Finding
from grader.checks.files import Reader, followed
from grader.checks.host.daemon import host_image
from grader.checks.throwaway import SEALED, run
from grader.docker_api.daemon import Daemon
from grader.docker_api.words import dig
from grader.i18n import _
from grader.report.plain import excerpt

_PAPERS = ("ca.pem", "cert.pem", "key.pem")
#: Longer ones are no certificates of anybody's; an environment variable has room for 128 KiB.
_LONGEST = 64 * 1024
#: By Python, since busybox's nc ends its half of the connection, and dockerd takes that for a client who has gone.
_PLAIN = """
exec timeout 8 python3 -I -S -c '
import os, socket, sys
wire = socket.create_connection((sys.argv[1].encode(), int(sys.argv[2])), 5)
wire.sendall(os.environb[b"ASK"])
while data := wire.recv(65536):
    sys.stdout.buffer.write(data)
' "$1" "$2"
"""
#: What is verified of the server, and what is shown of the client, is in the words after the address.
_SECURE = """
umask 077
cd /tmp
for name in ca.pem cert.pem key.pem; do
    eval "printf %s \\"\\$$(echo $name | tr a-z. A-Z_)\\"" >$name
done
address=$1:$2
shift 2
printf %s "$ASK" | timeout 8 openssl s_client -connect "$address" -quiet -CAfile ca.pem "$@" 2>/tmp/errors
echo
echo "$MARK"
cat /tmp/errors
"""
_ASK = "GET /info HTTP/1.0\r\nHost: docker\r\n\r\n"
_MARK = "-- what openssl says --"


@dataclass(frozen=True)
class Endpoint:
    """The Docker endpoint of a context."""

    url: str
    papers: dict[str, str]
    unverified: bool

    @property
    def is_secure(self) -> bool:
        return bool(self.papers) or self.unverified


def endpoint_of(reader: Reader, folder: str, name: str) -> Endpoint | None:
    """Of the context with this name, in a folder as `docker --config` has it. None: there is no such context."""
    key = hashlib.sha256(name.encode()).hexdigest()

    def content(path: str) -> str | None:
        entry = followed(reader, posixpath.join(folder, "contexts", path))
        if entry is None or entry.kind != "file":
            return None
        return entry.content[:_LONGEST].decode("utf-8", "replace").replace("\0", "")

    try:
        docker: Any = dig(json.loads(content(f"meta/{key}/meta.json") or ""), "Endpoints", "docker")
    except (ValueError, RecursionError):
        return None
    if not isinstance(docker, dict) or not isinstance(docker.get("Host"), str):
        return None
    papers = {paper: text for paper in _PAPERS if (text := content(f"tls/{key}/docker/{paper}"))}
    return Endpoint(docker["Host"], papers, docker.get("SkipTLSVerify") is True)


def follow(engine: Daemon, endpoint: Endpoint, wanted: Callable[[], str]) -> Finding:
    """Whether who follows it reaches the daemon with the ID that ``wanted`` tells."""
    try:
        parts = urlsplit(endpoint.url)
        host, port = parts.hostname or "", parts.port
        leads = parts.scheme == "tcp" and port is not None and re.fullmatch(r"[\w.:][\w.:-]*", host) is not None
    except ValueError:
        leads = False
    if not leads:
        return Finding(False, _("it leads to {url}").format(url=excerpt(endpoint.url)))
    if endpoint.unverified:
        return Finding(False, _("it takes any daemon for the right one (skip-tls-verify)"))
    outcome = run(
        engine,
        host_image(engine),
        ["-c", _SECURE if endpoint.is_secure else _PLAIN, "sh", host, str(port), *_words(endpoint, host)],
        seconds=20,
        host={"NetworkMode": "host", "Tmpfs": {"/tmp": ""}, **SEALED},
        Entrypoint=["sh"],
        Env=[
            f"ASK={_ASK}",
            f"MARK={_MARK}",
            *(f"{paper.upper().replace('.', '_')}={endpoint.papers.get(paper, '')}" for paper in _PAPERS),
        ],
    )
    answer, _line, errors = outcome.output.partition(_MARK)
    head, _empty, body = answer.replace("\r\n", "\n").partition("\n\n")
    if not head.startswith("HTTP/1"):
        return Finding(False, _("{url}: {why}").format(url=endpoint.url, why=_why(errors or outcome.errors)))
    try:
        info: Any = json.loads(body)
        identity, name = str(info["ID"]), str(info["Name"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return Finding(False, _("{url} answers: {words}").format(url=endpoint.url, words=excerpt(answer)))
    found = _("by {url} one reaches the daemon of {name}").format(url=endpoint.url, name=excerpt(name))
    return Finding(identity == wanted(), found)


def _words(endpoint: Endpoint, host: str) -> list[str]:
    if not endpoint.is_secure:
        return []
    try:
        ipaddress.ip_address(host)
        verified = ["-verify_ip", host]
    except ValueError:
        verified = ["-verify_hostname", host, "-servername", host]
    own = {"cert.pem", "key.pem"} <= set(endpoint.papers)
    return ["-verify_return_error", *verified, *(["-cert", "cert.pem", "-key", "key.pem"] if own else [])]


def _why(errors: str) -> str:
    """The reason in openssl's words."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    for line in lines:
        if "verify error:" in line:
            why = re.sub(r".*verify error:(num=\d+:)?", "", line)
            return _("the certificate of the server is not accepted: {why}").format(why=excerpt(why))
    for line in lines:
        # "80BB…:error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate:…c:916:SSL alert number 42"
        if told := next((part for part in line.split(":") if " alert " in part), ""):
            return _("refused by the server: {why}").format(why=excerpt(told))
    if "onnection refused" in errors:
        return _("nobody listens there")
    return excerpt(" ".join(lines)) if lines else _("no answer")
