"""Whom a daemon's TLS port lets in, and who it says it is, found out by knocking without a certificate."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.checks.host.daemon import host_image
from grader.checks.throwaway import SEALED, run
from grader.docker_api.daemon import Daemon
from grader.docker_api.errors import Obstructed
from grader.i18n import _
from grader.report.plain import excerpt

#: The client's words come after the handshake: with TLS 1.3 the server refuses a client only then (RFC 8446, 4.4.2.4).
_KNOCK = """
printf 'GET /_ping HTTP/1.0\\r\\nHost: docker\\r\\n\\r\\n' >/tmp/ask
timeout 6 openssl s_client -connect 127.0.0.1:$1 -ign_eof </tmp/ask >/tmp/said 2>&1
cat /tmp/said
echo; echo plain:
grep -qE 'HTTP/1| alert ' /tmp/said || timeout 4 nc -w 2 127.0.0.1 $1 </tmp/ask
exit 0
"""
#: What is in the certificate that the server shows, whoever signed it.
_NAMES = """
timeout 6 openssl s_client -connect 127.0.0.1:$1 </dev/null >/tmp/said 2>&1
openssl x509 -noout -ext subjectAltName </tmp/said 2>/dev/null
exit 0
"""
#: Of TLS 1.3, and of 1.2 as Go's server says it.
_REFUSALS = ("alert certificate required", "alert bad certificate", "alert handshake failure")


@dataclass(frozen=True)
class LetIn:
    """Whether only those with a certificate are, and what was found."""

    demands: bool
    found: str


def who_is_let_in(daemon: Daemon, port: int) -> LetIn:
    """At this port of 127.0.0.1 where the daemon runs. Raises Unavailable or Obstructed."""
    secure, _line, plain = _said(daemon, port, _KNOCK).partition("\nplain:")
    if "\nHTTP/1" in secure:
        return LetIn(False, _("port {port} lets in a client without a certificate").format(port=port))
    if any(refusal in secure for refusal in _REFUSALS):
        return LetIn(True, _("port {port} refuses a client without a certificate").format(port=port))
    if "HTTP/1" in plain:
        return LetIn(False, _("port {port} speaks without TLS to anybody").format(port=port))
    if "CONNECTED" not in secure:
        return LetIn(False, _("nobody listens at port {port}").format(port=port))
    return LetIn(False, _("port {port} does not speak TLS: {words}").format(port=port, words=excerpt(secure)))


def names_shown(daemon: Daemon, port: int) -> list[str]:
    """For which names the certificate is that this port of 127.0.0.1 shows. Raises Unavailable or Obstructed."""
    return re.findall(r"DNS:([^,\s]+)", _said(daemon, port, _NAMES))


def _said(daemon: Daemon, port: int, script: str) -> str:
    """What a script prints where the daemon runs."""
    around = daemon.surroundings
    engine, network = (daemon, "host") if around is None else (around[0], f"container:{around[1]}")
    outcome = run(
        engine,
        host_image(engine),
        ["-c", script, "sh", str(port)],
        seconds=20,
        host={"NetworkMode": network, "Tmpfs": {"/tmp": ""}, **SEALED},
        Entrypoint=["sh"],
    )
    if outcome.code is None:
        raise Obstructed(_("at port {port} a conversation came to no end").format(port=port))
    return outcome.output
