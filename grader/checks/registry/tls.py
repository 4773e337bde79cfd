"""Whether a server's certificate is one that an authority of the student's has signed."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

from grader.checks import web
from grader.checks.expectation import Context, Finding
from grader.checks.volume import Volume
from grader.i18n import _

_SECONDS = 5.0


def certificate_of(context: Context, host: str, port: int, *, volume: str, path: str, name: str) -> Finding:
    """Who trusts the authority in ``volume`` at ``path``, and nobody else, accepts the server as ``name``."""
    kept = Volume(context, volume).content(path)
    if kept is None:
        return Finding(False, _("there is no file {path} in volume {volume}").format(path=path, volume=volume))
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with suppress(ssl.SSLError, ValueError):
        trust.load_verify_locations(cadata=kept.decode("ascii"))
    own = trust.get_ca_certs(binary_form=True)
    if not own:
        return Finding(False, _("{path} holds no certificate of an authority (CA)").format(path=path))
    try:
        shown = _presented(trust, host, port, name)
    except (OSError, ValueError) as error:
        return Finding(False, _refusal(error))
    if shown in own:
        return Finding(False, _("the certificate signed itself: it is its own authority"))
    return Finding(True, _("accepted"))


def _refusal(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("not accepted: {why}").format(why=error.verify_message)
    return web.why_none(error, _SECONDS)


def _presented(trust: ssl.SSLContext, host: str, port: int, name: str) -> bytes:
    """The certificate that the server shows, once it was verified."""
    with (
        socket.create_connection((host, port), timeout=_SECONDS) as plain,
        trust.wrap_socket(plain, server_hostname=name) as secured,
    ):
        return secured.getpeercert(binary_form=True) or b""
