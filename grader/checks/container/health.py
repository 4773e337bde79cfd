"""A container's health: what its health check says, and whether it comes to say it."""

from __future__ import annotations

from typing import Any

from grader.checks import arguments
from grader.checks.container.subject import ContainerSubject, state_in_words
from grader.checks.expectation import Claim, Finding, expectation
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig, is_healthcheck
from grader.i18n import _

_HEALTH = ("healthy", "unhealthy", "starting", "none")


class Health(ContainerSubject):
    """Expectations about a container's health check."""

    @expectation
    def has_health(self, status: str) -> Claim:
        """Its health now: "healthy", "unhealthy", "starting", or "none" when it has no health check."""
        arguments.one_of(status, "status", _HEALTH)
        return self._field(
            self._says(_("{what} has the health status {status}"), status=status),
            status,
            "State",
            "Health",
            right=lambda health: _health(health) == status,
            show=_shown_health,
            look=_("A health check's last answers are under State.Health.Log of `docker inspect`."),
        )

    @expectation
    def becomes_healthy(self, within: float = 30) -> Claim:
        """Its health check passes now or within so many seconds."""
        return self._comes_to("healthy", _("{what} is healthy within {seconds:g} s"), within)

    @expectation
    def becomes_unhealthy(self, within: float = 30) -> Claim:
        """Its health check has failed for good now or within so many seconds."""
        return self._comes_to("unhealthy", _("{what} is unhealthy within {seconds:g} s"), within)

    def _comes_to(self, status: str, sentence: str, within: float) -> Claim:
        says = self._says(sentence, seconds=within)
        return self._becomes(says, status, lambda attrs: _judged_health(attrs, status), within=within)


def _health(health: Any) -> str:
    return str((health or {}).get("Status") or "none")


def _shown_health(health: Any) -> str:
    status = _health(health)
    if status == "none":
        return _("none: it has no health check")
    last = ((health or {}).get("Log") or [{}])[-1].get("Output", "")
    return f"{status} ({str(last).strip()[:200]})" if last else status


def _judged_health(attrs: Attrs, status: str) -> Finding:
    health = dig(attrs, "State", "Health")
    found = _shown_health(health)
    if dig(attrs, "State", "Running") is not True:
        found = state_in_words(attrs)
    # A container keeps for life the health check it was created with, or its lack of one.
    hopeless = not is_healthcheck(dig(attrs, "Config", "Healthcheck"))
    return Finding(_health(health) == status, found, hopeless=hopeless)
