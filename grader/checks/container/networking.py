"""A container's networks and published ports."""

from __future__ import annotations

from typing import Any

from grader.checks import arguments
from grader.checks.container.subject import ContainerSubject
from grader.checks.daemon import Attrs
from grader.checks.docker_words import dig, inspect_command, port_key, published, shown_port
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.plain import listed
from grader.i18n import _


class Networking(ContainerSubject):
    """Expectations about how a container is reached and whom it can reach."""

    @expectation
    def publishes(
        self,
        host_port: int | None = None,
        container_port: int = 80,
        protocol: str = "tcp",
        host_ip: str | None = None,
    ) -> Claim:
        """Its port is published on the host: at ``host_port``, or at any port when that is None."""
        inside = port_key(
            arguments.port(container_port, "container_port"),
            arguments.one_of(protocol, "protocol", ("tcp", "udp", "sctp")),
        )
        if host_port is not None:
            arguments.port(host_port, "host_port")
        shown = shown_port((host_ip or "0.0.0.0", host_port or 0, inside))

        def judge(attrs: Attrs) -> Finding:
            has = ports_of(attrs)
            right = any(
                entry[2] == inside and host_port in (None, entry[1]) and host_ip in (None, entry[0])
                for entry in has
            )
            return Finding(right, listed(map(shown_port, has), empty=_("no port is published")))

        return Claim(
            _("Container {name} publishes its port {inside}{where}").format(
                name=self.name,
                inside=inside,
                where=_(" at port {port}").format(port=host_port) if host_port else "",
            ),
            shown,
            judge,
            f"docker port {self._shell_name}",
            _(
                "Ports are published when a container is made; the host's port comes first, then the container's."
            ),
        )

    @expectation
    def publishes_nothing(self) -> Claim:
        """No port is published (exposed ones don't count)."""

        def judge(attrs: Attrs) -> Finding:
            has = ports_of(attrs)
            return Finding(not has, listed(map(shown_port, has), empty=_("no port is published")))

        return Claim(
            _("Container {name} publishes no port").format(name=self.name),
            _("no port is published"),
            judge,
            f"docker port {self._shell_name}",
            _("Ports are published when a container is made."),
        )

    @expectation
    def on_network(self, network: str, alias: str | None = None, ip: str | None = None) -> Claim:
        """It is connected to this network, there also known as ``alias`` and at the address ``ip`` if given."""
        arguments.text(network, "network")
        extras = [_("as {alias}").format(alias=alias)] if alias else []
        extras += [_("at {ip}").format(ip=ip)] if ip else []
        shown = " ".join([network, *extras])

        def judge(attrs: Attrs) -> Finding:
            networks = networks_of(attrs)
            end = networks.get(network)
            right = end is not None
            if end is not None and alias:
                right = alias in (*(end.get("Aliases") or ()), *(end.get("DNSNames") or ()))
            if end is not None and ip:
                fixed = (end.get("IPAMConfig") or {}).get("IPv4Address")
                right = right and ip in (end.get("IPAddress"), end.get("GlobalIPv6Address"), fixed)
            return Finding(right, _shown_networks(networks))

        return Claim(
            _("Container {name} is on the network {network}").format(name=self.name, network=shown),
            shown,
            judge,
            inspect_command("container", self.name, ".NetworkSettings.Networks"),
            _("`docker network ls` lists networks, `docker network --help` what can be done with them."),
        )


def ports_of(attrs: Attrs) -> list[tuple[str, int, str]]:
    """What is published: as the daemon really did it while the container runs, else as it was asked for."""
    running = dig(attrs, "State", "Running") is True
    actual = published(dig(attrs, "NetworkSettings", "Ports")) if running else []
    return actual or published(dig(attrs, "HostConfig", "PortBindings"))


def networks_of(attrs: Attrs) -> dict[str, dict[str, Any]]:
    """Network names with the container's end in them."""
    return {name: end or {} for name, end in (dig(attrs, "NetworkSettings", "Networks") or {}).items()}


def _shown_networks(networks: dict[str, dict[str, Any]]) -> str:
    def end(name: str) -> str:
        names = sorted({*(networks[name].get("Aliases") or ()), *(networks[name].get("DNSNames") or ())})
        known = _(" as {names}").format(names=", ".join(names)) if names else ""
        address = networks[name].get("IPAddress")
        return name + known + (_(" at {ip}").format(ip=address) if address else "")

    return listed(map(end, networks), empty=_("on no network"))
