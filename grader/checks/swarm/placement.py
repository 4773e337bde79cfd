"""Where a service's tasks may go, and what its name leads to."""

from __future__ import annotations

import re

from grader.checks import arguments
from grader.checks.expectation import Claim, expectation
from grader.checks.waiting import Awaited
from grader.i18n import _
from grader.report.plain import listed


class Placed(Awaited):
    """What a service asks of the swarm, whether it gets it or not."""

    @expectation
    def has_constraint(self, pattern: str) -> Claim:
        """One of its constraints fits this regular expression; the manager's spaces don't count."""
        wanted = arguments.pattern(pattern, "pattern")
        return self._field(
            self._says(_("{what} is placed by a constraint like {constraint}"), constraint=pattern),
            pattern,
            "Spec.TaskTemplate.Placement.Constraints",
            right=lambda has: any(wanted.search(re.sub(r"\s", "", str(one))) for one in has or ()),
            show=lambda has: listed(map(str, has or ()), empty=_("none")),
            look=_("`docker service create --help` has a line on constraints."),
        )

    @expectation
    def has_endpoint_mode(self, mode: str) -> Claim:
        """What its name leads to: "dnsrr", its tasks; "vip", one address for all."""
        wanted = arguments.one_of(mode, "mode", ("vip", "dnsrr"))
        return self._field(
            self._says(_("{what} has the endpoint mode {mode}"), mode=wanted),
            wanted,
            "Spec.EndpointSpec.Mode",
            right=lambda has: (has or "vip") == wanted,
            look=_("`docker service create --help` has a line on the endpoint mode."),
        )
