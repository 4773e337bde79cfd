"""nbgrader's Execute and SaveAutoGrades, replaced (``Autograde.autograde_preprocessors``): a fresh daemon, two sides,
explicit scores, one transaction."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import IgnorePattern, NbGraderPreprocessor

from grader import __version__
from grader.autograde.copying import files_beside
from grader.autograde.exporter import SubmissionExporter
from grader.autograde.graders import Changed, Recorded
from grader.autograde.ordinary import foreign_language
from grader.autograde.parcel import PackedFile, Parcel, packed
from grader.autograde.records import our_fault, unkeyed
from grader.autograde.verdict_cells import explain, read_graded, read_report, write_report
from grader.course.answers import known_wrong
from grader.course.cells import name_of
from grader.course.release import Release, read_release, released_folders
from grader.engines import engine_class
from grader.i18n import _
from grader.sandbox import could_not_check
from grader.sandbox.restored import scripts_run_by
from grader.values import BadDeclaration
from grader.values.keys import BadSecret, key_of


class IsolatedExecute(NbGraderPreprocessor):  # type: ignore[misc]
    """Runs a rebuilt submission. Needs SubmissionExporter as its parent."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        info = resources["nbgrader"]
        release = read_release(info["db_url"], info["notebook"], info["assignment"])
        started = time.monotonic()
        self._kind, self._result = self.parent.grader.kind, ""
        # Written by RebuildFromRelease; a submission's own metadata has not come this far.
        problem = nb.metadata.get("drydock", {}).get("problem", "")
        if language := foreign_language(release):
            # Or a test of ours would call every answer wrong.
            problem = _("Drydock runs Python notebooks only; this one's language is {language}.").format(
                language=language
            )
            self.log.error("%s/%s: %s", info["student"], info["assignment"], problem)
        if not problem:
            problem = self._grade(nb, resources, release)
            self._explain(nb, info["assignment"], release)
        self._fill_up(nb, release, problem or _("This check was not reached."))
        self._sign(nb, info, time.monotonic() - started)
        return nb, resources

    def _grade(self, nb: NotebookNode, resources: dict[str, Any], release: Release) -> str:
        """Have it graded; returns why that did not work, or an empty text."""
        exporter: SubmissionExporter = self.parent
        info = resources["nbgrader"]
        more = exporter.more_to_come(info["notebook"], info["student"], info["assignment"])
        try:
            parcel = self._parcel(nb, resources, release)
            graded = exporter.grader.grade(parcel, self.log, more=more)
            nb.cells = graded.cells_for(parcel)
        except BadSecret as trouble:
            self.log.error("%s/%s: %s", info["student"], info["assignment"], trouble)
            return str(trouble)
        except Changed:
            raise  # no grade at all
        except Exception as fault:
            # A fault of ours must not pass for a zero.
            self.log.exception("%s/%s: the grader failed", info["student"], info["assignment"])
            return our_fault(fault)
        self._kind = graded.engine or self._kind
        if isinstance(exporter.grader, Recorded):
            self._result = graded.identity
        if graded.machine:
            self.log.info("%s/%s graded by %s", info["student"], info["assignment"], graded.machine)
        return graded.problem

    def _parcel(self, nb: NotebookNode, resources: dict[str, Any], release: Release) -> Parcel:
        """Raises BadSecret."""
        exporter: SubmissionExporter = self.parent
        info = resources["nbgrader"]
        folder = Path(resources["metadata"]["path"])
        coursedir = exporter.parent.coursedir
        secret = exporter.drydock.secret_file(coursedir)
        if warning := unkeyed((cell.source for cell in release.cells), secret):
            self.log.warning("%s", warning)
        return Parcel(
            student=info["student"],
            lab=info["assignment"],
            name=info["notebook"],
            notebook=json.dumps(nb),
            files=packed(folder, files_beside(folder)),
            originals=_scripts(release, released_folders(coursedir, info["assignment"])),
            release=release,
            bounds=exporter.drydock.bounds(),
            key=key_of(secret, info["student"]).text,
            ignored=IgnorePattern(parent=exporter).pattern,
            languages=os.environ.get("LANGUAGE", ""),
        )

    def _explain(self, nb: NotebookNode, assignment: str, release: Release) -> None:
        """Here and not where it is graded: why known wrong answers are wrong need not leave this machine."""
        known = known_wrong(*released_folders(self.parent.parent.coursedir, assignment))
        for cell in nb.cells:
            if name_of(cell) in release.checks:
                explain(cell, known)

    def _fill_up(self, nb: NotebookNode, release: Release, reason: str) -> None:
        """No check cell leaves without a report: what was not evaluated says why."""
        known = release.by_name()
        for cell in nb.cells:
            wanted = known.get(name_of(cell))
            if wanted is not None and wanted.is_autograded and read_report(cell) is None:
                write_report(cell, could_not_check(wanted.grade_id, reason), wanted.points)

    def _sign(self, nb: NotebookNode, info: dict[str, Any], seconds: float) -> None:
        kind = self._kind
        walls = engine_class(kind).isolation
        nb.metadata["drydock"] = {**nb.metadata.get("drydock", {}), "engine": kind, "walls": walls}
        nb.metadata["drydock"]["version"] = __version__
        # Only now, for the parcel is the same wherever the files have other times.
        nb.metadata["drydock"]["submission"] = self.parent.parent.fingerprint
        if self._result:
            # So that a second merge knows what is there already.
            nb.metadata["drydock"]["result"] = self._result
        self.log.info(
            "%s/%s graded in %.1f s behind the walls of the %s engine: %s",
            info["student"], info["assignment"], seconds, kind, walls,
        )  # fmt: skip


