"""``t.host("node1").node("node2")``: a member of a swarm, as its managers see it."""

from __future__ import annotations

from typing import Any

from grader.checks import arguments
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.history import none_here
from grader.checks.swarm import cluster
from grader.checks.waiting import Awaited
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig, inspect_command
from grader.i18n import _
from grader.report.plain import listed


class Node(Awaited):
    """A node by its host's name."""

    kind = events = "node"

    @property
    def what(self) -> str:
        return _("Node {name}").format(name=self.name)

    def _fetch(self) -> Attrs | None:
        mine = [node for node in cluster.nodes(self._daemon) if cluster.hostname(node) == self.name]
        # Who left and joined again is listed twice: what counts is the one that is there.
        return min(mine, key=lambda node: not cluster.is_ready(node), default=None)

    def _missing(self) -> Finding:
        names = sorted({cluster.hostname(node) for node in cluster.nodes(self._daemon)})
        found = _("the swarm has no node {name}; its nodes: {names}")
        return none_here(self, found, names, "docker node ls")

    def _becomes(self, state: str, within: float, sentence: str, *, until: str, look: str) -> Claim:
        seconds = arguments.seconds(within, "within")

        def judge(attrs: Attrs) -> Finding:
            has = str(dig(attrs, "Status", "State"))
            return Finding(has == state, has)

        def waited(_attrs: Attrs) -> Finding:
            return self._wait(judge, seconds, until=until, retry=cluster.RETRY)

        return Claim(self._says(sentence), state, waited, "docker node ls", look)

    @expectation
    def is_ready(self, within: float = 15) -> Claim:
        """The managers hear of it, now or within so many seconds."""
        return self._becomes(
            "ready",
            within,
            _("{what} is ready"),
            until=_("the swarm's managers hear of {name}").format(name=self.name),
            look=_(
                "A node is ready while its daemon runs and reaches a manager; `docker node ls` has a column for it."
            ),
        )

    @expectation
    def is_down(self, within: float = 30) -> Claim:
        """The managers have given up hearing of it, now or within so many seconds."""
        return self._becomes(
            "down",
            within,
            _("{what} is down"),
            until=_("the swarm's managers miss {name}").format(name=self.name),
            look=_("A node is down when its managers have heard nothing of it for some heartbeats."),
        )

    @expectation
    def is_manager(self, yes: bool = True) -> Claim:
        """It is one of the managers, or with False a worker."""
        wanted = arguments.yes(yes, "yes")
        return self._field(
            self._says(_("{what} is a manager") if wanted else _("{what} is a worker")),
            "manager" if wanted else "worker",
            "Spec.Role",
            right=lambda role: (role == "manager") is wanted,
            look=_("The token with which a node joins decides; `docker node --help` lists what changes it later."),
        )

    @expectation
    def is_leader(self) -> Claim:
        """It is the manager that decides just now."""

        def judge(attrs: Attrs) -> Finding:
            status = attrs.get("ManagerStatus") or {}
            return Finding(status.get("Leader") is True, str(status.get("Reachability") or _("a worker")))

        return Claim(
            self._says(_("{what} is the leader of the swarm")),
            _("leader"),
            judge,
            "docker node ls",
            _("Who begins a swarm is its first manager, and leads it."),
        )

    @expectation
    def has_availability(self, availability: str) -> Claim:
        """``active``, ``pause`` or ``drain``."""
        wanted = arguments.one_of(availability, "availability", ("active", "pause", "drain"))
        return self._field(
            self._says(_("{what} has the availability {availability}"), availability=wanted),
            wanted,
            "Spec.Availability",
            right=lambda has: has == wanted,
            look=_("`docker node update --help` has an option for it."),
        )

    @expectation
    def has_label(self, name: str, value: str) -> Claim:
        """A label of the node's (``node.labels.…``), not one of its daemon's."""
        arguments.pair(name, value, "label")

        def judge(attrs: Attrs) -> Finding:
            labels: dict[str, Any] = dig(attrs, "Spec", "Labels") or {}
            shown = listed((f"{key}={has}" for key, has in sorted(labels.items())), empty=_("no labels"))
            return Finding(labels.get(name) == value, shown)

        return Claim(
            self._says(_("{what} has the label {label}"), label=f"{name}={value}"),
            f"{name}={value}",
            judge,
            inspect_command("node", self.name, ".Spec.Labels"),
            _("`docker node update --help` has an option for labels; a manager gives them."),
        )
