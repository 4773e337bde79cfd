"""One cell of a notebook, with nbgrader's metadata spelt out: as its author wrote it, or as it was released."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.course.declared import has_task


@dataclass(frozen=True)
class Cell:
    """nbgrader's own words; ``grade_id`` is "" where nbgrader knows nothing of it."""

    cell_type: str
    source: str
    grade_id: str = ""
    grade: bool = False
    solution: bool = False
    locked: bool = False
    task: bool = False
    points: float = 0.0
    checksum: str | None = None
    #: Where it stands in the notebook, its own id, and Jupyter's tags; a gradebook knows none of them.
    index: int = 0
    id: str = ""
    tags: tuple[str, ...] = ()

    @property
    def is_code(self) -> bool:
        return self.cell_type == "code"

    @property
    def is_check(self) -> bool:
        """A graded code cell: in our labs the check of a task."""
        return self.is_code and self.grade

    @property
    def is_autograded(self) -> bool:
        """Scored by running it."""
        return self.is_check and not self.solution

    @property
    def asks_daemon(self) -> bool:
        """Has a ``check.task(…)``: runs outside the walls, by the daemon's state."""
        return self.is_autograded and has_task(self.source)

    @property
    def is_test(self) -> bool:
        """One of nbgrader's own: runs in the student's kernel, by what comes out of it."""
        return self.is_autograded and not has_task(self.source)

    @property
    def by_hand(self) -> bool:
        """What a student writes here, or beside it where it is a task, is graded by a person."""
        return (self.grade and self.solution) or self.task

    @property
    def is_connect(self) -> bool:
        return self.grade_id == "connect"

    @property
    def is_setup(self) -> bool:
        """Whether it prepares the daemon for a task: such cells run apart from the student's code."""
        return self.is_code and self.locked and not self.grade and "-setup" in self.grade_id

    @property
    def may_fail(self) -> bool:
        """Whether the author marked the cell as one that shows an error (Jupyter's own tag for it)."""
        return "raises-exception" in self.tags

    @property
    def is_earned_earlier(self) -> bool:
        """Whether a check may find points before its task's answer: grades of excellence for what others made."""
        return "earned-earlier" in self.tags

    def nbgrader_metadata(self) -> dict[str, Any]:
        """The cell's nbgrader metadata, schema version 3."""
        data: dict[str, Any] = {
            "schema_version": 3,
            "grade_id": self.grade_id,
            "cell_type": self.cell_type,
            "grade": self.grade,
            "solution": self.solution,
            "task": self.task,
            "locked": self.locked,
            "checksum": self.checksum,
        }
        if self.grade or self.task:
            data["points"] = self.points
        return data


def cells_of(content: Mapping[str, Any]) -> Iterator[Cell]:
    """The cells of a notebook's JSON, in order; forgiving where metadata is missing."""
    for index, raw in enumerate(content["cells"]):
        yield cell_of(raw, index)


def name_of(raw: Mapping[str, Any]) -> str:
    """The grade_id in a cell's JSON, or nbformat's node of it; "" where it has none, or what is there is no name."""
    metadata = raw.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else ""


def cell_of(raw: Mapping[str, Any], index: int = 0) -> Cell:
    """One cell's JSON, or nbformat's node of it; forgiving where metadata is missing."""
    metadata = raw.get("metadata", {})
    marks = metadata.get("nbgrader", {})
    source = raw.get("source", "")
    return Cell(
        index=index,
        id=str(raw.get("id", "")),
        cell_type=str(raw.get("cell_type", "")),
        source=source if isinstance(source, str) else "".join(source),
        grade_id=name_of(raw),
        grade=bool(marks.get("grade")),
        solution=bool(marks.get("solution")),
        locked=bool(marks.get("locked")),
        task=bool(marks.get("task")),
        points=float(marks.get("points") or 0),
        checksum=marks.get("checksum"),
        tags=tuple(metadata.get("tags", ())),
    )
