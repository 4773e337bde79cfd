"""Expectations about a network."""

from __future__ import annotations

import ipaddress
import shlex
from typing import Any

from grader.checks import arguments
from grader.checks.container.networking import is_at
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.history import gone, none_here, there
from grader.checks.labels import Driven, Labelled
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig
from grader.i18n import _
from grader.report.plain import listed


class Network(Labelled, Driven):
    """``t.network("front")``: everything a task can expect of one network."""

    kind = "network"

    @property
    def what(self) -> str:
        return _("Network {name}").format(name=self.name)

    def _fetch(self) -> Attrs | None:
        attrs = self._daemon.find(lambda client: client.inspect_network(self.name))
        # The daemon also accepts the beginning of an ID as a name; only the name counts here.
        return attrs if attrs and attrs.get("Name") == self.name else None

    def _missing(self) -> Finding:
        names = sorted(str(network.get("Name")) for network in self._daemon.ask(lambda client: client.networks()))
        return none_here(self, _("there is no network {name}; the networks here: {names}"), names, "docker network ls")

    @expectation
    def exists(self) -> Claim:
        """A network has this name."""
        return there(self, _("a network with this name"), "docker network ls", lambda attrs: str(attrs.get("Driver")))

    @expectation
    def is_gone(self, after_existing: bool = False) -> Claim:
        """No network has this name; with ``after_existing`` one had (the daemon's events prove it)."""
        return gone(self, after_existing, "docker network ls", present=lambda attrs: str(attrs.get("Driver")))

    @expectation
    def is_internal(self, yes: bool = True) -> Claim:
        """It has no way out (``--internal``); ``is_internal(False)``: it has one."""
        return self._switch(_("{what} is internal"), _("{what} is not internal"), yes, "Internal")

    @expectation
    def is_attachable(self, yes: bool = True) -> Claim:
        """Containers of one's own may join it, where it belongs to a swarm."""
        return self._switch(_("{what} is attachable"), _("{what} is not attachable"), yes, "Attachable")

    @expectation
    def is_ipv6(self, yes: bool = True) -> Claim:
        """IPv6 is switched on in it."""
        return self._switch(_("{what} has IPv6"), _("{what} has no IPv6"), yes, "EnableIPv6")

    @expectation
    def has_member(self, container: str, alias: str | None = None, ip: str | None = None) -> Claim:
        """This container is connected to it, running or not, as ``alias`` and at ``ip`` when given."""
        wanted = arguments.text(container, "container")
        shown = wanted + (_(" as {alias}").format(alias=alias) if alias else "")
        shown += _(" at {ip}").format(ip=ip) if ip else ""

        def judge(_attrs: Attrs) -> Finding:
            members = self._users()
            right = wanted in members
            if right and (alias or ip):
                attrs = self._daemon.find(lambda client: client.inspect_container(wanted)) or {}
                right = is_at(dig(attrs, "NetworkSettings", "Networks", self.name) or {}, alias, ip)
            return Finding(right, listed(members, empty=_("no containers")))

        return self._member_claim(self._says(_("{what} has the member {container}"), container=shown), shown, judge)

    @expectation
    def has_no_member(self, container: str) -> Claim:
        """This container is not connected to it."""
        unwanted = arguments.text(container, "container")
        return self._member_claim(
            self._says(_("{what} does not have the member {container}"), container=unwanted),
            _("without {container}").format(container=unwanted),
            lambda _attrs: Finding(unwanted not in (m := self._users()), listed(m, empty=_("no containers"))),
        )

    @expectation
    def has_only_members(self, *containers: str) -> Claim:
        """Exactly these containers are connected to it; none given: nobody is."""
        wanted = sorted(arguments.texts(containers, "containers")) if containers else []
        shown = listed(wanted, empty=_("no containers"))
        return self._member_claim(
            self._says(_("{what} has exactly the members {containers}"), containers=shown),
            shown,
            lambda _attrs: Finding((m := self._users()) == wanted, listed(m, empty=_("no containers"))),
        )

    def _member_claim(self, sentence: str, expected: str, judge: Any) -> Claim:
        return Claim(
            sentence,
            expected,
            judge,
            f"docker ps --all --filter {shlex.quote(f'network={self.name}')}",
            _("`docker network --help` lists how a container joins and leaves."),
        )

    @expectation
    def has_subnet(self, subnet: str) -> Claim:
        """One of its address ranges is this: "172.30.0.0/24"."""
        wanted = str(_network(subnet, "subnet"))
        return self._address(self._says(_("{what} has the subnet {subnet}"), subnet=wanted), wanted, "Subnet")

    @expectation
    def has_gateway(self, ip: str) -> Claim:
        """The host's address in it."""
        wanted = str(ipaddress.ip_address(arguments.text(ip, "ip")))
        return self._address(self._says(_("{what} has the gateway {ip}"), ip=wanted), wanted, "Gateway")

    @expectation
    def gives_out(self, ip_range: str) -> Claim:
        """Of its addresses it gives out none but those in this range: "172.30.0.128/25"."""
        wanted = _network(ip_range, "ip_range")

        def shares(config: Any) -> list[Any]:
            given = [entry.get("IPRange") or entry.get("Subnet") for entry in config or ()]
            nets = [ipaddress.ip_network(one, strict=False) for one in given if one]
            return [net for net in nets if net.version == wanted.version]

        return self._field(
            self._says(_("{what} gives out addresses of {ip_range} only"), ip_range=wanted),
            str(wanted),
            "IPAM.Config",
            right=lambda config: bool(has := shares(config)) and all(net.subnet_of(wanted) for net in has),
            show=lambda config: listed(map(str, shares(config)), empty=_("none")),
            look=_("Addresses are chosen when a network is made: `docker network create --help`."),
        )

    def _address(self, sentence: str, wanted: str, field: str) -> Claim:
        def values(config: Any) -> list[str]:
            return [str(entry[field]) for entry in config or () if entry.get(field)]

        return self._field(
            sentence,
            wanted,
            "IPAM.Config",
            right=lambda config: wanted in values(config),
            show=lambda config: listed(values(config), empty=_("none")),
            look=_("Addresses are chosen when a network is made: `docker network create --help`."),
        )


def _network(value: str, what: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """A range of addresses as an author writes it. Raises AuthorError."""
    try:
        return ipaddress.ip_network(arguments.text(value, what))
    except ValueError as error:
        raise AuthorError(_("{what}: {why}").format(what=what, why=error)) from None
