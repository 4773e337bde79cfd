"""Expectations about a network."""

from __future__ import annotations

import ipaddress

from grader.checks import arguments
from grader.checks.daemon import Attrs
from grader.checks.docker_words import dig, inspect_command
from grader.checks.expectation import Claim, Finding, Subject, expectation
from grader.checks.history import gone
from grader.checks.plain import listed
from grader.i18n import _


class Network(Subject):
    """``t.network("front")``: everything a task can expect of one network."""

    kind = "network"

    def _fetch(self) -> Attrs | None:
        attrs = self._daemon.find(lambda client: client.inspect_network(self.name))
        return attrs if attrs and attrs.get("Name") == self.name else None

    def _missing(self) -> Finding:
        networks = self._daemon.ask(lambda client: client.networks())
        return Finding(
            False,
            _("there is no network {name}; the networks here: {names}").format(
                name=self.name, names=listed(sorted(str(n.get("Name")) for n in networks), empty=_("none"))
            ),
            "docker network ls",
            _("`docker network --help` lists what can be done with networks."),
        )

    @expectation
    def exists(self) -> Claim:
        """A network has this name."""
        return Claim(
            _("Network {name} exists").format(name=self.name),
            _("a network with this name"),
            lambda attrs: Finding(True, str(attrs.get("Driver"))),
            "docker network ls",
            "",
        )

    @expectation
    def is_gone(self, after_existing: bool = False) -> Claim:
        """No network has this name; with ``after_existing`` one had it earlier."""
        return gone(
            self,
            _("Network {name} is removed"),
            after_existing,
            "docker network ls",
            present=lambda attrs: str(attrs.get("Driver")),
        )

    @expectation
    def has_driver(self, driver: str) -> Claim:
        """Its driver: bridge, host, macvlan, …"""
        wanted = arguments.text(driver, "driver")
        return Claim(
            _("Network {name} uses the driver {driver}").format(name=self.name, driver=wanted),
            wanted,
            lambda attrs: Finding(attrs.get("Driver") == wanted, str(attrs.get("Driver"))),
            inspect_command("network", self.name, ".Driver"),
            _("The driver is chosen when a network is made."),
        )

    @expectation
    def is_internal(self, yes: bool = True) -> Claim:
        """It has no way out (``--internal``); ``is_internal(False)``: it has one."""
        words = {True: _("internal"), False: _("not internal")}
        return Claim(
            _("Network {name} is {what}").format(name=self.name, what=words[bool(yes)]),
            words[bool(yes)],
            lambda attrs: Finding(attrs.get("Internal") is bool(yes), words[attrs.get("Internal") is True]),
            inspect_command("network", self.name, ".Internal"),
            _("Whether a network has a way out is fixed when it is made."),
        )

    @expectation
    def has_member(self, container: str) -> Claim:
        """This container is connected to it, running or not."""
        wanted = arguments.text(container, "container")

        def judge(_attrs: Attrs) -> Finding:
            members = self._members()
            return Finding(wanted in members, listed(members, empty=_("no containers")))

        return Claim(
            _("Container {container} is connected to network {name}").format(
                container=wanted, name=self.name
            ),
            wanted,
            judge,
            f"docker ps --all --filter network={self.name}",
            _("`docker network --help` lists how a container joins and leaves."),
        )

    def _members(self) -> list[str]:
        # `docker network inspect` shows running containers only; this filter also finds stopped ones.
        found = self._daemon.ask(lambda client: client.containers(all=True, filters={"network": self.name}))
        return sorted(str((container.get("Names") or ["?"])[0]).removeprefix("/") for container in found)

    @expectation
    def has_subnet(self, subnet: str) -> Claim:
        """One of its address ranges is this: "172.30.0.0/24"."""
        wanted = ipaddress.ip_network(arguments.text(subnet, "subnet"))

        def judge(attrs: Attrs) -> Finding:
            has = [
                str(entry.get("Subnet"))
                for entry in dig(attrs, "IPAM", "Config") or ()
                if entry.get("Subnet")
            ]
            return Finding(str(wanted) in has, listed(has, empty=_("no subnet")))

        return Claim(
            _("Network {name} has the subnet {subnet}").format(name=self.name, subnet=wanted),
            str(wanted),
            judge,
            inspect_command("network", self.name, ".IPAM.Config"),
            _("The subnet is chosen when a network is made: `docker network create --help`."),
        )
