"""What a course asks of each of its labs: as many predictions, values of one's own, and steps in each hint.

Off unless ``course.toml`` says ``[pattern]``: how much of each is good is the course's to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from grader.author.findings import Finding
from grader.course.labs import CourseError, Lab, Task
from grader.course.predictions import predictions_of
from grader.course.settings import settings
from grader.i18n import _
from grader.values import BadDeclaration
from grader.values.asked import asked_for

_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
_STEP = re.compile(r"^\d+\. ", re.MULTILINE)


def pattern_is_kept(lab: Lab) -> Iterator[Finding]:
    """Each lab of the course has what ``[pattern]`` in ``course.toml`` asks for, but those excepted by name."""
    try:
        wanted = settings(lab.folder).pattern
    except CourseError as error:
        yield Finding(lab.name, "", str(error), error.remedy)
        return
    if lab.name in wanted.exceptions:
        return
    remedy = _("Or name the lab and the reason in course.toml, below [pattern.exceptions].")
    if (count := len(list(predictions_of(lab.cells)))) < wanted.predictions:
        what = _("It asks for {count} of the {wanted} predictions that this course wants in each lab.")
        yield Finding(lab.name, "", what.format(count=count, wanted=wanted.predictions), remedy)
    if (count := sum(map(_has_own_values, lab.tasks))) < wanted.own_values:
        what = _("It has {count} of the {wanted} tasks with values of one's own that this course wants in each lab.")
        yield Finding(lab.name, "", what.format(count=count, wanted=wanted.own_values), remedy)
    for task in lab.tasks:
        if (count := _steps_of_hint(lab, task)) < wanted.hint_steps:
            what = _("The folded hint above its answer has {count} of the {wanted} steps that this course wants.")
            yield Finding(lab.name, task.id, what.format(count=count, wanted=wanted.hint_steps), remedy)


def _has_own_values(task: Task) -> bool:
    # A value that is declared wrongly is another rule's finding.
    with suppress(BadDeclaration):
        return any(True for cell in (task.check, *task.setups) for _value in asked_for(cell.source))
    return False


def _steps_of_hint(lab: Lab, task: Task) -> int:
    """Of the last folded text above the answer. Without a hint that is some explanation, which seldom has steps."""
    end = task.check.index if task.answer is None else task.answer.index
    texts = (cell.source for cell in reversed(lab.cells[:end]) if cell.cell_type == "markdown")
    folded = next((found[-1] for found in map(_FOLDED.findall, texts) if found), "")
    return len(_STEP.findall(folded))
