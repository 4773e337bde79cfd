"""A container's life: state, exit code, health, restarts, and whether it is gone."""

from __future__ import annotations

from collections.abc import Callable

from grader.checks import arguments
from grader.checks.container.subject import ContainerSubject, state_in_words
from grader.checks.daemon import Attrs
from grader.checks.docker_words import dig, inspect_command
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.history import gone
from grader.checks.waiting import wait_for
from grader.i18n import _


class Life(ContainerSubject):
    """Expectations about a container's state."""

    def _state_claim(self, sentence: str, status: str, expected: str, look: str) -> Claim:
        return Claim(
            sentence.format(name=self.name),
            expected,
            lambda attrs: Finding(dig(attrs, "State", "Status") == status, state_in_words(attrs)),
            f"docker ps --all --filter name=^{self.name}$",
            look.format(name=self.name),
        )

    @expectation
    def exists(self) -> Claim:
        """A container with this name exists, in whatever state."""
        return Claim(
            _("Container {name} exists").format(name=self.name),
            _("a container with this name"),
            lambda attrs: Finding(True, state_in_words(attrs)),
            "docker ps --all",
            "",
        )

    @expectation
    def is_running(self) -> Claim:
        """Its main process runs (a paused one does not count)."""
        return self._state_claim(
            _("Container {name} is running"),
            "running",
            _("running"),
            _(
                "`docker logs {name}` shows what its main process said; a container lives as long as that process."
            ),
        )

    @expectation
    def is_paused(self) -> Claim:
        """Its processes are frozen by ``docker pause``."""
        return self._state_claim(
            _("Container {name} is paused"),
            "paused",
            _("paused"),
            _("`docker container --help` lists what can be done with a running container."),
        )

    @expectation
    def is_stopped(self) -> Claim:
        """Its main process has ended and the container is still there."""
        return self._state_claim(
            _("Container {name} is stopped, and still there"),
            "exited",
            _("exited"),
            _("`docker ps --all` shows containers in every state."),
        )

    @expectation
    def is_created(self) -> Claim:
        """It was created and never started."""
        return self._state_claim(
            _("Container {name} is created but was never started"),
            "created",
            _("created, never started"),
            _("`docker run` creates and starts in one; `docker container --help` knows the single steps."),
        )

    @expectation
    def is_dead(self) -> Claim:
        """The daemon failed to remove it (state "dead")."""
        return self._state_claim(
            _("Container {name} is dead"), "dead", _("dead"), _("`docker inspect {name}` shows its state.")
        )

    @expectation
    def has_exited(self, code: int | None = None) -> Claim:
        """Its main process has ended, with this exit code when one is given."""
        if code is not None:
            arguments.whole(code, "code", low=0, high=255)
        wanted = _("exited") if code is None else _("exited with code {code}").format(code=code)

        def judge(attrs: Attrs) -> Finding:
            ended = dig(attrs, "State", "Status") == "exited"
            right = code is None or dig(attrs, "State", "ExitCode") == code
            return Finding(ended and right, state_in_words(attrs))

        return Claim(
            _("Container {name} has {wanted}").format(name=self.name, wanted=wanted),
            wanted,
            judge,
            inspect_command("container", self.name, ".State.Status", ".State.ExitCode"),
            _("`docker logs {name}` shows its last words; the exit code is that of its main process.").format(
                name=self.name
            ),
        )

    @expectation
    def is_gone(self, after_existing: bool = False) -> Claim:
        """No container has this name; with ``after_existing`` one had it earlier (proved by the daemon's events)."""
        return gone(
            self, _("Container {name} is removed"), after_existing, "docker ps --all", present=state_in_words
        )

    @expectation
    def becomes_running(self, within: float = 10) -> Claim:
        """It runs now or within so many seconds."""
        return self._becomes(
            _("Container {name} is running within {seconds:g} s"),
            within,
            lambda attrs: Finding(dig(attrs, "State", "Status") == "running", state_in_words(attrs)),
            _("running"),
            f"docker ps --all --filter name=^{self.name}$",
            _("`docker logs {name}` shows what its main process said."),
        )

    def _becomes(
        self,
        sentence: str,
        within: float,
        judge: Callable[[Attrs], Finding],
        expected: str,
        command: str,
        look: str,
    ) -> Claim:
        limit = arguments.seconds(within, "within")

        def look_now() -> Finding:
            self._look_again()
            attrs = self._seen()
            return judge(attrs) if attrs is not None else self._missing()

        def judged(_attrs: Attrs) -> Finding:
            return wait_for(self._daemon, "container", self.name, look_now, seconds=limit)

        return Claim(
            sentence.format(name=self.name, seconds=limit),
            expected,
            judged,
            command,
            look.format(name=self.name),
            absent=lambda: judged({}),
        )
