"""The daemon's networks as lanes, and which container has which address and which names on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.charts.chart import Chart, Table
from grader.charts.lab_docker import all_containers, name_of, no_container, state_word
from grader.charts.lanes import Column, Lane, draw_lanes
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.words import dig, published, shown_port
from grader.i18n import _, ngettext

#: The networks every daemon has; drawn only when somebody is on them.
PREDEFINED = ("bridge", "host", "none")


@dataclass(frozen=True)
class Network:
    """A network as docker inspect has it; ``subnets`` in CIDR form (172.18.0.0/16), ``internal``: no way out."""

    name: str
    driver: str
    subnets: tuple[str, ...]
    internal: bool = False


@dataclass(frozen=True)
class Membership:
    """A container on a network. ``names``: what the network's DNS knows it as, its own name aside."""

    network: str
    addresses: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Member:
    """A container. ``inside``: whose network it shares (``--network container:NAME``)."""

    name: str
    state: str
    memberships: tuple[Membership, ...]
    ports: tuple[str, ...] = ()
    inside: str = ""

    @property
    def runs(self) -> bool:
        return self.state in ("running", "paused")


@dataclass(frozen=True)
class NetworkMap:
    """What the chart draws: networks, and the containers that are or could be on them."""

    networks: tuple[Network, ...]
    members: tuple[Member, ...]


def read_networks(daemon: Daemon, only: Sequence[str] = ()) -> NetworkMap:
    """All containers and networks, but of the predefined networks only those in use.

    With ``only`` these containers and the networks they are on. Raises NotThere.
    """
    containers = all_containers(daemon)
    names = {str(attrs["Id"]): name_of(attrs) for attrs in containers}
    for name in only:
        if name not in names.values():
            raise no_container(name)
    members = tuple(_member(attrs, names) for attrs in containers if not only or name_of(attrs) in only)
    used = {membership.network for member in members for membership in member.memberships}
    networks = [_network(attrs) for attrs in daemon.ask(lambda client: client.networks())]
    shown = [network for network in networks if network.name in used or not (only or network.name in PREDEFINED)]
    return NetworkMap(tuple(sorted(shown, key=lambda network: (network.name in PREDEFINED, network.name))), members)


def _network(attrs: Attrs) -> Network:
    return Network(
        str(attrs["Name"]),
        str(attrs.get("Driver") or ""),
        tuple(str(entry["Subnet"]) for entry in dig(attrs, "IPAM", "Config") or () if entry.get("Subnet")),
        bool(attrs.get("Internal")),
    )


def _member(attrs: Attrs, names: dict[str, str]) -> Member:
    mode = str(dig(attrs, "HostConfig", "NetworkMode") or "")
    inside = mode.removeprefix("container:") if mode.startswith("container:") else ""
    on = dig(attrs, "NetworkSettings", "Networks") or {}
    return Member(
        name_of(attrs),
        str(dig(attrs, "State", "Status") or "?"),
        tuple(_membership(network, end, attrs) for network, end in sorted(on.items())),
        tuple(shown_port(entry) for entry in published(dig(attrs, "NetworkSettings", "Ports")) if entry[1]),
        names.get(inside, inside[:12]),
    )


def _membership(network: str, end: Attrs, attrs: Attrs) -> Membership:
    addresses = [str(end.get(key)) for key in ("IPAddress", "GlobalIPv6Address") if end.get(key)]
    return Membership(network, tuple(addresses), tuple(_names(end.get("Aliases") or (), attrs)))


def _names(aliases: Sequence[str], attrs: Attrs) -> list[str]:
    # Older engines list the beginning of the container's ID among its aliases.
    own = (name_of(attrs), str(attrs["Id"])[:12])
    return sorted({str(alias) for alias in aliases if alias not in own})


# -- Networks as lanes, containers as columns, addresses and names where they meet.


def network_chart(found: NetworkMap) -> Chart:
    lanes = [_lane(network) for network in found.networks]
    columns = [_column(member) for member in found.members]
    numbers = {network.name: number for number, network in enumerate(found.networks)}
    meetings = {
        (numbers[membership.network], column): _meeting(membership)
        for column, member in enumerate(found.members)
        for membership in member.memberships
        if membership.network in numbers
    }
    says = " ".join(_sentences(found))
    return Chart(
        _("Networks of the lab daemon"), says, _table(found), lambda: draw_lanes(lanes, columns, meetings, says)
    )


def _lane(network: Network) -> Lane:
    details = [network.driver, *network.subnets, *([_("internal")] if network.internal else [])]
    return Lane(network.name, ", ".join(details), network.internal)


def _column(member: Member) -> Column:
    if not member.runs:
        return Column(member.name, f"({state_word(member.state)})", False)
    if member.inside:
        return Column(member.name, _("in the network of {name}").format(name=member.inside), True)
    return Column(member.name, ", ".join(member.ports) or _("publishes nothing"), True)


def _meeting(membership: Membership) -> str:
    return "\n".join([*(membership.addresses or (_("no address"),)), *(f"= {name}" for name in membership.names)])


def _sentences(found: NetworkMap) -> list[str]:
    if not found.members:
        return [_("There are no containers.")]
    said = []
    for network in found.networks:
        on = [m.name for m in found.members if any(ship.network == network.name for ship in m.memberships)]
        said.append(
            ngettext(
                "{count} container on {network}: {names}.", "{count} containers on {network}: {names}.", len(on)
            ).format(count=len(on), network=network.name, names=", ".join(on))
            if on
            else _("Nobody on {network}.").format(network=network.name)
        )
    said += [
        _("{name} uses the network of {other}.").format(name=member.name, other=member.inside)
        for member in found.members
        if member.inside
    ]
    return said


def _table(found: NetworkMap) -> Table:
    rows: list[tuple[str, ...]] = []
    for member in found.members:
        state, ports = state_word(member.state), ", ".join(member.ports)
        if member.inside:
            inside = _("(that of {name})").format(name=member.inside)
            rows.append((member.name, state, inside, "", "", ports))
        elif not member.memberships:
            rows.append((member.name, state, _("(none)"), "", "", ports))
        for ship in member.memberships:
            rows.append((member.name, state, ship.network, ", ".join(ship.addresses), ", ".join(ship.names), ports))
    used = {ship.network for member in found.members for ship in member.memberships}
    rows += [("", "", network.name, "", "", "") for network in found.networks if network.name not in used]
    return Table.of(
        (_("container"), _("state"), _("network"), _("addresses"), _("other names"), _("published ports")), rows
    )
