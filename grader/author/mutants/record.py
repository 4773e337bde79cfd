"""What is known of a lab's mutants: what became of them, run by run (``solutions/NN-name/answers/mutants.json``), and
which are right answers, as their author says (``mutants.toml`` beside it).

``drydock author mutate --record`` adds what it has found, so that some minutes at a time come to all of them in the
end. What is known of a task's mutants counts as long as nothing changes that they are tried with. The proof reads it,
too: nothing here needs the parser of shell that makes mutants.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.autograde.config import IGNORED
from grader.course.answers import FOLDER, read_tables
from grader.course.labs import CourseError, Lab, Task
from grader.course.release import released_files
from grader.files import atomic_write
from grader.i18n import _

if TYPE_CHECKING:
    from grader.author.mutants.cells import Mutant

FILE, KEPT_FILE = "mutants.json", "mutants.toml"
#: Files beside the notebook that no answer and no check comes across.
_NO_MATTER = (*IGNORED, "*.svg")
_ANY = "any"


class Fate(StrEnum):
    """What became of a mutant; the value is its word in reports and in JSON."""

    KILLED = "killed"
    #: Its cell did not end; nobody would call that solved.
    OVERRAN = "ran into the limit"
    SURVIVED = "survived"
    #: It passed, and its author says why it is right.
    JUSTIFIED = "justified"
    NOT_JUDGED = "could not be checked"


@dataclass
class TaskRecord:
    """What is known of a task's mutants, by their IDs. ``digest``: of what they were tried with."""

    digest: str
    made: int
    fates: dict[str, Fate] = field(default_factory=dict)
    #: Of those that passed, the change in words: whether it is right is for mutants.toml to say, whenever it is asked.
    passed: dict[str, str] = field(default_factory=dict)

    def add(self, mutant: str, fate: Fate, what: str) -> None:
        if fate is Fate.NOT_JUDGED and self.judged(mutant):
            return  # What an earlier run has found is still true.
        self.fates[mutant] = fate
        self.passed.pop(mutant, None)
        if fate in (Fate.SURVIVED, Fate.JUSTIFIED):
            self.passed[mutant] = what

    def judged(self, mutant: str) -> bool:
        return self.fates.get(mutant, Fate.NOT_JUDGED) is not Fate.NOT_JUDGED

    def counted(self, task: str, kept: Kept) -> Counter[Fate]:
        found = Counter(fate for mutant, fate in self.fates.items() if mutant not in self.passed)
        reasons = (kept.reason(task, mutant, what) for mutant, what in self.passed.items())
        return found + Counter(Fate.JUSTIFIED if why else Fate.SURVIVED for why in reasons)


@dataclass(frozen=True)
class Record:
    """``day``: of the last run. ``docker``: the releases tried on. ``seconds``: of all its runs, by the clock."""

    day: str = ""
    docker: tuple[str, ...] = ()
    seconds: float = 0.0
    tasks: dict[str, TaskRecord] = field(default_factory=dict)

    def of_today(self, lab: Lab) -> Record:
        """Without the tasks that have changed since; all of it forgotten where no task is left."""
        now = digests_of(lab)
        tasks = {name: task for name, task in self.tasks.items() if now.get(name) == task.digest}
        return replace(self, tasks=tasks) if tasks else Record()

    def with_run(self, docker: str, seconds: float) -> Record:
        releases = tuple(sorted({*self.docker, docker} - {""}))
        return replace(self, day=date.today().isoformat(), docker=releases, seconds=self.seconds + seconds)


@dataclass(frozen=True)
class Figures:
    """A lab's mutants counted."""

    record: Record
    fates: Counter[Fate]
    #: Tasks that nothing is known of as they are now.
    newer: int = 0
    #: Whether something was tried, but nothing of it counts any more.
    outdated: bool = False

    @property
    def made(self) -> int:
        return sum(task.made for task in self.record.tasks.values())

    @property
    def run(self) -> int:
        return self.fates.total()

    @property
    def judged(self) -> int:
        return self.run - self.fates[Fate.NOT_JUDGED]

    @property
    def good(self) -> int:
        """Killed or justified."""
        return self.judged - self.fates[Fate.SURVIVED]

    def as_json(self) -> dict[str, Any]:
        """Plain data for machines."""
        return {
            "made": self.made,
            "run": self.run,
            **{fate.name.lower(): self.fates[fate] for fate in Fate},
            "newer_tasks": self.newer,
            "outdated": self.outdated,
            "date": self.record.day,
            "docker": list(self.record.docker),
            "seconds": round(self.record.seconds, 2),
        }


def figures_of(lab: Lab) -> Figures:
    """What counts of a lab as it is now. Raises CourseError for a file beside it that can't be read."""
    record, kept = read_record(lab), read_kept(lab)
    now = record.of_today(lab)
    some = counted(now, kept)
    return replace(some, newer=len(lab.tasks) - len(now.tasks), outdated=counted(record, kept).run > some.run == 0)


