"""How a lab's tasks did, as a page of its own: pictures for eyes, the same in words and tables for everybody.

Nothing is loaded from anywhere, and no script runs: the page may be sent to a colleague. No student's name is on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from grader.autograde import time_on_task
from grader.autograde.item_analysis import TaskFigures
from grader.autograde.records import SubmissionRecord
from grader.i18n import _, ngettext
from grader.report.plain import printable
from grader.report.render import document

#: Okabe and Ito's colours (as grader/charts), lighter or darker by the scheme; hatches besides colours.
_STYLE = """
:root{--ink:#1a1a1a;--soft:#595959;--line:#cccccc;--page:#ffffff;--good:#009e73;--bad:#d55e00;--wait:#8c8c8c;--dot:#0072b2}
@media (prefers-color-scheme:dark){:root{--ink:#eeeeee;--soft:#b8b8b8;--line:#555555;--page:#181818;--good:#2fbf95;
--bad:#ff9a5c;--wait:#9a9a9a;--dot:#6fbdf0}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:56em}
body{margin:2em auto;padding:0 1em}
figure{margin:1em 0}figcaption{color:var(--soft)}svg{width:100%;height:auto}
svg text{fill:var(--ink);font:13px system-ui,sans-serif}
.good{fill:var(--good)}.bad{fill:url(#hatch)}.wait{fill:url(#dots)}.dot{fill:var(--dot);stroke:var(--page)}.axis{stroke:var(--line)}
.scroll{overflow-x:auto}table{border-collapse:collapse}caption{text-align:left;color:var(--soft)}
td,th{padding:.3em .7em;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
td:first-child,th:first-child{text-align:left}dd{margin:0 0 .6em 1.5em}
"""
_PATTERNS = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" style="fill:var(--bad)"/><path d="M0 0V6" style="stroke:var(--page);stroke-width:2"/>'
    '</pattern><pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" style="fill:var(--wait)"/><circle cx="3" cy="3" r="1.2" style="fill:var(--page)"/>'
    "</pattern></defs>"
)
_WIDTH, _LEFT, _ROW = 760, 210, 26
_BINS = 10
#: Below these a task is worth a look.
_HARD, _TELLS_NOTHING = 0.3, 0.1


def stats_page(lab: str, records: Sequence[SubmissionRecord], tasks: Sequence[TaskFigures]) -> str:
    """The whole page, as HTML."""
    title = _("{lab}: how the tasks did").format(lab=lab)
    graded = [record for record in records if not record.error]
    said = ngettext("{n} graded submission.", "{n} graded submissions.", len(graded)).format(n=len(graded))
    body = [f"<main><h1>{escape(title)}</h1><p>{escape(said)}</p>"]
    if tasks:
        body += [_who_passed(tasks), _points(graded), _worth(tasks), _table(tasks), _failures(tasks)]
    return document(title, "".join([*body, "</main>"]), style=_STYLE, schemes="light dark")


# -- The pictures. Each says in its caption what it shows; the table below has the figures.


def _figure(name: str, caption: str, height: float, shapes: str) -> str:
    return (
        f'<section><h2 id="{name}">{escape(caption)}</h2><figure><svg role="img" aria-labelledby="{name}" '
        f'viewBox="0 0 {_WIDTH} {height:g}">{shapes}</svg></figure></section>'
    )


def _text(x: float, y: float, words: object, anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(printable(words, 40))}</text>'


def _who_passed(tasks: Sequence[TaskFigures]) -> str:
    room = _WIDTH - _LEFT - 60
    shapes = [_PATTERNS]
    for number, task in enumerate(tasks):
        top, x = number * _ROW + 24, float(_LEFT)
        shapes.append(_text(_LEFT - 8, top + 14, task.name, "end"))
        parts = (("good", task.passed), ("bad", task.failed + task.blocked), ("wait", task.unchecked))
        for kind, count in parts:
            width = room * count / task.students if task.students else 0
            shapes.append(f'<rect class="{kind}" x="{x:g}" y="{top}" width="{width:g}" height="18"/>' if count else "")
            x += width
        shapes.append(_text(_LEFT + room + 6, top + 14, f"{task.passed}/{task.students}"))
    keys = (("good", _("passed")), ("bad", _("not passed")), ("wait", _("could not check")))
    for number, (kind, word) in enumerate(keys):
        x = _LEFT + number * 150
        shapes.append(f'<rect class="{kind}" x="{x}" y="0" width="14" height="14"/>{_text(x + 20, 12, word)}')
    return _figure("passed", _("Who passed which task"), len(tasks) * _ROW + 30, "".join(shapes))


def _points(records: Sequence[SubmissionRecord]) -> str:
    """How many had which share of the lab's points."""
    counts = [0] * _BINS
    for record in records:
        share = record.final / record.most if record.most else 0.0
        counts[min(_BINS - 1, max(0, int(share * _BINS)))] += 1
    most, step, height = max(1, *counts), (_WIDTH - 40) / _BINS, 150
    shapes = [f'<path class="axis" d="M20 {height + 20}H{_WIDTH - 20}"/>']
    for number, count in enumerate(counts):
        tall, x = height * count / most, 20 + number * step
        shapes.append(
            f'<rect class="good" x="{x + 2:g}" y="{height + 20 - tall:g}" width="{step - 4:g}" height="{tall:g}"/>'
        )
        shapes.append(_text(x + step / 2, height + 14 - tall, count or "", "middle"))
        shapes.append(_text(x + step / 2, height + 38, _share(number), "middle"))
    words = ", ".join(f"{_share(n)}: {count}" for n, count in enumerate(counts) if count)
    picture = _figure("points", _("How many had which share of the points"), height + 46, "".join(shapes))
    return f"{picture}<p>{escape(words)}</p>"


def _share(number: int) -> str:
    return f"{100 * number // _BINS}–{100 * (number + 1) // _BINS} %"


def _worth(tasks: Sequence[TaskFigures]) -> str:
    """A dot for each task: how hard it was, and what it tells."""
    known = [task for task in tasks if task.difficulty is not None and task.discrimination is not None]
    if not known:
        return ""
    room, height = _WIDTH - _LEFT - 60, len(known) * _ROW + 44
    middle = _LEFT + room / 2
    shapes = [f'<path class="axis" d="M{middle:g} 20V{height - 20}"/>']
    shapes += [_text(x, 14, word, "middle") for x, word in ((_LEFT, "-1"), (middle, "0"), (_LEFT + room, "1"))]
    for number, task in enumerate(known):
        y = number * _ROW + 36
        shapes.append(_text(_LEFT - 8, y + 4, task.name, "end"))
        shapes.append(f'<path class="axis" d="M{_LEFT} {y}H{_LEFT + room}"/>')
        x = middle + room / 2 * (task.discrimination or 0.0)
        shapes.append(f'<circle class="dot" cx="{x:g}" cy="{y}" r="7"/>')
    return _figure("worth", _("What a task tells about the rest of the lab (discrimination)"), height, "".join(shapes))


# -- The words.


def _table(tasks: Sequence[TaskFigures]) -> str:
    noted = any(task.noted for task in tasks)
    heads = (
        *(_("task"), _("passed"), _("failed"), _("blocked"), _("could not check")),
        *(_("median"), _("difficulty"), _("discrimination")),
        *((_("checks run"), _("minutes")) if noted else ()),
    )
    rows = "".join(f'<tr><th scope="row">{escape(it.name)}</th>{"".join(_cells(it, noted))}</tr>' for it in tasks)
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in heads)
    caption = _(
        "Difficulty: the mean share of the task's points. Discrimination: how they go with those of the other tasks,"
        " from five students on."
    )
    if noted:
        caption += f" {time_on_task.ABOUT}"
    return (
        f'<section><h2>{escape(_("All figures"))}</h2><div class="scroll" tabindex="0"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _cells(task: TaskFigures, noted: bool) -> Iterator[str]:
    for count in (task.passed, task.failed, task.blocked, task.unchecked):
        yield f"<td>{count}</td>"
    median = "–" if task.median is None else f"{task.median:g}/{task.points:g}"
    for text in (
        median,
        *("–" if value is None else f"{value:.2f}" for value in (task.difficulty, task.discrimination)),
        *(time_on_task.cells(task) if noted else ()),
    ):
        yield f"<td>{text}</td>"


def _failures(tasks: Sequence[TaskFigures]) -> str:
    items = [f"<dt><strong>{escape(task.name)}</strong></dt>{''.join(_said_of(task))}" for task in tasks]
    return f"<section><h2>{escape(_('What failed most'))}</h2><dl>{''.join(items)}</dl></section>"


def _said_of(task: TaskFigures) -> Iterator[str]:
    lines = [remark for remark in _remarks(task) if remark]
    if task.failing:
        lines.insert(0, f"{task.failing_of} × {task.failing}")
        if task.wrong:
            lines.insert(1, _("found most often ({n} ×): {text}").format(n=task.wrong_of, text=task.wrong))
    for line in lines or [_("Nothing.")]:
        yield f"<dd>{escape(printable(line))}</dd>"


def _remarks(task: TaskFigures) -> Iterator[str]:
    if task.difficulty is not None and task.difficulty < _HARD:
        yield _("Few could do it: is it too hard, or does its text mislead?")
    if task.discrimination is not None and task.discrimination < _TELLS_NOTHING:
        yield _("It doesn't tell who can do the rest: worth a look.")
    if task.unchecked:
        yield ngettext(
            "It could not be checked for {n} student.", "It could not be checked for {n} students.", task.unchecked
        ).format(n=task.unchecked)
