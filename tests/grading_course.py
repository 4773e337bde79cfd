"""A tiny course, made in a temporary folder: what the tests of grading and the attacks hand submissions in to."""

from __future__ import annotations

import copy
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

LAB = "07-tiny-lab"
CONNECT = f'from grader.notebook import connect\ncheck = connect("{LAB}")'
SETUP = "!docker volume create prepared"
WEB_SETUP = "!docker volume create prepared-web"
SETUPS = {"last": SETUP, "web": WEB_SETUP}

#: task → (points, check cell). Two expectations each, the second one hidden.
CHECKS = {
    "net": (
        4,
        'with check.task("net", hint="Look at `docker network create --help`.") as t:\n'
        '    front = t.network("front")\n'
        "    front.exists()\n"
        "    ### BEGIN HIDDEN TESTS\n"
        '    front.has_subnet("10.77.0.0/24")\n'
        "    ### END HIDDEN TESTS",
    ),
    "vol": (
        3,
        'with check.task("vol", hint="Look at `docker volume create --help`.") as t:\n'
        '    data = t.volume("data")\n'
        "    data.exists()\n"
        "    ### BEGIN HIDDEN TESTS\n"
        '    data.has_label("secret-label", "42")\n'
        "    ### END HIDDEN TESTS",
    ),
    "last": (
        2,
        'with check.task("last", hint="Look at `docker volume rm --help`.") as t:\n'
        '    t.volume("prepared").is_gone()\n',
    ),
}
SOLUTIONS = {
    "net": "!docker network create --subnet 10.77.0.0/24 front",
    "vol": "!docker volume create --label secret-label=42 data",
    "last": "!docker volume rm prepared",
}
#: For the attacks: a task about a container, its image and its answers.
WEB_CHECK = (
    5,
    'with check.task("web", hint="Look at `docker run --help`.") as t:\n'
    '    web = t.container("web")\n'
    '    web.is_running().made_from("drydock/busybox:1").publishes(8080, container_port=80)\n'
    '    web.answers_http(8080, containing="It works")\n',
)
WEB_SOLUTION = (
    "!docker run -d --name web -p 8080:80 drydock/busybox:1 "
    "sh -c 'mkdir /www; echo It works >/www/index.html; exec httpd -f -h /www'"
)
HALF = {"net": "!docker network create front", "vol": "!docker volume create data"}
ESSAY = "essay"


@pytest.fixture(scope="session", autouse=True)
def alembic_at_hand() -> Iterator[None]:
    """nbgrader runs `alembic` by name; it lies beside this Python. For the folders whose conftest imports it."""
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    yield
    os.environ["PATH"] = before


def grading_marks(grade_id: str, kind: str, **more: Any) -> dict[str, Any]:
    data = {"schema_version": 3, "grade_id": grade_id, "cell_type": kind, "grade": False, "solution": False}
    return {"nbgrader": {**data, "task": False, "locked": False, **more}}


def locked_cell(grade_id: str, source: str) -> NotebookNode:
    return new_code_cell(source, id=grade_id, metadata=grading_marks(grade_id, "code", locked=True))


def solution_notebook(*, web: bool = False) -> NotebookNode:
    checks = {**CHECKS, "web": WEB_CHECK} if web else CHECKS
    solutions = {**SOLUTIONS, "web": WEB_SOLUTION}
    cells = [new_markdown_cell("# A tiny lab", id="title"), locked_cell("connect", CONNECT)]
    for task, (points, check) in checks.items():
        if task in SETUPS:
            cells.append(locked_cell(f"{task}-setup", SETUPS[task]))
        answer = f"### BEGIN SOLUTION\n{solutions[task]}\n### END SOLUTION"
        name = f"{task}-answer"
        cells.append(new_code_cell(answer, id=name, metadata=grading_marks(name, "code", solution=True)))
        graded = grading_marks(task, "code", locked=True, grade=True, points=points)
        cells.append(new_code_cell(check, id=task, metadata=graded))
    essay = grading_marks(ESSAY, "markdown", grade=True, solution=True, points=5)
    cells.append(new_markdown_cell("Write what an image is.", id=ESSAY, metadata=essay))
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