def counted(record: Record, kept: Kept) -> Figures:
    """What was found, whether or not the lab has changed since."""
    fates = (task.counted(name, kept) for name, task in record.tasks.items())
    return Figures(record, sum(fates, Counter[Fate]()))


def digests_of(lab: Lab) -> dict[str, str]:
    """By task: its cells, those of the tasks that it needs, and the lab's files."""
    files = [
        (str(path), sha256((lab.folder / path).read_bytes()).hexdigest())
        for path in released_files(lab.folder)
        if not any(fnmatch(part, pattern) for part in path.parts for pattern in _NO_MATTER)
    ]
    common = [lab.connect.source if lab.connect else "", files]
    return {
        task.id: sha256(
            json.dumps([*common, *(sources_of(one) for one in (*lab.needed_by(task), task))]).encode()
        ).hexdigest()[:16]
        for task in lab.tasks
    }


def sources_of(task: Task) -> tuple[str, ...]:
    """Its cells: setup, answer, check."""
    return tuple(cell.source for cell in (*task.setups, task.answer, task.check) if cell is not None)


# -- The file: a line for each task, so that git shows what a run has added.


def path_of(lab: Lab) -> Path:
    return lab.folder / FOLDER / FILE


def read_record(lab: Lab) -> Record:
    """What is on record, changed since or not. Raises CourseError for a file that is no such record."""
    path = path_of(lab)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        tasks = {str(name): _task(table) for name, table in content["tasks"].items()}
        return Record(str(content["date"]), tuple(content["docker"]), float(content["seconds"]), tasks)
    except FileNotFoundError:
        return Record()
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CourseError(
            _("{path} can't be read: {reason}").format(path=path, reason=f"{type(error).__name__}: {error}"),
            _("git checkout -- '{path}' brings the last good version back.").format(path=path),
        ) from None


def write_record(lab: Lab, record: Record) -> None:
    tasks = (
        f"{json.dumps(name)}: {json.dumps(_plain(task), ensure_ascii=False)}" for name, task in record.tasks.items()
    )
    head = {"date": record.day, "docker": record.docker, "seconds": round(record.seconds)}
    path_of(lab).parent.mkdir(exist_ok=True)
    atomic_write(path_of(lab), json.dumps(head)[:-1] + ', "tasks": {\n' + ",\n".join(tasks) + "\n}}\n")


def _plain(task: TaskRecord) -> dict[str, Any]:
    others = [(fate, mutant) for mutant, fate in sorted(task.fates.items()) if mutant not in task.passed]
    return {
        "digest": task.digest,
        "made": task.made,
        **{str(kind): " ".join(mutant for fate, mutant in others if fate is kind) for kind in _NOT_PASSED},
        "passed": task.passed,
    }


_NOT_PASSED = (Fate.KILLED, Fate.OVERRAN, Fate.NOT_JUDGED)


def _task(table: Mapping[str, Any]) -> TaskRecord:
    task = TaskRecord(str(table["digest"]), int(table["made"]))
    for fate in _NOT_PASSED:
        task.fates |= dict.fromkeys(str(table[fate]).split(), fate)
    for mutant, what in dict(table["passed"]).items():
        task.add(str(mutant), Fate.SURVIVED, str(what))
    return task


# -- Mutants that are right answers, as their author says: a table for each task, and in it a mutant's ID, or a change
# in the words of the report for all of the task's mutants that are changed so, and why that is right. The table
# ``any`` holds for every task.
#
#     [web]
#     1d80c9ab = "both ports are free for the student to choose"
#     "drop --rm" = "the container that stays behind is no part of the task"


@dataclass(frozen=True)
class Kept:
    """By task, then by ID or words: why it is right."""

    reasons: dict[str, dict[str, str]]

    def reason(self, task: str, mutant: str, what: str) -> str:
        """Why the mutant with this ID is right; an empty text where nobody says so."""
        for table in (self.reasons.get(task, {}), self.reasons.get(_ANY, {})):
            for name in (mutant, what):
                if name in table:
                    return table[name]
        return ""

    def idle(self, mutants: Iterable[Mutant]) -> list[str]:
        """The lines that no mutant answers to any more, as ``task: name``."""
        known: set[tuple[str, str]] = set()
        for one in mutants:
            known |= {(task, name) for task in (one.task, _ANY) for name in (one.id, one.what)}
        return [
            f"{task}: {name}" for task, table in self.reasons.items() for name in table if (task, name) not in known
        ]


def read_kept(lab: Lab) -> Kept:
    """Raises CourseError for a file that is no such list."""
    path = lab.folder / FOLDER / KEPT_FILE
    remedy = _('It has a table for each task, and in it lines like 1a2b3c4d = "why it is right".')
    kept = read_tables(path, remedy)
    for task in kept:
        if task != _ANY and lab.task(task) is None:
            raise CourseError(_("{path} names a task {task} that is not there.").format(path=path, task=task), remedy)
    return Kept(kept)
