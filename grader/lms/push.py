"""Marks to the LMS: what would change is planned first, and only then sent. Nothing twice, nothing over a person's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
from typing import Self

from grader.autograde.submissions import Busy, alone
from grader.i18n import _
from grader.lms.columns import NO_RESULT, Column, Look, Result, find, make
from grader.lms.journal import FILE, Sent, SentJournal
from grader.lms.key import ToolKey
from grader.lms.marks import LabMarks, Mark, State, payload
from grader.lms.roster import Member, match, members
from grader.lms.service import SCORES, Refused, Service, Unsure
from grader.lms.settings import LmsError, LmsSettings, lms_settings

_TRIES = 5
_SCORE = "application/vnd.ims.lis.v1.score+json"


class Fate(Enum):
    """What becomes of one student's mark."""

    SEND = auto()
    SAME = auto()
    #: Nothing to say of it yet.
    NOTHING = auto()
    #: The LMS has something that we did not send.
    HELD = auto()
    MISSING = auto()
    #: Only after sending.
    SENT = auto()
    REFUSED = auto()


@dataclass(frozen=True)
class Step:
    """One student's mark on its way. ``there``: what the LMS shows now; ``why`` is a sentence without a full stop."""

    mark: Mark
    fate: Fate
    member: Member | None = None
    there: Result = NO_RESULT
    why: str = ""


@dataclass(frozen=True)
class Plan:
    """For one lab, by what the LMS showed at ``look``."""

    lab: str
    column: Column
    steps: tuple[Step, ...]
    look: Look


class Push:
    """One LMS, one course folder, one at a time. To be used in a ``with`` block."""

    def __init__(
        self, root: Path, service: Service | None = None, sleep: Callable[[float], None] | None = None
    ) -> None:
        self._settings: LmsSettings = lms_settings(root)
        self.host = self._settings.host
        self._service = service or Service(self._settings, ToolKey.read(root), sleep)
        with ExitStack() as stack:
            try:
                stack.enter_context(alone(root / f".{FILE}.lock"))
            except Busy:
                raise LmsError(
                    _("Marks are being sent by another `drydock grades push` at this moment."),
                    _("Wait until it is done."),
                ) from None
            self._journal = SentJournal(root / FILE)
            self._held = stack.pop_all()
        self._roster: list[Member] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._held.close()

    # -- Looking.

    def plan(self, marks: LabMarks, only: Collection[str] = (), overwrite: Collection[str] = ()) -> Plan:
        """What would be sent. Changes nothing there. Raises LmsError."""
        if self._roster is None:
            self._roster = members(self._service, self._settings.memberships_url)
        named = self._settings.students
        people = [replace(person, lms_user_id=named.get(person.name, person.lms_user_id)) for person in marks.people]
        known = match(people, self._roster)
        column = find(self._service, self._settings, self._journal, marks.lab, marks.most)
        look = Look.now(self._service, column)
        steps = []
        for student, mark in marks.marks.items():
            if only and student not in only:
                continue
            member = known.found.get(student)
            if member is None:
                steps.append(Step(mark, Fate.MISSING, why=known.missing[student]))
            else:
                step = Step(mark, Fate.SEND, member, look.of(member.user_id))
                steps.append(self._judged(step, column, overwrite=student in overwrite))
        return Plan(marks.lab, column, tuple(steps), look)

    def _judged(self, step: Step, column: Column, *, overwrite: bool) -> Step:
        assert step.member is not None
        mark, there = step.mark, step.there
        if mark.state is State.NOTHING:
            return replace(step, fate=Fate.NOTHING, why=mark.why)
        last = self._journal.last(column.address, step.member.user_id)
        doubt = self._journal.in_doubt(column.address, step.member.user_id)
        # Where nothing is shown, that may be a zero, and says something only where there was a mark before.
        tells = there.score is not None or bool(last and last.score)
        if doubt is not None and doubt.score is not None and tells and there.shows(doubt.score, doubt.most, column):
            # It had arrived when we were stopped.
            self._journal.sent(doubt)
            last = doubt
        if not mark.state.has_score:
            return self._without_points(step, last)
        fate, why = _compared(mark, last, there, column)
        return replace(step, fate=Fate.SEND) if overwrite and fate is Fate.HELD else replace(step, fate=fate, why=why)

    @staticmethod
    def _without_points(step: Step, last: Sent | None) -> Step:
        """A state takes no mark away: Canvas and Moodle would both, if it came over one."""
        if step.there.score is not None or (last is not None and last.score is not None):
            return replace(step, fate=Fate.NOTHING, why=_("what the LMS has stays until then"))
        if last is not None and last.progress == _progress(step.mark):
            return replace(step, fate=Fate.SAME)
        return step

    # -- Sending.

    def send(self, plan: Plan, heard: Callable[[], None] = lambda: None) -> Iterator[Step]:
        """Each step that was to be sent, when the LMS shows it; ``heard`` is called when it has taken one.

        Raises LmsError; what was sent until then is noted.
        """
        column = plan.column
        todo = [step for step in plan.steps if step.fate is Fate.SEND]
        if not column.address and todo:
            try:
                column = make(self._service, self._settings, self._journal, column)
            except Refused as error:
                raise LmsError(
                    _("The LMS makes no column {label}: {why}.").format(label=column.label, why=error),
                    _('Make one there, and write its address into lms.toml, below [labs]: {lab} = "ADDRESS"').format(
                        lab=plan.lab
                    ),
                ) from error
        if column.address:
            self._journal.uses(plan.lab, column.address)
        sent: list[tuple[Sent, Step]] = []
        look = plan.look
        for step in todo:
            if look.is_old:
                look = Look.now(self._service, column)
            done, entry = self._sent(step, column, look)
            heard()
            if done.fate is Fate.SENT and entry.score is not None:
                # It is told when it was seen in the LMS: a rule there may make other points of it.
                sent.append((entry, done))
            else:
                yield done
        if sent:
            look = Look.now(self._service, column)
            for entry, done in sent:
                yield self._seen(entry, done, look.of(entry.user), column)

    def _sent(self, step: Step, column: Column, look: Look) -> tuple[Step, Sent]:
        assert step.member is not None
        mark, user = step.mark, step.member.user_id
        entry = Sent(column.address, user, mark.student, _progress(mark), mark.score, mark.most)
        if (there := look.of(user)) != step.there:
            return _changed(step, there), entry
        self._journal.sending(entry)
        for again in range(_TRIES):
            content = payload(mark, user, look.timestamp)
            try:
                self._service.post(column.below("scores"), _SCORE, content, SCORES, again)
            except Refused as error:
                self._journal.not_sent(entry)
                return replace(step, fate=Fate.REFUSED, why=_reason(error)), entry
            except Unsure:
                # There was a pause, too: long enough for a teacher.
                look = Look.now(self._service, column)
                there = look.of(user)
                if there == step.there:
                    continue
                if not there.shows(mark.score, mark.most, column):
                    self._journal.not_sent(entry)
                    return _changed(step, there), entry
            self._journal.sent(entry)
            return replace(step, fate=Fate.SENT), entry
        raise LmsError(
            _("The LMS broke off {times} times at the mark of {student}.").format(times=_TRIES, student=mark.student),
            _("Give the same command again later: nothing is sent twice."),
        )

    def _seen(self, entry: Sent, done: Step, there: Result, column: Column) -> Step:
        if there.shows(entry.score, entry.most, column) or there.score is None:
            return done
        assert entry.score is not None
        if not there.is_less(entry.score, entry.most, column):
            # A rule takes points off for being late; more is a teacher's.
            return _changed(done, there)
        self._journal.shows(entry, there.score)
        return replace(done, why=_("the LMS makes {points:g} of it, by a rule of its own").format(points=there.score))


