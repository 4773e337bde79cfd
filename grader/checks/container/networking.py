"""A container's networks and published ports, as the daemon describes them."""

from __future__ import annotations

from typing import Any

from grader.checks import arguments
from grader.checks.container.subject import ContainerSubject
from grader.checks.expectation import Claim, Finding, expectation
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig, inspect_command, published, shown_port
from grader.i18n import _
from grader.report.plain import listed


class Networking(ContainerSubject):
    """Expectations about how a container is connected."""

    @expectation
    def publishes(
        self,
        host_port: int | None = None,
        container_port: int = 80,
        protocol: str = "tcp",
        host_ip: str | None = None,
    ) -> Claim:
        """Its port is published on the host: at ``host_port``, or at any port when that is None."""
        inside = arguments.port_and_protocol(container_port, protocol)
        if host_port is not None:
            arguments.port(host_port, "host_port")
        if host_ip is not None:
            arguments.text(host_ip, "host_ip")

        def judge(attrs: Attrs) -> Finding:
            has = ports_of(attrs)
            right = any(
                entry[2] == inside and host_port in (None, entry[1]) and host_ip in (None, entry[0]) for entry in has
            )
            return Finding(right, shown_ports(has), because=no_port(host_port) if host_port is not None else "")

        any_port = _("any port")
        where = _(" at port {port}").format(port=host_port) if host_port else ""
        where += _(" of {ip}").format(ip=host_ip) if host_ip else ""
        return Claim(
            self._says(_("{what} publishes its port {inside}{where}"), inside=inside, where=where),
            f"{inside} -> {host_ip or '0.0.0.0'}:{host_port or any_port}",
            judge,
            f"docker port {self._shell_name}",
            _("Ports are published when a container is made: the host's port first, then the container's."),
        )

    @expectation
    def publishes_nothing(self) -> Claim:
        """No port is published (exposed ones don't count)."""
        return Claim(
            self._says(_("{what} publishes no port")),
            _("no port is published"),
            lambda attrs: Finding(not ports_of(attrs), shown_ports(ports_of(attrs))),
            f"docker port {self._shell_name}",
            _("Ports are published when a container is made."),
        )

    @expectation
    def on_network(self, network: str, alias: str | None = None, ip: str | None = None) -> Claim:
        """It is connected to this network, there also known as ``alias`` and at the address ``ip`` if given."""
        shown = arguments.text(network, "network")
        if alias is not None:
            shown += _(" as {alias}").format(alias=arguments.text(alias, "alias"))
        if ip is not None:
            shown += _(" at {ip}").format(ip=arguments.text(ip, "ip"))

        def judge(attrs: Attrs) -> Finding:
            networks = networks_of(attrs)
            right = network in networks and is_at(networks[network], alias, ip)
            return Finding(right, _shown_networks(networks))

        return Claim(
            self._says(_("{what} is on the network {network}"), network=shown),
            shown,
            judge,
            inspect_command("container", self.name, ".NetworkSettings.Networks"),
            _("`docker network ls` lists networks, `docker network --help` what can be done with them."),
        )

    @expectation
    def not_on_network(self, network: str) -> Claim:
        """It is not connected to this network."""
        arguments.text(network, "network")
        return Claim(
            self._says(_("{what} is not on the network {network}"), network=network),
            _("not on {network}").format(network=network),
            lambda attrs: Finding(network not in networks_of(attrs), _shown_networks(networks_of(attrs))),
            inspect_command("container", self.name, ".NetworkSettings.Networks"),
            _("`docker network --help` lists how a container joins and leaves a network."),
        )

    @expectation
    def on_only_networks(self, *networks: str) -> Claim:
        """It is connected to exactly these networks."""
        wanted = sorted(arguments.texts(networks, "networks"))
        shown = ", ".join(wanted)
        return Claim(
            self._says(_("{what} is on the network {network} and on no others"), network=shown),
            shown,
            lambda attrs: Finding(sorted(networks_of(attrs)) == wanted, _shown_networks(networks_of(attrs))),
            inspect_command("container", self.name, ".NetworkSettings.Networks"),
            _("`docker network --help` lists how a container joins and leaves a network."),
        )

    @expectation
    def has_network_mode(self, mode: str) -> Claim:
        """How it was made: "bridge" (the default), "host", "none", "container:NAME" or a network's name."""
        wanted = arguments.text(mode, "mode")

        def judge(attrs: Attrs) -> Finding:
            has = str(dig(attrs, "HostConfig", "NetworkMode") or "default")
            # "default" and "bridge" are the same network on Linux.
            same = {"default": "bridge"}
            kind, _colon, name = wanted.partition(":")
            if kind == "container" and name:
                other = self._daemon.find(lambda client: client.inspect_container(name)) or {}
                return Finding(has in (wanted, f"container:{other.get('Id')}"), has)
            return Finding(same.get(has, has) == same.get(wanted, wanted), has)

        return Claim(
            self._says(_("{what} has the network mode {mode}"), mode=wanted),
            wanted,
            judge,
            inspect_command("container", self.name, ".HostConfig.NetworkMode"),
            _("The network mode is chosen when a container is made: `docker run --help`, look for network."),
        )

    @expectation
    def has_dns(self, server: str) -> Claim:
        """It was given this DNS server."""
        wanted = arguments.text(server, "server")
        return self._field(
            self._says(_("{what} asks the DNS server {server}"), server=wanted),
            wanted,
            "HostConfig.Dns",
            right=lambda has: wanted in (has or ()),
            show=lambda has: listed(has or (), empty=_("no server of its own")),
            look=_("`docker run --help`, look for DNS."),
        )

    @expectation
    def has_extra_host(self, name: str, ip: str) -> Claim:
        """Its hosts file has this extra line (``--add-host``)."""
        shown = f"{arguments.text(name, 'name')}:{arguments.text(ip, 'ip')}"
        return self._field(
            self._says(_("{what} has the extra host {host}"), host=shown),
            shown,
            "HostConfig.ExtraHosts",
            right=lambda has: shown in [str(entry).replace("=", ":", 1) for entry in has or ()],
            show=lambda has: listed(has or (), empty=_("no extra hosts")),
            look=_("`docker run --help`, look for host."),
        )


