"""The machine behind every expectation: build a claim, judge it against the daemon, record one verdict.

An expectation is a method that returns a ``Claim``; the ``@expectation`` decorator turns it into one that
judges the claim at once and returns the object itself, so that expectations chain into a sentence.
"""

from __future__ import annotations

import functools
import inspect
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Self, cast

from grader.checks.errors import AuthorError
from grader.docker_api import blame
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.errors import NoAnswer, Obstructed, Refused, Unavailable
from grader.docker_api.words import dig, inspect_command
from grader.i18n import _
from grader.report.verdicts import Status, Verdict
from grader.values import Values

if TYPE_CHECKING:
    from grader.checks.folder import Place

#: The fault that makes all that is said of an object fail.
MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """What the daemon showed. ``command`` and ``look`` replace the claim's own when these tell more.

    ``hopeless``: waiting can't make it good. ``because``: the fault that this one follows from ("not running"): of all
    that follow from one fault of one object, the first is shown and the others are folded under it.
    """

    ok: bool
    found: str = ""
    command: str = ""
    look: str = ""
    hopeless: bool = False
    because: str = ""


@dataclass(frozen=True)
class Claim:
    """One expectation before it is judged."""

    sentence: str
    expected: str
    judge: Callable[[Attrs], Finding]
    command: str
    look: str
    #: How to judge when the object does not exist; None: that is a failure like any other.
    absent: Callable[[], Finding] | None = None


@dataclass
class Context:
    """What all expectations of one task share."""

    task: str
    daemon: Daemon
    values: Values = field(default_factory=Values)
    folder: Place | None = None
    verdicts: list[Verdict] = field(default_factory=list)
    #: Objects seen alive so far, as "kind:name", over all tasks: evidence for "is gone".
    sightings: set[str] = field(default_factory=set)
    #: The daemon's loss has been said once.
    lost: bool = False
    #: What has to be removed when the task's check ends.
    cleanup: ExitStack = field(default_factory=ExitStack)
    boxes: dict[str, str] = field(default_factory=dict)
    #: The drivers that the task has asked of networks so far, by their names.
    wanted_drivers: dict[str, str] = field(default_factory=dict)
    #: Faults of objects that a shown verdict has told, as "kind:name:fault".
    told: set[str] = field(default_factory=set)
    #: Containers whose programs were asked for: variables that no command in it hears, or why none is run any more.
    programs: dict[str, tuple[str, ...] | NoAnswer] = field(default_factory=dict)
    #: What is shared by expectations about things on another daemon, by the name of its host (checks/host).
    hosts: dict[str, Context] = field(default_factory=dict)

    def from_here(self, command: str) -> str:
        """A command to show, as it is typed where the student is."""
        return command

    def is_told(self, fault: str) -> bool:
        """Whether this was told before; from now on it is."""
        before = fault in self.told
        self.told.add(fault)
        return before

    def record(self, verdict: Verdict) -> None:
        if verdict.status is Status.FAILED:
            # Another copy's name or port explains more than where to look.
            reason = self.values.reason(verdict.found, f"{verdict.sentence}\n{verdict.expected}")
            verdict = replace(verdict, look=reason or verdict.look)
        self.verdicts.append(verdict)

    def kept(self, key: str, make: Callable[[], AbstractContextManager[str]]) -> str:
        """What ``make`` makes, once for the whole task; it is cleaned up when the task's check ends."""
        if key not in self.boxes:
            self.boxes[key] = self.cleanup.enter_context(make())
        return self.boxes[key]

    def forget(self, kept: str) -> None:
        """Make another in its place the next time."""
        self.boxes = {key: box for key, box in self.boxes.items() if box != kept}


