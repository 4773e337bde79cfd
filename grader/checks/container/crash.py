"""A crash that the check makes itself: whether the daemon brings a container back."""

from __future__ import annotations

from grader.checks import arguments
from grader.checks.container.subject import NOT_RUNNING, ContainerSubject, is_live, state_in_words
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.throwaway import SEALED, START_SECONDS, helper_image, throwaway
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig, inspect_command
from grader.i18n import _

#: Seconds for the helper that kills.
_KILL_SECONDS = 8.0


class Crash(ContainerSubject):
    """What becomes of a container whose main process is killed."""

    @expectation
    def comes_back(self, within: float = 20) -> Claim:
        """Its main process, killed by the check, is started again in time, and healthy if it has a health check.

        The kernel kills, not ``docker kill``: after that one the daemon does not restart a container.
        """
        limit = arguments.seconds(within, "within")

        def judge(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                return Finding(False, state_in_words(attrs), because=NOT_RUNNING)
            before = dig(attrs, "State", "StartedAt")
            self._kill(int(dig(attrs, "State", "Pid") or 0))

            def look(now: Attrs) -> Finding:
                health = str(dig(now, "State", "Health", "Status") or "none")
                again = dig(now, "State", "StartedAt") != before and dig(now, "State", "Status") == "running"
                found = state_in_words(now) if health == "none" else f"{state_in_words(now)}, {health}"
                return Finding(again and health in ("healthy", "none"), found)

            return self._wait(look, limit, until=_("{name} has come back").format(name=self.name))

        return Claim(
            self._says(_("{what}, its main process killed, is back within {seconds:g} s"), seconds=limit),
            _("started again by the daemon, and healthy if it has a health check"),
            judge,
            inspect_command("container", self.name, ".State", ".RestartCount"),
            _("What becomes of a container whose main process ends is decided by its restart policy."),
        )

    def _kill(self, process: int) -> None:
        """From where the daemon's processes are seen: inside its own namespace the kernel protects process 1."""
        host = {"PidMode": "host", "UsernsMode": "host", **SEALED}
        with throwaway(self._daemon, helper_image(self._daemon), ["kill", "-9", str(process)], host=host) as helper:
            self._daemon.ask(lambda client: client.start(helper), patience=START_SECONDS)
            # Where the process has ended in the meantime, that was a crash as well.
            self._daemon.wait_for_exit(helper, _KILL_SECONDS)
