"""Whether the kernel killed something in a container for want of memory.

The daemon says it in three ways, and none is complete: Engine 20.10 sets the flag when the container ends, and knows
the event at once; both get lost when the cgroup vanishes with its last process before containerd has read the news:
often with cgroup version 2 (containerd#8893), on a busy machine with version 1 as well (seen once on Engine 26.1). Then
a copy of the container is run, with a moment's rest at its end.
"""

from __future__ import annotations

from typing import Any

from grader.checks import arguments
from grader.checks.container.subject import ContainerSubject, has_ended, state_in_words
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.throwaway import START_SECONDS, throwaway
from grader.docker_api.daemon import Attrs
from grader.docker_api.errors import Refused
from grader.docker_api.events import past_events
from grader.docker_api.words import dig, inspect_command
from grader.i18n import _

#: The kernel's news of a kill and the end of the container come to the daemon by two ways: on a busy machine the news
#: may be the later of the two (seen once in 19 runs of lab 09).
_NEWS_SECONDS = 2.0
#: 128 + SIGKILL.
_KILLED = 137
#: A copy runs its words as a child, and gives the news the time to arrive.
_AND_REST = '"$@"; code=$?; sleep 2; exit $code'
#: Seconds for a copy.
_COPY_SECONDS = 15.0


class Memory(ContainerSubject):
    """Expectations about a container's want of memory."""

    @expectation
    def was_oom_killed(self, yes: bool = True) -> Claim:
        """The kernel killed a process in it for want of memory; ``was_oom_killed(False)``: it did not."""
        words = {True: _("killed for want of memory"), False: _("not killed for want of memory")}
        arguments.yes(yes, "yes")

        def look(attrs: Attrs) -> Finding:
            killed = dig(attrs, "State", "OOMKilled") is True or "oom" in self._events(attrs)
            # Without a limit of its own there is no news to wait for.
            hopeless = not yes or not dig(attrs, "HostConfig", "Memory")
            return Finding(killed is yes, f"{words[killed]}; {state_in_words(attrs)}", hopeless=hopeless)

        def judge(attrs: Attrs) -> Finding:
            until = _("the daemon knows what became of {name}").format(name=self.name)
            finding = self._wait(look, _NEWS_SECONDS, until=until)
            is_told = finding.ok is yes
            # Who says that nothing was killed is doubted where nothing but a kill explains the end.
            doubtful = yes or dig(attrs, "State", "ExitCode") == _KILLED
            if is_told or not doubtful or not self._may_have_got_lost(attrs) or not self._is_killed_again(attrs):
                return finding
            return Finding(yes, _("{found}; but a copy of it is killed for want of memory").format(found=finding.found))

        return Claim(
            self._says(_("{what} was {happened}"), happened=words[yes]),
            words[yes],
            judge,
            inspect_command("container", self.name, ".State.OOMKilled", ".HostConfig.Memory"),
            _("The kernel kills when a container needs more memory than its limit."),
        )

    def _events(self, attrs: Attrs) -> set[str]:
        """What happened to it, as far as the daemon remembers."""
        return {
            str(event.get("Action"))
            for event in past_events(self._daemon)
            if event.get("Type") == "container" and dig(event, "Actor", "ID") == attrs.get("Id")
        }

    def _may_have_got_lost(self, attrs: Attrs) -> bool:
        """Whether a kill may have gone unnoticed: one that nobody but the kernel can have made."""
        return bool(dig(attrs, "HostConfig", "Memory")) and has_ended(attrs) and "kill" not in self._events(attrs)

    def _is_killed_again(self, attrs: Attrs) -> bool:
        words = [str(attrs.get("Path") or ""), *map(str, attrs.get("Args") or ())]
        try:
            return self._copy_is_killed(attrs, ["sh", "-c", _AND_REST, "sh", *words])
        except Refused:  # It has no shell.
            return self._copy_is_killed(attrs, words)

    def _copy_is_killed(self, attrs: Attrs, words: list[str]) -> bool:
        limits = {name: dig(attrs, "HostConfig", name) for name in ("Memory", "MemorySwap")}
        same: dict[str, Any] = {name: dig(attrs, "Config", name) or None for name in ("Env", "User", "WorkingDir")}
        more = {name: value for name, value in same.items() if value}
        image = str(attrs.get("Image"))
        with throwaway(self._daemon, image, words[1:], host=limits, Entrypoint=words[:1], **more) as copy:
            self._daemon.ask(lambda client: client.start(copy), patience=START_SECONDS)
            self._daemon.wait_for_exit(copy, _COPY_SECONDS)
            ended = dict(self._daemon.ask(lambda client: client.inspect_container(copy)))
            return dig(ended, "State", "OOMKilled") is True or "oom" in self._events(ended)
