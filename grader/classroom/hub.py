"""The Hub of ``drydock serve``: what it needs on this machine, and its configuration."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from grader import extras
from grader.classroom.places import ClassError, ClassFolder
from grader.errors import sudo_drydock
from grader.i18n import _
from grader.lms.settings import LmsSettings

_PROXY = "configurable-http-proxy"
_API_PORT = 8081
_PROXY_API_PORT = 8001
_PAGE_PORT = 8082
#: Bytes: as many as tornado reads of a request's head. A login of an LMS has some thousands; files don't pass the Hub.
_BODY = 65_536
#: Seconds that a browser's token for a server holds; a script makes forty a second, and the Hub keeps each so long.
#: With whole days a class that meets daily or weekly would be turned away (403) at the minute at which it began.
_TOKEN = 36 * 3600

#: RFC 1123, and a port; an address of numbers has no names below it.
_DOMAIN_NAME = re.compile(r"(?:[a-z0-9-]{1,63}\.)*[a-z][a-z0-9-]{0,62}(?::[0-9]{1,5})?", re.IGNORECASE)

_TEMPLATE = '''\
"""Written by `drydock serve`. Give it a name of your own and keep it: drydock serve --config FILE."""

import sys

from tornado.httpserver import HTTPServer

c = get_config()  # noqa: F821  (JupyterHub provides it)

# What a request may bring to the Hub, which has no setting for it: tornado's own 100 MB would keep it busy for all.
HTTPServer.configure(None, max_body_size={body})

c.JupyterHub.bind_url = {url!r}
{https}{domain}c.JupyterHub.hub_bind_url = "http://127.0.0.1:{api_port}"
c.JupyterHub.db_url = "sqlite:///{hub}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = "{hub}/cookie_secret"
# JupyterHub's own 14 days fill its database. Who comes back has another without a word, as long as they are logged in.
c.JupyterHub.oauth_token_expires_in = {token}
c.JupyterHub.pid_file = "{hub}/jupyterhub.pid"
c.ConfigurableHTTPProxy.pid_file = "{hub}/proxy.pid"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_api_port}"
# Students' servers go on while the Hub restarts: drydock serve --stop ends them.
c.JupyterHub.cleanup_servers = False

c.JupyterHub.spawner_class = "grader.classroom.spawner.DrydockSpawner"
c.DrydockSpawner.folder = {folder!r}
c.DrydockSpawner.course = {course!r}
c.DrydockSpawner.teachers = {teachers!r}
c.DrydockSpawner.mem_limit = {memory!r}
c.DrydockSpawner.cpu_limit = {cpus!r}
c.DrydockSpawner.disk_limit = {disk!r}

{users}
c.Authenticator.admin_users = {teachers!r}

# Servers that nobody uses end, and come back with all that was in them. The page of the class is for administrators.
c.JupyterHub.services = [
    {{"name": "cull", "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout={idle_seconds}"]}},
    {{
        "name": "class",
        "url": "http://127.0.0.1:{page_port}",
        "command": [sys.executable, "-m", "grader.classroom.class_service", {folder!r}],
        "oauth_no_confirm": True,
    }},
]
c.JupyterHub.load_roles = [
    {{
        "name": "cull",
        "services": ["cull"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }},
    # JupyterHub's own, but for API tokens: each is kept, with a note as long as somebody likes.
    {{"name": "user", "scopes": ["read:users!user", "users:activity!user", "servers!user", "access:servers!user"]}},
]
'''
_DOMAIN = """\
# Each server at a name of its own, NAME.{domain}: a browser lets no page of one act at another, or at the Hub.
c.JupyterHub.subdomain_host = {host!r}
"""
_PAM = """\
# Who has an account on this machine (PAM) may log in; all of them, or those of a group:
c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allow_all = True
# c.PAMAuthenticator.allowed_groups = {"students"}"""
_ROSTER = """\
c.JupyterHub.authenticator_class = "grader.classroom.authenticator.RosterAuthenticator"
c.RosterAuthenticator.roster = {roster!r}
c.Authenticator.allow_all = True  # who is in the roster"""

_LMS = """\
# Who opens this tool in the LMS is in (LTI 1.3), by their e-mail there.
c.JupyterHub.authenticator_class = "ltiauthenticator.lti13.auth.LTI13Authenticator"
c.LTI13Authenticator.client_id = {{{client_id!r}}}
c.LTI13Authenticator.issuer = {issuer!r}
c.LTI13Authenticator.authorize_url = {authorize_url!r}
c.LTI13Authenticator.jwks_endpoint = {jwks_url!r}
c.LTI13Authenticator.username_key = "email"
c.LTI13Authenticator.uri_scheme = {scheme!r}
c.Authenticator.allow_all = True
# A teacher's e-mail there: their account on this machine.
c.Authenticator.username_map = {accounts!r}"""


