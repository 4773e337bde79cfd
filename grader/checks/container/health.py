"""A container's health: what its health check says, whether it comes to say it, and whether it can say no."""

from __future__ import annotations

import shlex
from typing import Any

from grader.checks import arguments, commands
from grader.checks.container.subject import ContainerSubject, state_in_words
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.throwaway import run
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig, inspect_command, is_healthcheck
from grader.i18n import _

#: Seconds that the engine gives a health check which says nothing of its time (Dockerfile reference, HEALTHCHECK).
_PATIENCE = 30
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
            "State.Health",
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
        """It runs, and its health check has failed for good now or within so many seconds."""
        return self._comes_to("unhealthy", _("{what} is unhealthy within {seconds:g} s"), within)

    @expectation
    def has_healthcheck_that_can_fail(self) -> Claim:
        """Its health check says no where nothing is at work: its command, run alone in a new container of its image.

        So it must be one of what the container does: of a server that answers, of a file that its command makes.
        """
        return Claim(
            self._says(_("{what} has a health check that says no where nothing is at work")),
            _("another code than 0"),
            self._asked_alone,
            inspect_command("container", self.name, ".Config.Healthcheck"),
            _("A health check must ask what the container is there for, and end with 1 where that is missing."),
        )

    def _asked_alone(self, attrs: Attrs) -> Finding:
        check, config = dig(attrs, "Config", "Healthcheck"), attrs["Config"]
        if not is_healthcheck(check) or len(check["Test"]) < 2:
            return Finding(False, _("no health check"))
        shell = config.get("Shell") or ["/bin/sh", "-c"]
        words = [*(shell if check["Test"][0] == "CMD-SHELL" else []), *check["Test"][1:]]
        # What takes longer than this has said no, as to the engine. (Its own default, and half of a check's minute.)
        seconds = min((check.get("Timeout") or _PATIENCE * 1e9) / 1e9, _PATIENCE)
        more = {"Entrypoint": words[:1], **{key: config.get(key) for key in ("Env", "User", "WorkingDir")}}
        outcome = run(self._daemon, str(attrs["Image"]), words[1:], seconds=seconds, **more)
        said = _("code {code}: {output}").format(code=outcome.code, output=commands.shown_output(outcome))
        image = shlex.quote(str(config["Image"]))
        typed = f"docker run --rm --network none --entrypoint {shlex.quote(words[0])} {image} {shlex.join(words[1:])}"
        return Finding(outcome.code != 0, said, typed)

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
    # Of one that has ended, and between two restarts, the daemon says "unhealthy" (moby: "for compatibility reasons"):
    # nobody has asked it.
    lives = dig(attrs, "State", "Running") is True and dig(attrs, "State", "Restarting") is not True
    found = _shown_health(health) if lives else state_in_words(attrs)
    # A container keeps for life the health check it was created with, or its lack of one.
    hopeless = not is_healthcheck(dig(attrs, "Config", "Healthcheck"))
    return Finding(lives and _health(health) == status, found, hopeless=hopeless)
