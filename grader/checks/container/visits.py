"""Visits that a web server's log tells of, held against one of the check's own."""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Callable
from contextlib import suppress

from grader.checks import arguments
from grader.checks.container.reaching import Reaching
from grader.checks.container.subject import is_live
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.throwaway import helper_image, run
from grader.docker_api.daemon import Attrs
from grader.docker_api.streams import read_logs
from grader.docker_api.words import dig
from grader.i18n import _
from grader.report.plain import excerpt, listed

_HOST = "host"
#: Seconds for the check's own visit.
_VISIT_SECONDS = 8.0


class Visits(Reaching):
    """Expectations about who has visited a container's web server."""

    @expectation
    def was_visited(
        self,
        path: str,
        *,
        network: str = _HOST,
        status: int = 404,
        port: int = 80,
        published: bool = False,
        ipv6: bool = False,
    ) -> Claim:
        """Its access log has a visit of this page, made as from ``docker run --network NETWORK``.

        ``network``: "host", "container:NAME" or a network's name. The check makes a visit of its own from there to a
        page that nobody can know, and a log without that is not believed; the visit asked for must come from the same
        address (in a network: of another member). ``published``: at the published port ``port``, from anywhere.
        ``ipv6``: at its IPv6 address.
        """
        page, number = arguments.path(path, "path"), arguments.port(port, "port")
        arguments.whole(status, "status", low=100, high=599)
        arguments.text(network, "network")
        arguments.yes(published, "published")
        key = "GlobalIPv6Address" if arguments.yes(ipv6, "ipv6") else "IPAddress"

        def judge(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                return self._not_reachable(attrs)
            token = f"/drydock-{secrets.token_hex(8)}"
            addresses = ["127.0.0.1"] if published else _addresses(attrs, network, key)
            said = self._visit(addresses, _HOST if published else network, number, token)
            log = self._log_with(token, attrs)
            fresh = _visitors(log, token, None)
            if not fresh:
                unseen = _("its log tells nothing of a visit that the check has just made from there ({why}): {log}")
                return Finding(False, unseen.format(why=said, log=excerpt(log) or _("an empty log")))
            counts = self._counts(_addresses(attrs, network, key), network, fresh[-1], published=published)
            visitors = _visitors(log, page, status)
            found = _("visits of {path} with status {status} came from: {visitors}; the check's own came from {own}")
            return Finding(
                any(map(counts, visitors)),
                found.format(
                    path=page, status=status, visitors=listed(sorted(set(visitors)), empty=_("nowhere")), own=fresh[-1]
                ),
            )

        where = _("at its published port {port}").format(port=number) if published else _from(network)
        sentence = _("{what} was visited {where}: {path}, status {status}")
        return Claim(
            self._says(sentence, where=where, path=page, status=status),
            _("a visit of {path} in its log").format(path=page),
            judge,
            f"docker logs {self._shell_name}",
            _("`docker logs` shows who asked a web server for what: the address it begins with is the visitor's."),
        )

    def _visit(self, addresses: list[str], network: str, port: int, page: str) -> str:
        """Ask for the page at each of its addresses; what the last one said."""
        kind, _colon, other = network.partition(":")
        if kind == "container" and other:
            theirs = self._daemon.find(lambda client: client.inspect_container(other))
            network = f"container:{theirs['Id']}" if theirs else network
        said = _("it has no address there")
        for address in addresses:
            url = f"http://{f'[{address}]' if ':' in address else address}:{port}{page}"
            command = ["wget", "-q", "-T", "3", "-O", "-", url]
            host = {"NetworkMode": network}
            outcome = run(self._daemon, helper_image(self._daemon), command, seconds=_VISIT_SECONDS, host=host)
            said = excerpt(outcome.errors or outcome.output) or _("an answer")
        return said

    def _log_with(self, text: str, attrs: Attrs) -> str:
        """Its log, once the text is in it: the server writes its line when it has answered."""

        def look() -> Finding:
            log = read_logs(self._daemon, self.name, tty=dig(attrs, "Config", "Tty") is True)
            return Finding(text in log, log)

        return self._until(_("the log of {name} has the visit").format(name=self.name), 3, look).found

    def _counts(self, addresses: list[str], network: str, own: str, *, published: bool) -> Callable[[str], bool]:
        """Whether a visitor's address is one that the task asks for; ``own``: of the check's visit."""
        if published:
            inside = {"127.0.0.1", "::1", *addresses}
            return lambda visitor: visitor not in inside
        if network == _HOST or network.startswith("container:"):
            return lambda visitor: visitor == own
        configs = dig(self._daemon.find(lambda client: client.inspect_network(network)) or {}, "IPAM", "Config") or ()
        not_members = {*addresses, *(str(config.get("Gateway")) for config in configs)}
        ranges = [ipaddress.ip_network(str(config["Subnet"])) for config in configs if config.get("Subnet")]

        def member(visitor: str) -> bool:
            with suppress(ValueError):
                address = ipaddress.ip_address(visitor)
                same_kind = address.version == ipaddress.ip_address(own).version
                return same_kind and visitor not in not_members and any(address in one for one in ranges)
            return False

        return member


def _from(network: str) -> str:
    if network == _HOST:
        return _("from the engine's machine")
    kind, _colon, name = network.partition(":")
    if kind == "container" and name:
        return _("from container {name}").format(name=name)
    return _("from another container on network {name}").format(name=network)


def _addresses(attrs: Attrs, network: str, key: str) -> list[str]:
    """Its addresses: in that one of its networks, or in all of them."""
    networks = dig(attrs, "NetworkSettings", "Networks") or {}
    chosen = [networks[network]] if network in networks else list(networks.values())
    return [str(one[key]) for one in chosen if one.get(key)]


def _visitors(log: str, page: str, status: int | None) -> list[str]:
    """Where visits of a page came from, in the common log format."""
    code = r"\d+" if status is None else str(status)
    return re.findall(rf'^(\S+) .*"GET {re.escape(page)} [^"]*" {code} ', log, re.MULTILINE)