def _scripts(release: Release, folders: Sequence[Path]) -> tuple[PackedFile, ...]:
    """What the lab's setup cells run, as the author wrote it: nothing else of these folders may leave, for one of them
    has the solutions."""
    scripts: dict[Path, bytes] = {}
    for cell in release.cells:
        if cell.grade_id in release.setups:
            with suppress(BadDeclaration):  # the session says so, of this cell's task alone
                scripts |= {Path(path): content for path, content in scripts_run_by(cell.source, folders).items()}
    below = sorted(path for path in scripts if not path.is_absolute())
    return tuple(PackedFile(path.as_posix(), scripts[path]) for path in below)


# -- nbgrader's SaveAutoGrades, in one transaction, and with one case more: a task that could not be checked.


class SaveGrades(NbGraderPreprocessor):  # type: ignore[misc]
    """Writes all scores of a notebook at once, so that a killed run leaves the old ones or the new ones.

    A check that could not be evaluated has no score and waits for the instructor (nbgrader itself would give full
    marks to a test cell without a number). Manual scores are never touched.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        info = resources["nbgrader"]
        place = (info["notebook"], info["assignment"], info["student"])
        with Gradebook(info["db_url"]) as gradebook:
            for cell in nb.cells:
                if utils.is_grade(cell):
                    self._score(gradebook, cell, place)
                elif utils.is_task(cell):
                    self._take_back_zero(gradebook, cell, place)
                if utils.is_solution(cell) or utils.is_task(cell):
                    self._comment(gradebook, cell, place)
            gradebook.db.commit()
        return nb, resources

    def _score(self, gradebook: Gradebook, cell: NotebookNode, place: tuple[str, str, str]) -> None:
        grade = gradebook.find_grade(name_of(cell), *place)
        grade.auto_score = self._auto_score(cell)
        # As in nbgrader: a regrade asks the instructor to look at a manual score again, and keeps it.
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None

    def _take_back_zero(self, gradebook: Gradebook, cell: NotebookNode, place: tuple[str, str, str]) -> None:
        """A task has no score but by hand; nbgrader gave it one if its notebook was missing in an earlier hand-in."""
        grade = gradebook.find_grade(name_of(cell), *place)
        if grade.auto_score is not None:
            grade.auto_score, grade.needs_manual_grade = None, True

    def _auto_score(self, cell: NotebookNode) -> float | None:
        if cell.cell_type == "code" and not utils.is_solution(cell):
            graded = read_graded(cell)
            return None if graded is None else graded.score
        score, _most = utils.determine_grade(cell, self.log)
        return None if score is None else float(score)

    def _comment(self, gradebook: Gradebook, cell: NotebookNode, place: tuple[str, str, str]) -> None:
        """nbgrader's own rule: an answer that is as it was released gets a comment that says so."""
        comment = gradebook.find_comment(name_of(cell), *place)
        unchanged = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
        comment.auto_comment = "No response." if unchanged and not utils.is_task(cell) else None
