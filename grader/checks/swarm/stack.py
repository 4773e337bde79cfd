"""``t.host("node1").stack("shop")``: what ``docker stack deploy`` made of a Compose file."""

from __future__ import annotations

import shlex

from grader.checks import arguments
from grader.checks.expectation import Claim, Finding, Subject, expectation, required_name
from grader.checks.history import none_here
from grader.checks.swarm.service import SwarmService
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig
from grader.i18n import _
from grader.report.plain import listed

_LABEL = "com.docker.stack.namespace"


class Stack(Subject):
    """A stack by its name: the services with its label, which only the ``docker`` command gives a meaning."""

    kind = "stack"

    @property
    def what(self) -> str:
        return _("Stack {name}").format(name=self.name)

    def service(self, name: str) -> SwarmService:
        """One of its services, by the name in the file."""
        return SwarmService(self._context, f"{self.name}_{required_name(name)}")

    def _fetch(self) -> Attrs | None:
        services = self._daemon.ask(lambda client: client.services(filters={"label": f"{_LABEL}={self.name}"}))
        prefix = f"{self.name}_"
        names = sorted(str(dig(one, "Spec", "Name")).removeprefix(prefix) for one in services)
        return {"services": names} if names else None

    def _missing(self) -> Finding:
        everything = self._daemon.ask(lambda client: client.services(filters={"label": _LABEL}))
        names = sorted({str((dig(one, "Spec", "Labels") or {}).get(_LABEL)) for one in everything})
        found = _("there is no stack {name}; the stacks of the swarm: {names}")
        return none_here(self, found, names, "docker stack ls")

    @expectation
    def has_only_services(self, *services: str) -> Claim:
        """It has these services, by their names in the file, and no others."""
        wanted = sorted(set(arguments.texts(services, "services")))
        return Claim(
            self._says(_("{what} has the services {names}, and no others"), names=", ".join(wanted)),
            ", ".join(wanted),
            lambda attrs: Finding(attrs["services"] == wanted, listed(attrs["services"], empty=_("none"))),
            f"docker stack services {shlex.quote(self.name)}",
            _("`docker stack deploy` adds what the file has, and keeps what an older one had, unless told otherwise."),
        )