class Course:
    """A course folder with one lab; nbgrader's converters run on it in this process."""

    def __init__(
        self, root: Path, settings: Mapping[str, Any] | None = None, *, web: bool = False, db_url: str = ""
    ) -> None:
        self.db_url = db_url or f"sqlite:///{root}/gradebook.db"
        self.root = root
        self.settings = dict(settings or {})
        lab = root / "solutions" / LAB
        lab.mkdir(parents=True)
        nbformat.write(solution_notebook(web=web), lab / f"{LAB}.ipynb")
        (lab / "site").mkdir()
        (lab / "site" / "index.html").write_text("<h1>hello</h1>\n")
        answers = lab / "answers" / "net"
        answers.mkdir(parents=True)
        (answers / "wrong-subnet.sh").write_text("# expect hidden: 10.77\ndocker network create front\n")
        (answers / "wrong-name.sh").write_text("# expect: front exists\ndocker network create frnt\n")
        (answers.parent / "reasons.toml").write_text(
            '[net]\n"wrong-subnet" = "Docker <chose> the subnet."\n"wrong-name" = "It is called `frnt`."\n'
        )
        config = "from grader.autograde.config import configure\nc = get_config()\nconfigure(c)\n"
        config += "c.CourseDirectory.course_id = 'tiny'\n"
        lines = [f"c.Drydock.{name} = {value!r}\n" for name, value in self.settings.items()]
        (root / "nbgrader_config.py").write_text(config + "".join(lines))

    def config(self) -> Config:
        from grader.autograde.config import configure

        config = Config()
        configure(config)
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.db_url = self.db_url
        config.CourseDirectory.course_id = "tiny"
        config.CourseDirectory.assignment_id = LAB
        for name, value in self.settings.items():
            config.Drydock[name] = value
        return config

    def _run(self, converter: str, *, force: bool = False, student: str = "*") -> None:
        import nbgrader.converters
        from nbgrader.coursedir import CourseDirectory

        config = self.config()
        config.CourseDirectory.student_id = student
        kind = getattr(nbgrader.converters, converter)
        running = kind(coursedir=CourseDirectory(config=config), config=config)
        running.force = force
        running.start()

    def release(self) -> None:
        self._run("GenerateAssignment")

    def autograde(self, *, force: bool = False, student: str = "*") -> None:
        self._run("Autograde", force=force, student=student)

    def feedback(self) -> None:
        self._run("GenerateFeedback", force=True)

    def gradebook(self) -> Any:
        from nbgrader.api import Gradebook

        return Gradebook(self.db_url)

    def blank(self) -> NotebookNode:
        """The released notebook."""
        return nbformat.read(self.root / "labs" / LAB / f"{LAB}.ipynb", as_version=4)

    def answered(self, answers: Mapping[str, str], essay: str | None = None) -> NotebookNode:
        """The release with these answer cells filled in."""
        notebook = copy.deepcopy(self.blank())
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if name.removesuffix("-answer") in answers and name.endswith("-answer"):
                cell.source = answers[name.removesuffix("-answer")]
            elif name == ESSAY and essay is not None:
                cell.source = essay
        return notebook

    def hand_in(self, student: str, notebook: NotebookNode | str) -> Path:
        """Put a notebook (or the raw text of one) where nbgrader collects submissions; returns the folder."""
        folder = self.root / "submitted" / student / LAB
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.root / "labs" / LAB, folder)
        text = notebook if isinstance(notebook, str) else json.dumps(notebook)
        (folder / f"{LAB}.ipynb").write_text(text)
        return folder

    def grades(self, student: str) -> dict[str, Any]:
        """task → auto score (None: not checked), from the gradebook."""
        with self.gradebook() as book:
            found = book.find_submission_notebook(LAB, LAB, student)
            return {grade.cell.name: grade.auto_score for grade in found.grades}

    def flagged(self, student: str) -> set[str]:
        """Tasks that wait for the instructor."""
        with self.gradebook() as book:
            found = book.find_submission_notebook(LAB, LAB, student)
            return {grade.cell.name for grade in found.grades if grade.needs_manual_grade}

    def graded(self, student: str) -> NotebookNode:
        return nbformat.read(self.root / "autograded" / student / LAB / f"{LAB}.ipynb", as_version=4)


def sources(notebook: NotebookNode) -> Iterable[str]:
    return (cell.source for cell in notebook.cells)


def fields(book: Any, lab: str) -> list[tuple[Any, ...]]:
    """Everything that a gradebook keeps of a lab's grades and comments."""
    notebooks = [(s.student_id, n) for s in book.assignment_submissions(lab) for n in s.notebooks]
    grades = [
        (student, g.cell.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade, g.score)
        for student, n in notebooks
        for g in n.grades
    ]
    comments = [
        (student, c.cell.name, c.auto_comment, c.manual_comment) for student, n in notebooks for c in n.comments
    ]
    return sorted(grades, key=repr) + sorted(comments, key=repr)
