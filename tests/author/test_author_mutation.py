"""The real ``drydock author mutate`` over the tiny course: a hole in a check is found, and gone when it is mended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.author.mutants.record import figures_of, read_record
from grader.author.mutation import in_turn
from grader.course.labs import Course

_DRYDOCK = Path(sys.executable).parent / "drydock"


def _mutate(course: Course, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_DRYDOCK, "author", "mutate", "00", *words],
        cwd=course.root,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def _mend(course: Course, words: str = '.history_contains("COPY").has_label("') -> None:
    path = course.source / "00-tiny" / "00-tiny.ipynb"
    notebook: dict[str, Any] = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "site":
            text = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            cell["source"] = text.replace('.has_label("', words, 1)
    path.write_text(json.dumps(notebook))


@pytest.mark.daemon
@pytest.mark.deep
def test_a_hole_is_found_and_is_gone_when_it_is_mended(course: Course, tmp_path: Path) -> None:
    ids = {mutant.what: mutant.id for mutant in in_turn(course.lab("00-tiny"), ["site"])}
    hole, right, noticed = ids["without COPY"], ids["swap: LABEL and COPY"], ids["without LABEL"]
    chosen = [word for one in (hole, right, noticed) for word in ("--mutant", one)]
    done = _mutate(course, *chosen, "--json", str(tmp_path / "mutants.json"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"✗ site  {hole}  without COPY" in done.stdout
    assert "    -COPY site /site" in done.stdout
    fates = {one["id"]: one["fate"] for one in json.loads((tmp_path / "mutants.json").read_text())["mutants"]}
    assert fates == {hole: "survived", right: "survived", noticed: "killed"}

    (course.source / "00-tiny" / "answers" / "mutants.toml").write_text(f'[site]\n{right} = "the order is free"\n')
    _mend(course)
    done = _mutate(course, *chosen, "--record")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 killed, 1 justified; 100.0% killed or justified" in done.stdout
    assert "recorded in solutions/00-tiny/answers/mutants.json" in done.stdout
    record = read_record(course.lab("00-tiny"))
    assert record.docker and record.seconds > 0
    assert record.tasks["site"].fates == {hole: "killed", noticed: "killed", right: "survived"}
    found = figures_of(course.lab("00-tiny"))
    assert (found.good, found.judged, found.run, found.newer) == (3, 3, 3, 0)

    # Of a check that the solution doesn't pass either nothing is believed.
    _mend(course, '.has_label("nosuch").has_label("')
    done = _mutate(course, *chosen)
    assert "3 could not be checked" in done.stdout, done.stdout + done.stderr


def test_only_what_was_changed_since_a_commit(course: Course) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=t", "-c", "user.email=t@t"]
        subprocess.run(["git", *who, *words], cwd=course.root, check=True, capture_output=True)

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "before there was a lab")
    git("add", "-A")
    git("commit", "-q", "-m", "the lab")
    assert _tasks(_mutate(course, "--list", "--since", "HEAD~1")) == {task.id for task in course.lab("00-tiny").tasks}
    done = _mutate(course, "--since", "HEAD")
    assert (done.returncode, done.stdout) == (0, "00-tiny: no task's cells were changed since HEAD.\n"), done.stderr
    _mend(course)
    assert _tasks(_mutate(course, "--list", "--since", "HEAD")) == {"site"}
    assert "were changed" in _mutate(course, "--list", "--since", "HEAD", "--task", "hello").stdout
    done = _mutate(course, "--list", "--since", "nosuch")
    assert done.returncode == 3
    assert "Git knows no commit nosuch here." in done.stderr


def _tasks(listed: subprocess.CompletedProcess[str]) -> set[str]:
    assert listed.returncode == 0, listed.stdout + listed.stderr
    return {line.split()[0] for line in listed.stdout.splitlines()}


def test_mutants_are_listed_without_a_daemon(course: Course) -> None:
    done = _mutate(course, "--list", "--task", "hello")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "  option dropped: drop --name\n" in done.stdout
    assert "site" not in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--task", "nosuch"], "No task is called nosuch in 00-tiny."),
        (["--mutant", "nosuch"], "No mutant is called nosuch"),
    ],
)
def test_what_is_not_there_is_said(course: Course, words: list[str], says: str) -> None:
    done = _mutate(course, *words)
    assert done.returncode == 2
    assert says in " ".join(done.stderr.split()), done.stderr
