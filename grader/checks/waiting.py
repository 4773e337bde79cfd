"""Waiting by Docker's events: look, and look again whenever the daemon says that something happened."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from grader.checks.expectation import MISSING, Finding, Subject
from grader.docker_api import blame
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Obstructed, Refused
from grader.docker_api.events import coming_events
from grader.i18n import _

#: Seconds of the check's time that a longer wait leaves to what comes after it.
_SPARE = 10.0


def wait_for(
    daemon: Daemon,
    kind: str,
    name: str,
    look: Callable[[], Finding],
    *,
    until: str,
    seconds: float,
    retry: float | None = None,
) -> Finding:
    """The first good or hopeless finding, or the last one when ``seconds`` are over.

    ``until``: what is waited for, as the end of a sentence: "web answers on port 80".
    ``retry``: also look again every so many seconds. Only for things no event tells about (a line in a log,
    an answer over HTTP). Raises Unavailable when the check's own deadline comes first. A slow engine's daemon gets
    more time, as far as the check has any. What is refused now may be granted later.
    """
    refused: list[Refused | Obstructed] = []

    def look_once() -> Finding:
        refused.clear()
        try:
            return look()
        except (Refused, Obstructed) as refusal:
            refused.append(refusal)
            return Finding(False)

    longer = seconds * daemon.pace()
    # Before the first look: a server that takes its time with its answer makes that one long, too.
    daemon.waits_until(until, longer)
    finding = look_once()
    if finding.ok or finding.hopeless:
        return finding
    seconds = max(seconds, min(longer, daemon.deadline.remaining() - _SPARE))
    limit = Deadline(min(seconds, daemon.deadline.remaining()))
    # By its name, as the student knows it and as ``look`` asks for it.
    with coming_events(daemon, {"type": [kind], kind: [name]}, limit.remaining() + 1) as events:
        # What happened between the first look and the subscription would otherwise be missed.
        finding = look_once()
        while not finding.ok and not finding.hopeless and not limit.is_over():
            pause = limit.remaining() if retry is None else min(retry, limit.remaining())
            try:
                if events.next(pause) is None:
                    raise blame.of_what_it_says(daemon, _("The Docker daemon ended its stream of events."))
            except queue.Empty:
                pass
            finding = look_once()
    if not finding.ok and not finding.hopeless:
        blame.must_have_had(daemon, seconds, limit.seconds)
    if refused:
        raise refused[0]
    return finding


class Awaited(Subject):
    """What a task waits for is read of the subject anew each time."""

    #: Docker's type of the events that tell of it.
    events: ClassVar[str]

    def _wait(
        self, judge: Callable[[Attrs], Finding], seconds: float, *, until: str, retry: float | None = None
    ) -> Finding:
        """What ``wait_for`` comes to."""

        def look_now() -> Finding:
            self._look_again()
            attrs = self._seen()
            # Nobody makes it while its check runs: in grading the student's processes are frozen.
            return judge(attrs) if attrs is not None else replace(self._missing(), hopeless=True, because=MISSING)

        if self._daemon.connection.only_looks:
            # Whoever only looks looks again at the next event.
            return look_now()
        return wait_for(self._daemon, self.events, self.name, look_now, until=until, seconds=seconds, retry=retry)