def no_port(port: int | None) -> str:
    """The fault that this port of the host is not the container's."""
    return f"no port {port}"


def ports_of(attrs: Attrs) -> list[tuple[str, int, str]]:
    """What is published: as the daemon really did it while the container runs, else as it was asked for."""
    # Between two restarts the daemon says both.
    runs = dig(attrs, "State", "Running") is True and not dig(attrs, "State", "Restarting")
    return published(dig(attrs, *(("NetworkSettings", "Ports") if runs else ("HostConfig", "PortBindings"))))


def shown_ports(ports: list[tuple[str, int, str]]) -> str:
    return listed(map(shown_port, ports), empty=_("no port is published"))


def networks_of(attrs: Attrs) -> dict[str, dict[str, Any]]:
    """Network names with the container's end in them."""
    return {name: end or {} for name, end in (dig(attrs, "NetworkSettings", "Networks") or {}).items()}


def is_at(end: dict[str, Any], alias: str | None, ip: str | None) -> bool:
    """Whether a container's end in a network has this other name and address (None: whatever)."""
    # Daemons from API 1.44 on list what answers in DNSNames; older ones in Aliases.
    known = {*(end.get("Aliases") or ()), *(end.get("DNSNames") or ())}
    fixed = end.get("IPAMConfig") or {}
    addresses = {end.get("IPAddress"), end.get("GlobalIPv6Address"), fixed.get("IPv4Address"), fixed.get("IPv6Address")}
    return (alias is None or alias in known) and (ip is None or ip in addresses)


def _shown_networks(networks: dict[str, dict[str, Any]]) -> str:
    def end(name: str) -> str:
        names = sorted({*(networks[name].get("Aliases") or ()), *(networks[name].get("DNSNames") or ())})
        known = _(" as {names}").format(names=", ".join(names)) if names else ""
        address = networks[name].get("IPAddress")
        return name + known + (_(" at {ip}").format(ip=address) if address else "")

    return listed(map(end, networks), empty=_("on no network"))