class Subject(ABC):
    """Something expectations are stated about."""

    kind: ClassVar[str]
    #: Whether it can be asked of a host inside the lab, too: not what is looked at from outside of any daemon.
    on_hosts: ClassVar[bool] = True
    #: Whether it is asked of a server of the student's, whose answers have any shape.
    hears_students: ClassVar[bool] = False

    @classmethod
    def stated(cls, context: Context, name: str) -> Self:
        """What ``t.KIND(name)`` gives; a kind that is called with other words has its own. Raises AuthorError."""
        return cls(context, required_name(name))

    def __init__(self, context: Context, name: str) -> None:
        self._context = context
        self.name = name
        self._attrs: Attrs | None = None
        self._looked = False

    @property
    @abstractmethod
    def what(self) -> str:
        """The object as the subject of a sentence: ``Container web``."""

    def _says(self, sentence: str, **words: object) -> str:
        """``sentence`` with ``{what}`` and the other words filled in."""
        return sentence.format(what=self.what, **words)

    @property
    def _daemon(self) -> Daemon:
        return self._context.daemon

    @abstractmethod
    def _fetch(self) -> Attrs | None:
        """The object as the daemon describes it, or None."""

    def _missing(self) -> Finding:
        """What to say when the object does not exist; nobody asks where `_fetch` never gives None."""
        raise NotImplementedError

    def _where_to_begin(self) -> str:
        """Where to look when the object does not exist."""
        if f"{self.kind}:{self.name}" in self._context.sightings:
            return _("It was here at an earlier check, and has been removed or renamed since.")
        return _("The text of the task {task} above says what to make, and what to call it.").format(
            task=self._context.task
        )

    def _look_again(self) -> None:
        """Forget what was seen: after waiting, the object is another."""
        self._looked = False

    def _seen(self) -> Attrs | None:
        if not self._looked:
            self._attrs = self._fetch()
            self._looked = True
            if self._attrs is not None:
                self._context.sightings.add(f"{self.kind}:{self.name}")
        return self._attrs

    def worth(self, weight: float) -> Self:
        """Make the expectation just stated count ``weight`` times as much as an ordinary one (default 1)."""
        verdicts = self._context.verdicts
        good = isinstance(weight, int | float) and not isinstance(weight, bool) and 0 < weight < 1000
        if not verdicts or not good:
            mistake = _("worth({weight!r}) must follow an expectation and be a number above 0 and below 1000.")
            self._context.record(author_verdict(AuthorError(mistake.format(weight=weight))))
            return self
        verdicts[-1] = replace(verdicts[-1], weight=float(weight))
        return self

    def as_before(self) -> Self:
        """Say that the expectation just stated holds before the student begins: it earns nothing and may cost."""
        verdicts = self._context.verdicts
        if not verdicts:
            self._context.record(author_verdict(AuthorError(_("as_before() must follow an expectation."))))
            return self
        verdicts[-1] = replace(verdicts[-1], as_before=True)
        return self

    def worded(self, sentence: str) -> Self:
        """Say the expectation just stated in these words, where those made of its arguments help nobody."""
        verdicts = self._context.verdicts
        if not verdicts or not isinstance(sentence, str) or not sentence.strip():
            mistake = _("worded({sentence!r}) must follow an expectation and be a sentence.")
            self._context.record(author_verdict(AuthorError(mistake.format(sentence=sentence))))
            return self
        # What was expected is in the sentence now.
        verdicts[-1] = replace(verdicts[-1], sentence=sentence, expected="")
        return self

    def _field(
        self,
        sentence: str,
        expected: str,
        path: str,
        *,
        right: Callable[[Any], bool],
        look: str,
        show: Callable[[Any], str] = lambda value: str(value) if value not in (None, "") else _("nothing"),
    ) -> Claim:
        """A claim about one value of the description (``Config.Env``): ``right`` and ``show`` get it, or None."""

        def judge(attrs: Attrs) -> Finding:
            value = dig(attrs, *path.split("."))
            return Finding(right(value), show(value))

        return Claim(
            sentence,
            expected,
            judge,
            inspect_command(self.kind, self.name, f".{path}"),
            look,
        )

    def _judge(self, claim: Claim) -> Verdict:
        began, computed = time.monotonic(), time.process_time()
        try:
            verdict = self._judged(claim)
        except BaseException:
            # Out of time. An expectation computes for long only where names, logs or files are very large.
            computing, had = time.process_time() - computed, time.monotonic() - began
            theirs = blame.taken_by_a_server(self._daemon, had) if self.hears_students else 0.0
            self._daemon.deadline.spend_in_vain(max(computing, theirs))
            raise
        had = time.monotonic() - began
        if verdict.status is Status.FAILED:
            self._daemon.deadline.spend_in_vain(had)
        elif self.hears_students and verdict.status is Status.PASSED:
            self._daemon.deadline.spend_in_vain(blame.taken_by_a_server(self._daemon, had))
        return verdict

    def _judged(self, claim: Claim) -> Verdict:
        command = ""
        try:
            finding = self._found(claim)
        except AuthorError as mistake:
            return author_verdict(mistake, claim.sentence)
        except Exception as error:
            trouble = self._whose_trouble(error)
            if isinstance(trouble, Unavailable):
                return self._unchecked(claim, trouble)
            finding = Finding(False, str(trouble), look=trouble.look, because=trouble.because)
            command = trouble.command
        command = command or self._context.from_here(finding.command or claim.command)
        if finding.ok:
            return Verdict(Status.PASSED, claim.sentence, claim.expected, finding.found, command)
        look = self._fitting(finding.look or claim.look)
        quiet = bool(finding.because) and self._context.is_told(f"{self.kind}:{self.name}:{finding.because}")
        return Verdict(Status.FAILED, claim.sentence, claim.expected, finding.found, command, look, quiet=quiet)

    def _whose_trouble(self, error: Exception) -> Obstructed | Unavailable:
        """Whose trouble it is that there is no finding."""
        if isinstance(error, Obstructed | Unavailable):
            return error
        if isinstance(error, Refused):
            return blame.of_refusal(self._daemon, error)
        # A description in a shape we don't know (another engine, a newer version). What comes before a server of the
        # student's is found is the engine's.
        theirs = (self.hears_students and self._looked) or self._daemon.is_students
        return blame.of_unknown_shape(error, is_students=theirs)

    def _found(self, claim: Claim) -> Finding:
        try:
            attrs = self._seen()
            if attrs is not None:
                return claim.judge(attrs)
            return claim.absent() if claim.absent is not None else replace(self._missing(), because=MISSING)
        except (OverflowError, RecursionError, MemoryError) as error:
            # Docker describes nothing with such numbers, or so deeply nested: it is in what somebody made.
            raise Obstructed(_("what is there is too large or too deeply nested to be read")) from error

    def _unchecked(self, claim: Claim, trouble: Unavailable) -> Verdict:
        quiet, self._context.lost = self._context.lost and trouble.lost, self._context.lost or trouble.lost
        return Verdict(
            Status.COULD_NOT_CHECK,
            claim.sentence,
            claim.expected,
            str(trouble),
            self._context.from_here("docker version" if trouble.lost else claim.command),
            _("This says nothing about your work. Run the check again; `drydock doctor` looks at the daemon."),
            quiet=quiet,
        )

    def _fitting(self, look: str) -> str:
        """Where to look, given what was seen."""
        return look


