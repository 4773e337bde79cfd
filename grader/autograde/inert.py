"""What of a student's outputs may lie in a graded notebook.

formgrader puts it into a page of the instructor's own session, as it is (nbconvert's templates, without sanitising):
a script in it could give grades.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grader.i18n import _

#: Types that run nothing. SVG is not among them: it may hold scripts.
_PICTURES = ("image/png", "image/jpeg")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def inert(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """The outputs with their texts and pictures only, and without metadata, some of which templates don't quote."""
    return [_inert(output) if "data" in output else output for output in outputs]


def _inert(output: NotebookNode) -> NotebookNode:
    kept = {kind: data for kind, data in output.data.items() if _is_inert(kind, data)}
    if not kept:
        kinds = ", ".join(sorted(output.data)) or "-"
        kept = {
            "text/plain": _("An output of another type than text or picture is not shown: {kinds}").format(kinds=kinds)
        }
    count = {"execution_count": output.execution_count} if output.output_type == "execute_result" else {}
    return new_output(output.output_type, kept, **count)


def _is_inert(kind: str, data: object) -> bool:
    return is_base64(data) if kind in _PICTURES else kind == "text/plain"


def is_base64(data: object) -> bool:
    """Whether it is a picture's data and no more, as templates write it without quoting."""
    return isinstance(data, str) and _BASE64.fullmatch(data) is not None
