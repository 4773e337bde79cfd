"""``drydock grade merge``: what the parts of a class were given, entered in the gradebook, once."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde.packing import entered
from grader.autograde.records import GradedSubmissions, SubmissionRecord, load_graded
from grader.autograde.settings import Drydock
from grader.autograde.shards import BadShards, Entry, Results, Shard
from grader.autograde.submissions import Submissions
from grader.autograde.worker import Job
from grader.autograde.worker_pool import WorkerPool, settle_in
from grader.autograde.worker_proof import Proof
from grader.i18n import _, ngettext


@dataclass
class Merge:
    """The results in some folders of one lab."""

    lab: str
    proof: Proof
    of: int
    parts: set[int]
    entries: dict[str, Entry] = field(default_factory=dict)

    @classmethod
    def read(cls, folders: Sequence[Path]) -> Merge:
        """Each is a part's folder, or one that holds such folders. Raises BadShards where they aren't one run's."""
        found = [Results(folder) for given in folders for folder in _parts(given)]
        if not found:
            raise BadShards(
                _("There are no results in {folders}.").format(folders=", ".join(map(str, folders))),
                "drydock grade LAB --shard 1/8",
            )
        first = found[0].about()
        made = cls(first.lab, first.proof, first.shard.of, set())
        for results in found:
            about = results.about()
            if about.lab != first.lab or about.shard.of != first.shard.of:
                raise BadShards(
                    _("{one} is part {a} of {lab}, and {other} is part {b} of {another}.").format(
                        one=found[0].folder, a=first.shard, lab=first.lab,
                        other=results.folder, b=about.shard, another=about.lab,
                    ),
                    _("Name the folders of one run only"),
                )  # fmt: skip
            if why := first.proof.difference(about.proof):
                raise BadShards(
                    _("{folder} was graded by another kind of worker than {first}: {why}").format(
                        folder=results.folder, first=found[0].folder, why=why
                    ),
                    _("Remove that folder, and grade this part once more: --shard {part}").format(part=about.shard),
                )
            made.parts.add(about.shard.number)
            for entry in results.entries():
                made._add(entry)
        return made

    def _add(self, entry: Entry) -> None:
        """Beside what other folders have of the same student: which of it counts, the submission itself will say.

        What went wrong in one was ours, so a whole result of the same work counts before it, whichever came last.
        """
        known = self.entries.get(entry.student)
        if known is None or (known.error and entry.results):
            self.entries[entry.student] = entry
        elif entry.results:
            results = (*known.results, *entry.results)
            whole = {result.digest for result in results if not result.problem}
            counting = tuple(result for result in results if not (result.problem and result.digest in whole))
            self.entries[entry.student] = Entry(entry.student, counting)

    def require(self, students: Sequence[str], options: Sequence[str] = ()) -> None:
        """Raises BadShards when a part or a student is missing. ``options``: those that a part is graded with."""
        missing = [student for student in sorted(students) if student not in self.entries]
        if not missing:
            return
        parts = [Shard(number, self.of) for number in range(1, self.of + 1)]
        lacking = [part for part in parts if set(part.mine(students)) & set(missing)]
        said = ngettext("{n} submission has no result yet", "{n} submissions have no result yet", len(missing))
        names = ", ".join(missing[:10]) + (" …" if len(missing) > 10 else "")
        raise BadShards(
            _("Nothing was entered. {said} ({names}); missing or unfinished parts: {parts}.").format(
                said=said.format(n=len(missing)), names=names, parts=", ".join(map(str, lacking))
            ),
            shlex.join(["drydock", "grade", self.lab, "--shard", str(lacking[0]), *options]),
        )


def _parts(folder: Path) -> list[Path]:
    found = [about.parent for about in (folder / "shard.json", *sorted(folder.glob("*/shard.json"))) if about.is_file()]
    if not found:
        raise BadShards(_("{folder} has no results of `drydock grade --shard`.").format(folder=folder), "ls")
    return found


class MergeBackend:
    """Enters results, some students at once; who has them already is left alone."""

    def __init__(self, config: Config, merge: Merge, jobs: int) -> None:
        self._config = config
        self._merge = merge
        self._jobs = jobs

    def work(self, lab: str, students: Sequence[str]) -> Iterator[SubmissionRecord]:
        """Records in the order in which they are written."""
        course = CourseDirectory(config=self._config)
        submissions = Submissions(self._config, lab)
        secret = Drydock(config=self._config).secret_file(course)
        known = GradedSubmissions(str(course.db_url), secret, lab)
        todo = []
        for student in students:
            entry = self._merge.entries[student]
            if entry.error:
                yield SubmissionRecord(student, lab, error=entry.error)
            elif there := _there(known, submissions, entry):
                yield there
            else:
                todo.append(student)
        begin = partial(_begin, {student: self._merge.entries[student] for student in todo})
        if todo:
            size = min(self._jobs, len(todo))
            yield from WorkerPool(self._config, self._merge.proof.engine, size, begin=begin, task=_enter).work(
                lab, todo
            )


def _there(known: GradedSubmissions, submissions: Submissions, entry: Entry) -> SubmissionRecord | None:
    """The record of a student whose grade was made of these very results, and who has handed in nothing since then;
    None of any other."""
    # None of a notebook that could not be read.
    theirs = {result.identity for result in entry.results} or {""}
    folder = submissions.graded(entry.student)
    try:
        graded = {path.stem: load_graded(path).metadata.get("drydock", {}) for path in folder.glob("*.ipynb")}
        if not submissions.is_graded(entry.student, graded.keys()):
            return None
        if any(about.get("result", "") not in theirs for about in graded.values()):
            return None
        return known.record(entry.student, folder)
    except Exception:  # half written, or not in this gradebook
        return None


class _Desk:
    config: Config
    kind: str
    entries: dict[str, Entry]


def _begin(entries: dict[str, Entry], config: Config, kind: str) -> None:
    settle_in()
    _Desk.config, _Desk.kind, _Desk.entries = config, kind, entries


def _enter(job: Job) -> SubmissionRecord:
    return entered(_Desk.config, _Desk.kind, job, _Desk.entries[job.student].results)
