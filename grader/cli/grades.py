"""``drydock grades``: marks into a learning management system, and more time for a student."""

from __future__ import annotations

import math
import shlex
import time
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from grader.i18n import _, ngettext

if TYPE_CHECKING:
    from grader.lms.push import Plan, Push, Step

_DB = click.option("--db", "db_url", default=None, help="The gradebook (default: the course's).")

#: Seconds after which whoever waits at a terminal wants to know for what.
_SILENCE = 5.0


@click.group("grades")
def command() -> None:
    """Marks into your learning management system (docs/lms.md), and more time for a student."""


@command.command("key")
@click.option("--pem", is_flag=True, help="As PEM, for Moodle (default: as JWK, for Canvas).")
def key(*, pem: bool) -> None:
    """Print the public key by which your LMS knows this course; the private one is made where there is none."""
    import json

    from grader.autograde.batch import course_folder
    from grader.lms.key import ToolKey

    made = ToolKey.make(course_folder(Path.cwd()))
    click.echo(made.pem if pem else json.dumps(made.jwk, indent=2))


@command.command("push")
@click.argument("labs", nargs=-1, required=True, metavar="LAB…")
@click.option("--yes", is_flag=True, help="Send. Without it, only what would be sent is shown.")
@click.option("--student", "students", multiple=True, help="Only this student (may be repeated).")
@click.option("--overwrite", multiple=True, metavar="STUDENT", help="Replace what somebody changed in the LMS.")
@_DB
def push(
    *, labs: tuple[str, ...], yes: bool, students: tuple[str, ...], overwrite: tuple[str, ...], db_url: str | None
) -> None:
    """Send the marks of LAB to your LMS by LTI 1.3; without --yes only show what would be sent.

    Nothing is sent twice, and nothing that a person changed in the LMS is replaced. How to set it up: docs/lms.md.
    """
    from grader.autograde.batch import course_config, course_folder, lab_in_gradebook
    from grader.lms.marks import lab_marks
    from grader.lms.push import Push
    from grader.lms.settings import LmsError

    root = course_folder(Path.cwd())
    config = course_config(root, db_url=db_url)
    # What is said to be copied means the same gradebook.
    book = ["--db", db_url] if db_url else []
    console = Console()
    status = 0
    with Push(root, sleep=partial(_sleep, console)) as lms:
        for lab in labs:
            marks = lab_marks(config, lab_in_gradebook(config, lab))
            if unknown := sorted({*students, *overwrite} - set(marks.marks)):
                raise LmsError(
                    _("The gradebook knows no student {name}.").format(name=unknown[0]), "nbgrader db student list"
                )
            plan = lms.plan(marks, {*students, *overwrite} if students else (), overwrite)
            _head(console, plan, lms.host)
            status |= _push(console, lms, plan, book, yes=yes)
    if not yes:
        options = [("--student", name) for name in students] + [("--overwrite", name) for name in overwrite]
        words = shlex.join(["drydock", "grades", "push", *labs, *chain(*options), *book, "--yes"])
        console.print(_("Nothing was sent. To send it: {command}").format(command=escape(words)), soft_wrap=True)
    raise SystemExit(status)


def _sleep(console: Console, seconds: float) -> None:
    if seconds > _SILENCE:
        console.print(_("The LMS can't answer now; asked again in {n:.0f} seconds.").format(n=seconds), highlight=False)
    time.sleep(seconds)


