"""Whose trouble it is when a check gets no answer: the one rule, for all expectations.

*Could not check* weighs more than *failed* and excuses: so it must not be had on demand, and nobody may fail for us.

- What a daemon refuses, drags out or breaks off about an object is the doing of whoever made that object, as long as
  the same daemon answers at once about itself (the control question). Else nobody can tell, and it is our trouble.
- A question that had no answer in its time is put once more, once in a check: a stall that is over is nobody's doing.
- A command or a wait that had all the seconds it was promised, on a machine that answers at once, was the student's.
- One that was cut short by the end of the task's time was not; unless most of that time had gone to expectations
  that failed, or to a server of the student's that was slow while the machine was not.
- What a daemon says that is a student's own, as in a host, is theirs, whatever it says.

``Obstructed`` is the student's trouble (*failed*), ``Unavailable`` is ours (*could not check*).
"""

from __future__ import annotations

import traceback
from pathlib import PurePath
from typing import Protocol

from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Obstructed, Refused, Unavailable
from grader.i18n import _

#: Seconds within which a daemon on a machine that gives it its time says its version (it takes a few hundredths).
PROMPT_SECONDS = 2.0


class Daemon(Protocol):
    """What the rule asks of one (daemon.py has it whole)."""

    deadline: Deadline

    @property
    def is_students(self) -> bool:
        """Whether a student is root where it runs, and can make it say what they like."""

    def answers_promptly(self) -> bool:
        """The control question."""

    def pace(self) -> float:
        """How many times longer than elsewhere all takes there."""


def of_refusal(daemon: Daemon, refusal: Refused) -> Obstructed | Unavailable:
    """Whose trouble an error is with which the daemon answered."""
    why = _("The Docker daemon answered: {why}").format(why=refusal.explanation)
    return Obstructed(why) if daemon.answers_promptly() else Unavailable(why)


def of_silence(daemon: Daemon, seconds: float) -> Obstructed | Unavailable:
    """Whose trouble it is that a request was not answered within ``seconds``."""
    if daemon.deadline.is_over():
        return of_the_end(daemon.deadline)
    shown = max(1.0, seconds)
    if daemon.answers_promptly():
        why = _("The Docker daemon did not answer about this within {seconds:.0f} s, though it answers otherwise.")
        return Obstructed(why.format(seconds=shown))
    return Unavailable(_("The Docker daemon did not answer within {seconds:.0f} s.").format(seconds=shown), lost=True)


def of_a_broken_answer(daemon: Daemon, error: Exception) -> Obstructed | Unavailable:
    """Whose trouble it is that an answer broke off, or was not what it said it would be."""
    why = _("The Docker daemon's answer about this broke off ({why}).").format(why=type(error).__name__)
    return Obstructed(why) if daemon.answers_promptly() else Unavailable(why, lost=True)


def of_the_end(deadline: Deadline) -> Obstructed | Unavailable:
    """Whose trouble it is that the time of the task's check is over."""
    why = _("The time for this check ({seconds:g} s) is over.").format(seconds=deadline.seconds)
    if deadline.mostly_spent_in_vain():
        return Obstructed(
            why + " " + _("Most of it went to what failed, is very large, or answers very slowly: mend that first.")
        )
    return Unavailable(why, lost=True)


def taken_by_a_server(daemon: Daemon, seconds: float) -> float:
    """How much of the time that it took to ask a server of the student's is theirs, who may take as long as they like:
    all, where it was long and yet the daemon answers at once."""
    is_long = seconds > PROMPT_SECONDS * daemon.pace()
    return seconds if is_long and daemon.answers_promptly() else 0.0


def of_unknown_shape(error: Exception, *, is_students: bool) -> Obstructed | Unavailable:
    """Whose trouble an error is that nobody foresaw. It says where it was, for whoever mends the check.

    ``is_students``: a student chose the shape of what was read.
    """
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    why = _("The daemon's description of it has a shape that this check does not know ({where}).").format(where=where)
    return Obstructed(why) if is_students else Unavailable(why)


def of_what_it_says(daemon: Daemon, why: str) -> Obstructed | Unavailable:
    """Whose trouble it is that a daemon, by what it says of itself, can't be asked. A student's says anything."""
    return Obstructed(why) if daemon.is_students else Unavailable(why)


def must_have_had(daemon: Daemon, seconds: float, had: float) -> None:
    """Raises when something of the student's that did not end in time was not given its ``seconds``."""
    if had < seconds:
        if daemon.deadline.mostly_spent_in_vain():
            raise of_the_end(daemon.deadline)
        raise Unavailable(
            _("The time for this check was over before the {seconds:g} s to wait.").format(seconds=seconds)
        )
    if not daemon.deadline.is_over() and not daemon.answers_promptly():
        why = _("This machine is too busy to say: its Docker daemon did not name its version within {seconds:g} s.")
        raise Unavailable(why.format(seconds=PROMPT_SECONDS))