@dataclass(frozen=True)
class Wanted:
    """What a teacher asked for. ``https``: files of the certificate and its key. ``lms``: who logs in from there.

    ``domain``: below which each server has a name of its own, or all of that URL. ``teachers``: accounts of this
    machine, each with the name that they log in with.
    """

    place: ClassFolder
    course: Path
    address: str = ""
    port: int = 8000
    https: tuple[Path, Path] | None = None
    roster: Path | None = None
    lms: LmsSettings | None = None
    teachers: Mapping[str, str] = field(default_factory=dict)
    memory: str = "2G"
    cpus: float = 2.0
    disk: str | None = "10G"
    idle_minutes: int = 60
    domain: str = ""

    @property
    def scheme(self) -> str:
        return "https" if self.https else "http"

    @property
    def host(self) -> str:
        """What browsers know it by; ``domain`` may say all of it, where something else stands before the Hub."""
        if "://" in self.domain:
            return self.domain.rstrip("/")
        port = "" if self.port == {"http": 80, "https": 443}[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.domain or self.listening or os.uname().nodename}{port}"

    @property
    def listening(self) -> str:
        """``address`` as it stands in a URL."""
        return f"[{self.address}]" if ":" in self.address else self.address


def proxy_program() -> str | None:
    """The Hub's proxy: on the PATH, or in this Python environment."""
    own = Path(sys.prefix, "lib", _PROXY, "node_modules/.bin", _PROXY)
    return shutil.which(_PROXY) or (str(own) if own.exists() else None)


def configuration(wanted: Wanted) -> str:
    """The text of a jupyterhub_config.py."""
    certificate = ""
    if wanted.https:
        lines = zip(("ssl_cert", "ssl_key"), wanted.https, strict=True)
        certificate = "".join(f"c.JupyterHub.{name} = {str(file.resolve())!r}\n" for name, file in lines)
    return _TEMPLATE.format(
        url=f"{wanted.scheme}://{wanted.listening}:{wanted.port}",
        https=certificate,
        domain=_DOMAIN.format(domain=urlsplit(wanted.host).hostname, host=wanted.host) if wanted.domain else "",
        api_port=_API_PORT,
        proxy_api_port=_PROXY_API_PORT,
        page_port=_PAGE_PORT,
        body=_BODY,
        token=_TOKEN,
        hub=wanted.place.hub,
        proxy=proxy_program() or _PROXY,
        folder=str(wanted.place.path),
        course=str(wanted.course),
        teachers=set(wanted.teachers),
        memory=wanted.memory,
        cpus=wanted.cpus,
        disk=wanted.disk,
        users=_users(wanted),
        idle_seconds=wanted.idle_minutes * 60,
    )


def _users(wanted: Wanted) -> str:
    if wanted.lms is None:
        return _ROSTER.format(roster=str(wanted.roster)) if wanted.roster else _PAM
    return _LMS.format(
        client_id=wanted.lms.client_id,
        issuer=wanted.lms.issuer,
        authorize_url=wanted.lms.authorize_url,
        jwks_url=wanted.lms.jwks_url,
        scheme=urlsplit(wanted.host).scheme,
        accounts={login.casefold(): account for account, login in wanted.teachers.items()},
    )


def check_machine(wanted: Wanted, *, own: bool = False) -> None:
    """Raises an ExpectedError that names what is missing and the command that mends it.

    ``own``: where the Hub listens says a configuration of the teacher's own.
    """
    if os.geteuid() != 0:
        raise ClassError(_("A class server needs root: it builds the walls between students."), sudo_drydock("serve"))
    for package in ("jupyterhub", *(("ltiauthenticator",) if wanted.lms else ())):
        if missing := extras.absent(package):
            raise missing
    if shutil.which("node") is None and shutil.which("nodejs") is None:
        raise ClassError(_("JupyterHub's proxy needs Node.js."), "apt-get install nodejs npm")
    if proxy_program() is None:
        raise ClassError(_("JupyterHub's proxy is not installed."), f"npm install -g {_PROXY}@5")
    check_domain(wanted)
    for file in wanted.https or ():
        if not file.is_file():
            raise ClassError(_("There is no file {file}.").format(file=file), f"ls -l '{file.parent}'")
    _check_ports(None if own else wanted.port)


def _check_ports(asked: int | None) -> None:
    """``asked``: where students and teacher come in."""
    inner = (_API_PORT, _PROXY_API_PORT, _PAGE_PORT)
    if asked in inner:
        raise ClassError(_("The Hub uses port {port} itself.").format(port=asked), "drydock serve --port 8000")
    for port in (*inner, *([asked] if asked else [])):
        if _is_taken(port):
            raise ClassError(
                _("Port {port} of this machine is taken (by another Hub?).").format(port=port),
                f"ss -ltnp sport = :{port}",
            )


def check_domain(wanted: Wanted) -> None:
    """Raises ClassError where ``domain`` is none below which there are names."""
    scheme, _found, name = wanted.host.rpartition("://")
    if wanted.domain and not (scheme in ("http", "https") and _DOMAIN_NAME.fullmatch(name)):
        raise ClassError(
            _("{domain} is no name below which students' servers could have theirs.").format(domain=wanted.domain),
            "drydock serve --domain hub.uni.example",
        )


def _is_taken(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return False
    except OSError:
        return True