def _push(console: Console, lms: Push, plan: Plan, book: list[str], *, yes: bool) -> int:
    from grader.lms.push import Fate, counted

    steps = list(plan.steps)
    for step in steps:
        if not (yes and step.fate is Fate.SEND):
            _line(console, step)
    todo = counted(steps)[Fate.SEND]
    if yes and todo:
        done = []
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(_("sending"), total=todo)
            for step in lms.send(plan, lambda: bar.advance(task)):
                _line(console, step)
                done.append(step)
        steps = [step for step in steps if step.fate is not Fate.SEND] + done
    count = counted(steps)
    words = {
        Fate.SEND: _("{n} to send"),
        Fate.SENT: _("{n} sent"),
        Fate.SAME: _("{n} there already"),
        Fate.NOTHING: _("{n} with nothing to say yet"),
        Fate.HELD: _("{n} held back"),
        Fate.MISSING: _("{n} not found there"),
        Fate.REFUSED: _("{n} refused"),
    }
    said = [text.format(n=count[fate]) for fate, text in words.items() if count[fate]]
    console.print(", ".join(said) or _("The gradebook has no students."), highlight=False)
    if held := [step.mark.student for step in steps if step.fate is Fate.HELD]:
        # It is there to be copied, whatever a student's name is to a shell.
        example = shlex.join(["drydock", "grades", "push", plan.lab, "--overwrite", held[0], *book])
        console.print(
            _("To replace what is there: {command}").format(command=escape(example)), highlight=False, soft_wrap=True
        )
    return int(any(count[fate] for fate in (Fate.HELD, Fate.MISSING, Fate.REFUSED)))


def _head(console: Console, plan: Plan, host: str) -> None:
    column = plan.column
    text = _("{lab}: the column “{label}” of {host}, up to {most:g} points")
    if not column.address:
        text = _("{lab}: a new column “{label}” of {host}, up to {most:g} points")
    said = text.format(lab=plan.lab, label=column.label, host=host, most=column.most)
    console.print(escape(said), highlight=False)


def _line(console: Console, step: Step) -> None:
    from grader.lms.marks import State
    from grader.lms.push import Fate
    from grader.report.plain import one_line

    mark = step.mark
    sign = {Fate.SEND: "→", Fate.SENT: "✓", Fate.SAME: "=", Fate.NOTHING: "·"}.get(step.fate, "!")
    parts = []
    if mark.score is not None:
        before = step.there.score if step.fate in (Fate.SEND, Fate.SENT, Fate.HELD) else None
        old = "" if before is None else f"{before:g} → "
        parts.append(f"{old}{mark.score:g}/{mark.most:g}")
    elif mark.state is State.WAITING:
        parts.append(_("waits for you: {names}").format(names=mark.why))
    elif mark.state is State.UNCHECKED:
        parts.append(_("could not check: {names}").format(names=mark.why))
    if mark.state is State.ABSENT:
        parts.append(_("(nothing handed in)"))
    if step.why:
        parts.append(one_line(step.why))
    said = f"{one_line(mark.student)}: {'  '.join(parts)}"
    colour = {"✓": "green", "!": "yellow"}.get(sign)
    console.print(f"  [{colour}]{sign}[/{colour}]" if colour else f"  {sign}", escape(said), highlight=False)


@command.command("extend")
@click.argument("lab")
@click.argument("students", nargs=-1, required=True, metavar="STUDENT…")
@click.option(
    "--days", type=click.FloatRange(0, 36_500), default=None, help="So many days after the due date; 0 takes it back."
)
@click.option("--until", type=click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%d"]), default=None, help="Until then, in UTC.")
@_DB
def extend(
    *, lab: str, students: tuple[str, ...], days: float | None, until: datetime | None, db_url: str | None
) -> None:
    """Give STUDENT more time for LAB. What was graded already gets its penalty anew, by the rule of the course."""
    from grader.autograde.batch import course_config, course_folder, lab_in_gradebook
    from grader.autograde.late import extend as give

    # Neither too small nor too large is NaN.
    if (days is None or math.isnan(days)) == (until is None):
        raise click.UsageError(_("Say --days or --until."))
    config = course_config(course_folder(Path.cwd()), db_url=db_url)
    name = lab_in_gradebook(config, lab)
    console = Console()
    for done in give(config, name, students, days=days, until=until and until.replace(tzinfo=UTC)):
        said = _("{student}: until {time} UTC").format(student=done.student, time=f"{done.until:%Y-%m-%d %H:%M}")
        if done.before != done.after:
            said += f", {done.before:g} → {done.after:g}"
        console.print(escape(said), highlight=False)
    count = len(students)
    console.print(
        ngettext("{n} student has more time.", "{n} students have more time.", count).format(n=count), highlight=False
    )