def _changed(step: Step, there: Result) -> Step:
    return replace(step, fate=Fate.HELD, there=there, why=_("somebody changed it there"))


def _compared(mark: Mark, last: Sent | None, there: Result, column: Column) -> tuple[Fate, str]:
    """What we have, what we sent last, and what the LMS shows now."""
    if there.score is not None and there.shows(mark.score, mark.most, column):
        return Fate.SAME, ""
    if last is not None and _is_ours(last, there, column):
        same = (last.score, last.most, last.progress) == (mark.score, mark.most, _progress(mark))
        return (Fate.SAME if same else Fate.SEND), ""
    if last is not None and last.score is not None:
        return Fate.HELD, _("somebody changed it there")
    if there.score is not None:
        return Fate.HELD, _("there is a mark there that Drydock did not send")
    return Fate.SEND, ""


def _progress(mark: Mark) -> str:
    assert mark.state.value is not None
    return str(mark.state.value[0])


def _is_ours(last: Sent, there: Result, column: Column) -> bool:
    """Whether the LMS still shows what we sent last."""
    if last.shown is not None and there.score is not None and abs(there.score - last.shown) < 0.006:
        return True
    return there.shows(last.score, last.most, column)


def _reason(error: Refused) -> str:
    if error.status == 409 or (error.status == 400 and "timestamp" in str(error)):
        return _("somebody changed it there just now, or this machine's clock is behind ({why})").format(why=error)
    return _("the LMS refuses it ({why})").format(why=error)


def counted(steps: Collection[Step]) -> Mapping[Fate, int]:
    """How many of each fate."""
    return {fate: sum(step.fate is fate for step in steps) for fate in Fate}
