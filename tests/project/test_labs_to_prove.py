"""Whose wrong and right answers CI proves: those of labs that changed, and the others by turns."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

_SCRIPT = Path(__file__).parents[2] / "scripts" / "labs-to-prove"
_LABS = ["00-welcome", "01-first", "02-second", "03-third"]


class Repo:
    """A course of four empty labs with the script, and a commit."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "scripts").mkdir(parents=True)
        shutil.copy(_SCRIPT, root / "scripts")
        self.git("init", "-q")
        for lab in _LABS:
            self.write(f"solutions/{lab}/{lab}.ipynb")
        self.commit()

    def git(self, *words: str) -> str:
        who = ["-c", "user.name=t", "-c", "user.email=t@t"]
        return subprocess.run(["git", *who, *words], cwd=self.root, capture_output=True, text=True, check=True).stdout

    def write(self, name: str, text: str = "") -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "one")
        return self.git("rev-parse", "HEAD").strip()

    def lines(self, *words: str) -> list[str]:
        script = self.root / "scripts" / "labs-to-prove"
        return subprocess.run(
            ["bash", str(script), *words], capture_output=True, text=True, check=True
        ).stdout.splitlines()

    def asked(self, *words: str) -> tuple[list[str], list[str]]:
        changed, others, _base = self.lines(*words)
        return changed.split(), others.split()


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "учебный курс")


def test_what_changed_is_proved_and_each_of_the_others_comes_first_in_its_turn(repo: Repo) -> None:
    firsts = set()
    for _commit in _LABS:
        repo.commit()
        changed, others = repo.asked()
        assert (changed, sorted(others)) == ([], _LABS)
        firsts.add(others[0])
    assert firsts == set(_LABS)
    base = repo.commit()
    repo.write("solutions/02-second/answers/task/wrong-так.sh", "# expect: no\n")
    repo.commit()
    repo.write("labs/01-first/01-first.ipynb", "{}")
    repo.write("solutions/03-third/answers/mutants.json", "{}")
    repo.write("grader/new.py")
    repo.commit()
    changed, others = repo.asked()
    assert (changed, sorted(others)) == (["01-first"], ["00-welcome", "02-second", "03-third"])
    changed, others = repo.asked(base)
    assert (sorted(changed), sorted(others)) == (["01-first", "02-second"], ["00-welcome", "03-third"])


def test_a_file_that_went_is_a_change_and_a_lab_that_went_is_none(repo: Repo) -> None:
    repo.write("solutions/03-third/answers/task/wrong-a.sh")
    repo.commit()
    (repo.root / "solutions/03-third/answers/task/wrong-a.sh").unlink()
    shutil.rmtree(repo.root / "solutions/00-welcome")
    repo.commit()
    changed, others = repo.asked()
    assert (changed, sorted(others)) == (["03-third"], ["01-first", "02-second"])


@pytest.mark.parametrize("base", ["0" * 40, "no-such-branch", ""])
def test_where_no_commit_is_known_all_labs_have_changed(repo: Repo, base: str) -> None:
    """A push of a new branch to GitHub names a base of zeros."""
    assert sorted(repo.asked(base)[0]) == _LABS
    repo.commit()
    assert repo.asked(base)[0] == []


def test_the_commit_is_said_since_which(repo: Repo) -> None:
    assert repo.lines()[2] == ""
    base = repo.commit()
    repo.commit()
    assert [repo.lines(given)[2] for given in (base, "no-such-branch", "")] == [base, "HEAD~1", "HEAD~1"]
