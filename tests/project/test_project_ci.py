"""CI's script without its work: where it does it, and how it names the tests that failed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
#: In place of make: notes what was asked and where. `make test` is pytest as told, on the tests below.
_MAKE = """#!/bin/sh
printf '%s|%s%s\\n' "$PWD" "$*" "${DRYDOCK_DOCKER:+ on $DRYDOCK_DOCKER}" >>"$NOTES"
[ "$1" != "$FAILS" ] || exit 1
[ "$1" = test ] || exit 0
exec python -m pytest -c /dev/null -o cache_dir="$PWD/.pytest_cache" --rootdir=. ${2#ARGS=} tests/test_it.py
"""
_TESTS = """
import os

def test_good():
    pass

def test_bad():
    assert os.environ["FAILS"] != "bad"
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The script as it is here, with what is not committed yet, in a repository with two labs and two tests."""
    root = tmp_path / "course"
    files = {name: (_ROOT / name).read_text() for name in (".ci/run", "scripts/labs-to-prove")}
    files |= {"tests/test_it.py": _TESTS, "solutions/00-tiny/00-tiny.ipynb": "", "solutions/01-next/01-next.ipynb": ""}
    files |= {f"solutions/00-tiny/answers/{task}/wrong.sh": "" for task in ("ask", "build", "cut", "dig")}
    files |= {"solutions/01-next/answers/ask/wrong.sh": ""}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "scripts" / "labs-to-prove").chmod(0o755)
    git = ["git", "-C", str(root), "-c", "user.name=t", "-c", "user.email=t@t"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], check=True)
    (root / "solutions/00-tiny/00-tiny.ipynb").write_text("{}")
    subprocess.run([*git, "commit", "-qam", "two"], check=True)
    return root


def run(
    course: Path, *parts: str, **environment: str
) -> tuple[subprocess.CompletedProcess[str], list[tuple[str, str]]]:
    """What the script said, and where and what it asked of make."""
    home, tools, notes = course.parent / "home", course.parent / "tools", course.parent / "notes"
    for folder in (home, tools):
        folder.mkdir()
    (tools / "make").write_text(_MAKE)
    (tools / "make").chmod(0o755)
    path = f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    given = {"PATH": path, "HOME": str(home), "NOTES": str(notes), "FAILS": "none", **environment}
    done = subprocess.run(
        ["bash", str(course / ".ci" / "run"), *parts], env=given, capture_output=True, text=True, check=False
    )
    assert list(home.iterdir()) == []
    asked = [tuple(line.split("|", 1)) for line in notes.read_text().splitlines()] if notes.exists() else []
    return done, asked  # type: ignore[return-value]


@pytest.mark.parametrize("fails", ["none", "bad"])
def test_all_is_run_in_a_home_folder_and_the_last_lines_name_what_failed(course: Path, fails: str) -> None:
    done, asked = run(course, FAILS=fails)
    named = [] if fails == "none" else ["  tests/test_it.py::test_bad"]
    places = {Path(place) for place, _words in asked}
    assert {place.parent.parent for place in places} == {course.parent / "home"}
    assert all(" " in str(place) and "курс" in place.name for place in places)
    said = done.stdout.splitlines()
    last = said[said.index(next(line for line in said if line.startswith("== author's proof, and another"))) :]
    assert [line for line in last if "::" in line] == named
    assert done.returncode == bool(named), done.stdout + done.stderr
    assert said[-1].startswith("CI passed" if not named else "  tests (make test)")
    # The rest is done whatever failed.
    words = [words for _place, words in asked]
    assert {word.split()[0] for word in words} == {
        *("setup-tests", "lint", "types", "test", "test-labs", "mutants", "proof", "test-docker")
    }
    assert sum("microvm" in word for word in words) == 1
    assert sum(word.split()[0] == "test" for word in words) == 1


def test_a_part_and_a_shard_can_be_asked_for(course: Path) -> None:
    done, asked = run(course, "test-labs", "style", SHARD="2/3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [words.split()[0] for _place, words in asked] == ["setup-tests", "test-labs", "lint"]
    assert "--shard=2/3" in asked[1][1]


def test_the_lab_that_changed_is_proved_and_then_the_others(course: Path) -> None:
    _done, asked = run(course, "proof")
    # Two commits: the third task begins.
    assert [words for _place, words in asked[1:]] == [
        "mutants LAB=--seconds 120 --since HEAD~1 00-tiny",
        "proof LAB=--task cut --task dig --task ask 00-tiny",
        "proof LAB=--task build 00-tiny",
        "proof LAB=--task ask 01-next",
    ]


def test_what_there_is_no_time_for_is_said(course: Path) -> None:
    done, asked = run(course, "proof", DRYDOCK_PROOF_SECONDS="0")
    assert "The time is up: 0 of 1 labs begun, the last one 00-tiny." in done.stdout
    assert [words for _place, words in asked[2:]] == ["proof LAB=--task ask 01-next"]


def test_a_mutant_that_survives_is_a_failure_and_the_rest_is_proved(course: Path) -> None:
    done, asked = run(course, "proof", FAILS="mutants")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "  author's proof")
    assert [words.split()[0] for _place, words in asked] == ["setup-tests", "mutants", "proof", "proof", "proof"]


@pytest.mark.parametrize("given", ["", "26.1.5"])
def test_the_releases_of_docker_have_their_turns(course: Path, given: str) -> None:
    _done, asked = run(course, "docker", DRYDOCK_DOCKER=given)
    # Two commits, and three releases to take turns.
    release = given or "28.5.2+containerd"
    assert [words for _place, words in asked[1:]] == [
        f"test-docker ARGS=-q -rfE --tb=short on {release}",
        f"proof LAB=--solution --runs 1 --seconds 900 00-tiny on {release}",
        f"proof LAB=--solution --runs 1 --seconds 900 01-next on {release}",
    ]


def test_a_part_that_is_none_is_no_success(course: Path) -> None:
    assert run(course, "lint")[0].returncode == 2
