"""CI's script without its work: where it does it, and what it makes of a test that fails once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
#: In place of make: notes what was asked and where, and fails as told.
_MAKE = """#!/bin/sh
printf '%s|%s\\n' "$PWD" "$*" >>"$NOTES"
case "$*" in test*--durations*) exit "$FIRST" ;; test*--last-failed*) exit "$AGAIN" ;; esac
"""


@pytest.mark.parametrize(("first", "again"), [(0, 0), (1, 0), (1, 1)])
def test_all_is_run_in_a_home_folder_and_what_fails_twice_fails(tmp_path: Path, first: int, again: int) -> None:
    home, tools, notes = tmp_path / "home", tmp_path / "tools", tmp_path / "notes"
    for folder in (home, tools):
        folder.mkdir()
    (tools / "make").write_text(_MAKE)
    (tools / "make").chmod(0o755)
    # The script as it is here: a clone of a clone, with what is not committed yet.
    course = tmp_path / "course"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{_ROOT}", str(course)], check=True)
    (course / ".ci" / "run").write_text((_ROOT / ".ci" / "run").read_text())
    commit = ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "--allow-empty", "-am", "as it is here"]
    subprocess.run(["git", "-C", str(course), *commit], check=True)
    environment = {"PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(home), "NOTES": str(notes)}
    environment |= {"FIRST": str(first), "AGAIN": str(again)}
    done = subprocess.run(
        ["bash", str(course / ".ci" / "run")], env=environment, capture_output=True, text=True, check=False
    )
    places, asked = zip(*(line.split("|", 1) for line in notes.read_text().splitlines()), strict=True)
    assert done.returncode == again, done.stdout + done.stderr
    assert {Path(place).parent.parent for place in places} == {home}
    assert all(" " in place and "курс" in place for place in places)
    assert ("test ARGS=-v -n 0 --last-failed --last-failed-no-failures none" in asked) == bool(first)
    assert list(home.iterdir()) == []
