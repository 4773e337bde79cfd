"""A registry by the address at which it is published, and what is expected of all of it."""

from __future__ import annotations

import re
import secrets
import ssl
from typing import Any, Self

from grader.checks import arguments, web
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Context, Finding, Subject, expectation
from grader.checks.registry.api import Api, Reply
from grader.checks.registry.store import stored_bytes
from grader.checks.registry.tls import certificate_of
from grader.checks.waiting import wait_for
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import listed_name
from grader.i18n import _
from grader.report.plain import listed

_ADDRESS = re.compile(r"(localhost|127\.0\.0\.1):(\d{1,5})")
_NAME = re.compile(r"[a-z0-9]+([._/-]+[a-z0-9]+)*")
#: Seconds for a registry to begin to listen, and between two looks: no event tells.
_START_SECONDS = 10.0
_RETRY = 0.25
#: Where the registry's image keeps what was pushed.
_STORE = "/var/lib/registry"


class RegistrySubject(Subject):
    """The registry that a running container publishes at a port of the engine's."""

    kind = "registry"
    hears_students = True
    on_hosts = False

    @classmethod
    def stated(cls, context: Context, address: str, *, user: tuple[str, str] | None = None, tls: bool = False) -> Self:
        return cls(context, address, user=user, tls=tls)

    def __init__(
        self, context: Context, address: str, *, user: tuple[str, str] | None = None, tls: bool = False
    ) -> None:
        """``user``: name and password for all that is asked. ``tls``: it is spoken with by HTTPS, whoever signed it."""
        found = _ADDRESS.fullmatch(arguments.text(address, "address"))
        if found is None:
            raise AuthorError(_("a registry's address is like localhost:8100, not {value!r}").format(value=address))
        if user is not None and (not isinstance(user, tuple | list) or len(arguments.texts(user, "user")) != 2):
            raise AuthorError(_("user must be a name and a password, not {value!r}").format(value=user))
        super().__init__(context, address)
        self.port = arguments.port(int(found[2]), "port")
        self._user = None if user is None else (user[0], user[1])
        self._tls = arguments.yes(tls, "tls")
        self._trouble: Finding | None = None
        self.host = ""

    @property
    def what(self) -> str:
        return _("Registry {name}").format(name=self.name)

    @property
    def api(self) -> Api:
        """The way to ask it; ``_seen`` has found out where it is."""
        return Api(self.host, self.port, user=self._user, tls=_any_certificate() if self._tls else None)

    def _fetch(self) -> Attrs | None:
        running = self._daemon.ask(lambda client: client.containers())
        published = [(port, box) for box in running for port in box.get("Ports") or () if port.get("Type") == "tcp"]
        here = [(port, box) for port, box in published if port.get("PublicPort") == self.port]
        if not here:
            ports = sorted({int(port["PublicPort"]) for port, _box in published if port.get("PublicPort")})
            self._trouble = Finding(
                False,
                _("no running container publishes port {port}; published are: {ports}").format(
                    port=self.port, ports=listed(ports, empty=_("none"))
                ),
                "docker ps",
                self._where_to_begin(),
            )
            return None
        port, box = here[0]
        self.host = web.here(self._daemon.host, str(port.get("IP") or ""), self.port)
        name = listed_name(box)
        until = _("{name} answers on port {port}").format(name=name, port=self.port)
        answer = wait_for(
            self._daemon, "container", name, self._answers, until=until, seconds=_START_SECONDS, retry=_RETRY
        )
        if not answer.ok:
            self._trouble = answer
            return None
        return {"Id": box["Id"], "Name": name}

    def _answers(self) -> Finding:
        reply = self.api.ask("/v2/")
        good = reply.status in (200, 401)
        look = _("`docker logs` of the container tells what the registry says.")
        # Another server than a registry won't become one.
        return Finding(good, reply.shown(), self._curl("/v2/"), look, hopeless=bool(reply.status) and not good)

    def _missing(self) -> Finding:
        return self._trouble or Finding(False, _("no answer"))

    def _curl(self, path: str) -> str:
        scheme = "https" if self._tls else "http"
        return f"curl -i {'-k ' if self._tls else ''}{scheme}://{self.name}{path}"

    # -- Who may do what.

    @expectation
    def takes_pushes(self) -> Claim:
        """It is a registry to which one may push: it takes the bytes of an upload, and counts them."""

        def judge(_attrs: Attrs) -> Finding:
            reply = self.api.upload(secrets.token_bytes(64 + secrets.randbelow(64)))
            return Finding(reply.status == 200, _("an upload was taken") if reply.status == 200 else reply.shown())

        return Claim(
            self._says(_("{what} takes pushes")),
            _("an upload is taken"),
            judge,
            self._curl("/v2/"),
            _("Is it a registry that answers there? Its container's log shows the request of the check."),
        )

    @expectation
    def takes_no_pushes(self) -> Claim:
        """It refuses an upload, though it lets in who asks: a mirror, or one that may only be read."""

        def judge(_attrs: Attrs) -> Finding:
            reply = self.api.upload(b"drydock")
            refused = 400 <= reply.status < 500 and reply.status != 401
            return Finding(refused, _("an upload was taken") if reply.status == 200 else reply.shown())

        return Claim(
            self._says(_("{what} takes no pushes")),
            _("an upload is refused"),
            judge,
            self._curl("/v2/"),
            _("A registry that mirrors another one refuses all pushes."),
        )

    @expectation
    def lets_in(self, user: str, password: str) -> Claim:
        """This password opens it, and another one does not."""
        name, secret = arguments.text(user, "user"), arguments.text(password, "password")

        def judge(_attrs: Attrs) -> Finding:
            reply = self.api.ask("/v2/", user=(name, secret))
            if reply.status != 200:
                return Finding(False, reply.shown())
            other = self.api.ask("/v2/", user=(name, secrets.token_hex(8)))
            if other.status == 401:
                return Finding(True, _("let in"))
            return Finding(False, _("any password opens it: {answer}").format(answer=other.shown()))

        return Claim(
            self._says(_("{what} lets {user} in with the right password only"), user=name),
            _("status 200 with the password, 401 with another"),
            judge,
            f"curl -i -u {name} {self._curl('/v2/').removeprefix('curl -i ')}",
            _("Which file of passwords does the registry read, and what stands in it? Its log tells of each try."),
        )

    @expectation
    def keeps_out(self, user: str, password: str) -> Claim:
        """This name with this password does not open it."""
        name, secret = arguments.text(user, "user"), arguments.text(password, "password")

        def judge(_attrs: Attrs) -> Finding:
            reply = self.api.ask("/v2/", user=(name, secret))
            return Finding(reply.status == 401, reply.shown())

        return Claim(
            self._says(_("{what} keeps {user} out, who comes with an old password"), user=name),
            _("status 401"),
            judge,
            f"curl -i -u {name} {self._curl('/v2/').removeprefix('curl -i ')}",
            _("Which file of passwords does the registry read, and what stands in it? Its log tells of each try."),
        )

    @expectation
    def refuses_without_password(self) -> Claim:
        """Who gives no name and password gets nothing."""

        def judge(_attrs: Attrs) -> Finding:
            replies = [self.api.ask(path, anonymous=True) for path in ("/v2/", "/v2/_catalog")]
            open_one = next((reply for reply in replies if reply.status != 401), None)
            return Finding(open_one is None, (open_one or replies[0]).shown())

        return Claim(
            self._says(_("{what} refuses who gives no password")),
            _("status 401"),
            judge,
            self._curl("/v2/_catalog"),
            _("A registry asks for nothing unless its settings name a way to do so."),
        )

    @expectation
    def has_certificate_signed_by(self, volume: str, path: str, *, name: str = "localhost") -> Claim:
        """It speaks TLS, with a certificate for ``name`` that the authority signed whose own is in a volume."""
        where, at, host = arguments.text(volume, "volume"), arguments.path(path, "path"), arguments.text(name, "name")
        return Claim(
            self._says(
                _("{what} has a certificate for {host}, signed by the authority in volume {volume}"),
                host=host,
                volume=where,
            ),
            _("a certificate that who trusts {path} accepts").format(path=at),
            lambda _attrs: certificate_of(self._context, self.host, self.port, volume=where, path=at, name=host),
            f"docker run --rm -v {where}:/ca:ro drydock/busybox:1 ls -l /ca",
            _("For which names is the certificate? Who signed it? Does the registry use it?"),
        )

    # -- What it keeps.

    @expectation
    def has_repository(self, name: str) -> Claim:
        """Its catalog names this repository."""
        wanted = repository_name(name)
        return self._catalog(
            self._says(_("{what} has a repository {repository}"), repository=wanted),
            wanted,
            lambda names: wanted in names,
        )

    @expectation
    def has_no_repository(self, name: str) -> Claim:
        """Its catalog does not name this repository."""
        unwanted = repository_name(name)
        return self._catalog(
            self._says(_("{what} has no repository {repository}"), repository=unwanted),
            _("no {repository}").format(repository=unwanted),
            lambda names: unwanted not in names,
        )

    def _catalog(self, sentence: str, expected: str, right: Any) -> Claim:
        def judge(_attrs: Attrs) -> Finding:
            names = self.api.repositories()
            if isinstance(names, Reply):
                return Finding(False, names.shown())
            return Finding(right(names), listed(names, empty=_("no repository")))

        return Claim(
            sentence,
            expected,
            judge,
            self._curl("/v2/_catalog"),
            _("A repository is what stands between the registry's address and the tag."),
        )

    @expectation
    def has_only_tags(self, repository: str, *tags: str) -> Claim:
        """These are all tags of a repository; without any, it has lost them all."""
        where = repository_name(repository)
        wanted = sorted(arguments.texts(tags, "tags")) if tags else []

        def judge(_attrs: Attrs) -> Finding:
            names = self.api.tags(where)
            if isinstance(names, Reply):
                return Finding(not wanted and names.status == 404, names.shown())
            return Finding(names == wanted, listed(names, empty=_("no tags")))

        return Claim(
            self._says(
                _("{what}: the tags of {repository} are {tags}"),
                repository=where,
                tags=listed(wanted, limit=50, empty=_("none")),
            ),
            listed(wanted, limit=50, empty=_("no tags")),
            judge,
            self._curl(f"/v2/{where}/tags/list"),
            _("`docker push` sends a tag; a tag that was sent stays until somebody moves or deletes it."),
        )

    @expectation
    def stores_at_most(self, size: str | int, *, at: str = _STORE) -> Claim:
        """All blobs it keeps on its disk are not larger than this. ``at``: its storage's folder in the container."""
        limit, folder = arguments.size_bytes(size), arguments.path(at, "at")

        def judge(attrs: Attrs) -> Finding:
            has = stored_bytes(self._daemon, str(attrs["Id"]), folder, limit)
            if has is None:
                return Finding(False, _("it keeps nothing at {path}").format(path=folder))
            return Finding(has <= limit, arguments.human_size(has))

        return Claim(
            self._says(_("{what} keeps at most {size} on its disk"), size=arguments.human_size(limit)),
            arguments.human_size(limit),
            judge,
            f"docker exec … du -s {folder}",
            _("What was deleted over the API is still on the disk, until the registry's own collector has run."),
        )


def repository_name(name: object) -> str:
    """A repository's name, without address and tag. Raises AuthorError."""
    if not _NAME.fullmatch(arguments.text(name, "repository")):
        raise AuthorError(_("a repository's name is like harbour/tide, not {value!r}").format(value=name))
    return str(name)


def _any_certificate() -> ssl.SSLContext:
    """TLS whoever signed the certificate: what comes is proved by its digest, not by its sender."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
