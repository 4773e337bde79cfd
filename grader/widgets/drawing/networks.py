"""Networks as lanes, containers as columns, addresses and names where they meet."""

from __future__ import annotations

from grader.i18n import _, ngettext
from grader.widgets.chart import Chart
from grader.widgets.drawing.lanes import Column, Lane, draw_lanes
from grader.widgets.reading.networks import Member, Membership, Network, NetworkMap
from grader.widgets.table import Table
from grader.widgets.words import state_word


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