def expectation[S: Subject, **P](
    method: Callable[Concatenate[S, P], Claim],
) -> Callable[Concatenate[S, P], S]:
    """Judge the claim ``method`` returns, record one verdict and return the object."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def judged(self: S, *args: P.args, **kwargs: P.kwargs) -> S:
        try:
            signature.bind(self, *args, **kwargs)
            claim = method(self, *args, **kwargs)
        except AuthorError as mistake:
            verdict = author_verdict(AuthorError(f"{method.__name__}(): {mistake}"))
        except Exception as error:
            # Only the arguments have been looked at so far, so the mistake is in them.
            verdict = author_verdict(AuthorError(f"{method.__name__}(): {error}"))
        else:
            verdict = self._judge(claim)
        self._context.record(verdict)
        return self

    judged.__is_expectation__ = True  # type: ignore[attr-defined]
    return cast("Callable[Concatenate[S, P], S]", judged)


def required_name(name: object) -> str:
    """The name; raises AuthorError for what can be none."""
    if not isinstance(name, str) or not name.strip():
        raise AuthorError(_("a name must be a non-empty text, not {name!r}").format(name=name))
    return name


def author_verdict(mistake: AuthorError, sentence: str = "") -> Verdict:
    """The author's mistake as a verdict: nobody's solution was judged."""
    return Verdict(
        Status.COULD_NOT_CHECK,
        sentence or _("This check can be evaluated"),
        found=_("The check cell has a mistake: {mistake}").format(mistake=mistake),
        look=_("This is not your fault. Please tell the author of the lab."),
    )


def expectations_of(kind: type[Any]) -> list[str]:
    """Names of all expectations a kind of object has, for the documentation and its test."""
    return [name for name in dir(kind) if getattr(getattr(kind, name), "__is_expectation__", False)]
