"""A class at work, for its teacher: who is where, who may want help, what the machine has left. As a page and as text.

Times are told as they were when the page was made; the page brings itself up to date while somebody looks at it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape

from grader.charts.chart import Table
from grader.checks.arguments import human_memory, human_size
from grader.classroom.places import ClassFolder
from grader.classroom.student_status import Machine, Standing, machine, standings
from grader.course.lab_cards import LabCard, read_labs
from grader.course.labs import Course
from grader.i18n import _, ngettext
from grader.panel.parts import Part, bar, how_far
from grader.report.render import SYMBOLS, document
from grader.report.verdicts import Status

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:72em;margin:1.5em auto;padding:0 1em}
main{overflow-x:auto}table{border-collapse:collapse}td,th{border-bottom:1px solid #8888}
"""
#: Milliseconds. Only the page that somebody looks at asks.
_SCRIPT = """
const live = document.getElementById("live");
setInterval(async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch("?live", {headers: {"X-XSRFToken": live.dataset.token}});
    // A login that has ended, or a Hub that restarts: what is shown says itself when it was true.
    if (answer.ok && !answer.redirected) live.innerHTML = await answer.text();
  } catch { }
}, 5000);
"""


def class_page(place: ClassFolder, nonce: str, token: str = "") -> str:
    """The whole page, as HTML. ``nonce`` allows its one script (CSP), which gives ``token`` back to the Hub."""
    title = _("The class, now")
    body = (
        f'<h1>{escape(title)}</h1><main id="live" data-token="{escape(token)}">{live(place)}</main>'
        f'<script nonce="{nonce}">{_SCRIPT}</script>'
    )
    return document(title, body, style=_STYLE, schemes="light dark")


def live(place: ClassFolder) -> str:
    """What of the page changes, as HTML."""
    return "".join(f"<section><h2>{escape(head)}</h2>{part.as_html()}</section>" for head, part in _parts(place))


def as_text(place: ClassFolder) -> str:
    """The same for a terminal."""
    # The captions are for who hears a page and would not find the table's heading.
    return "\n\n".join(f"{head}\n{replace(part, caption='').as_text()}" for head, part in _parts(place))


def _parts(place: ClassFolder) -> Iterator[tuple[str, Part]]:
    labs = read_labs(Course(place.shown))
    found = standings(place, labs)
    yield _("Now"), _summary(found, machine(place, found))
    if found:
        yield _("Students"), Part("", _("Students"), _students(found, {lab.name: lab for lab in labs}))
    for lab in labs:
        there = [student for student in found if student.lab == lab.name and student.runs]
        if there:
            yield f"{lab.number} · {lab.title}", Part("", _("Tasks"), _tasks(lab, there))


def _summary(students: Sequence[Standing], here: Machine) -> Part:
    running = sum(student.runs for student in students)
    said = ngettext("{n} server runs.", "{n} servers run.", running).format(n=running)
    stuck = [student.name for student in students if student.stuck]
    if stuck:
        said += " " + _("May want help: {names}.").format(names=", ".join(stuck))
    room = ngettext("room for about {n} student more", "room for about {n} students more", here.room).format(
        n=here.room
    )
    left = _("Free on this machine: {memory} of memory, {room}; {disk} of disk.").format(
        memory=human_memory(here.memory), room=room, disk=human_size(here.disk)
    )
    return Part(said, after=f"{left} {_('As of {time}.').format(time=time.strftime('%H:%M:%S'))}")


def _students(students: Sequence[Standing], labs: dict[str, LabCard]) -> Table:
    heads = (
        _("name"),
        _("server"),
        _("lab"),
        _("tasks"),
        _("last at work"),
        _("may want help with"),
        _("memory"),
        _("disk"),
    )
    return Table.of(heads, [_student(student, labs.get(student.lab)) for student in students])


def _student(student: Standing, lab: LabCard | None) -> tuple[str, ...]:
    stuck = student.stuck
    wants = ""
    if stuck:
        checks = ngettext("{n} check", "{n} checks", stuck.checks).format(n=stuck.checks)
        wants = f"! {stuck.task}: {checks}, {_since(stuck.since)}"
    return (
        student.name,
        f"● {_('runs')}" if student.runs else f"○ {_('off')}",
        lab.number if lab else "–",
        f"{bar(lab, student.tasks)} {how_far(lab, student.tasks)}" if lab else "–",
        _since(student.last) if student.last else "–",
        wants,
        "–" if student.memory is None else human_memory(student.memory),
        human_size(student.disk),
    )


def _tasks(lab: LabCard, students: Sequence[Standing]) -> Table:
    """How many of those who are at this lab have each task."""
    rows = []
    for task in lab.tasks:
        known = [student.tasks[task.id] for student in students if task.id in student.tasks]
        passed = sum(entry.passed for entry in known)
        failing = sum(not entry.passed and entry.status is not Status.COULD_NOT_CHECK for entry in known)
        unknown = len(known) - passed - failing
        counts = (passed, failing, unknown, len(students) - len(known))
        rows.append((task.title, task.id, *(str(count or "") for count in counts)))
    signs = (Status.PASSED, Status.FAILED, Status.COULD_NOT_CHECK)
    words = (_("passed"), _("not yet"), _("could not check"))
    heads = [f"{SYMBOLS[sign]} {word}" for sign, word in zip(signs, words, strict=True)]
    return Table.of((_("task"), _("name"), *heads, _("not tried")), rows)


def _since(at: float) -> str:
    minutes = max(0, int((time.time() - at) / 60))
    if minutes < 1:
        return _("just now")
    if minutes < 120:
        return ngettext("{n} minute ago", "{n} minutes ago", minutes).format(n=minutes)
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
