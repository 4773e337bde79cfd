"""What runs before a commit and around a release: it is there, it says what CI says, and it finds what it is for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

_ROOT = Path(__file__).parents[2]
_STRIP = _ROOT / "scripts" / "strip_notebooks.py"
_PRE_COMMIT = Path(sys.executable).with_name("pre-commit")
_SOLUTION = "solutions/00-welcome/00-welcome.ipynb"


def _yaml(path: str) -> Any:
    return yaml.safe_load((_ROOT / path).read_text())


def _stripped(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, _STRIP, *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "trace", [{"outputs": [{"output_type": "stream"}]}, {"execution_count": 3}, {"metadata": {"scrolled": True}}]
)
def test_what_a_run_left_in_a_notebook_is_found_and_taken_out(tmp_path: Path, trace: dict[str, Any]) -> None:
    clean = tmp_path / "notebook.ipynb"
    clean.write_text((_ROOT / _SOLUTION).read_text())
    before = clean.read_bytes()
    assert _stripped(clean).returncode == 0
    assert clean.read_bytes() == before
    notebook = json.loads(before)
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    cell |= {**trace, "metadata": cell["metadata"] | trace.get("metadata", {})}
    clean.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
    run = clean.read_bytes()
    assert _stripped("--check", clean).returncode == 1
    assert clean.read_bytes() == run, "--check changes nothing"
    assert _stripped(clean).returncode == 1
    assert clean.read_bytes() == before


def test_no_solution_holds_outputs() -> None:
    done = _stripped("--check", *sorted((_ROOT / "solutions").glob("*/*.ipynb")))
    assert done.returncode == 0, done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clone with this environment, and the configuration as it is here."""
    course = tmp_path / "course"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{_ROOT}", str(course)], check=True)
    (course / ".venv").symlink_to(Path(sys.prefix))
    for name in (".pre-commit-config.yaml", "pyproject.toml"):
        shutil.copy(_ROOT / name, course / name)
    shutil.copytree(_ROOT / "scripts", course / "scripts", dirs_exist_ok=True)
    return course


def _hook(course: Path, name: str, *paths: str) -> subprocess.CompletedProcess[str]:
    home = {"PRE_COMMIT_HOME": str(course.parent / "pre-commit")}
    return subprocess.run(
        [str(_PRE_COMMIT), "run", name, "--files", *paths],
        cwd=course,
        env={**os.environ, **home},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_commit_of_bad_style_or_of_outputs_is_stopped(checkout: Path) -> None:
    """mypy and the release have tests of their own, and take their time."""
    code = "grader/i18n.py"
    for hook, path in (("ruff", code), ("ruff-format", code), ("strip-notebooks", _SOLUTION)):
        done = _hook(checkout, hook, path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Passed" in done.stdout
    with (checkout / code).open("a") as file:
        file.write("import os\nx = [1,2]\n")
    assert "E402" in _hook(checkout, "ruff", code).stdout
    assert "1 file would be reformatted" in _hook(checkout, "ruff-format", code).stdout
    notebook = json.loads((checkout / _SOLUTION).read_text())
    next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")["execution_count"] = 1
    (checkout / _SOLUTION).write_text(json.dumps(notebook))
    assert "outputs taken out" in _hook(checkout, "strip-notebooks", _SOLUTION).stdout


def test_hooks_run_what_is_in_the_environment_and_fetch_nothing() -> None:
    for repository in _yaml(".pre-commit-config.yaml")["repos"]:
        assert repository["repo"] == "local"
        for hook in repository["hooks"]:
            assert hook["language"] == "system"
            program = hook["entry"].split()[0]
            assert Path(sys.executable).with_name(Path(program).name).exists(), program


def test_workflows_call_scripts_that_are_here() -> None:
    called = [
        step["run"].split()[0]
        for path in (_ROOT / ".github" / "workflows").glob("*.yml")
        for job in _yaml(str(path.relative_to(_ROOT)))["jobs"].values()
        for step in job.get("steps", ())
        if step.get("run", "").startswith(("scripts/", ".ci/"))
    ]
    assert called
    assert all(os.access(_ROOT / name, os.X_OK) for name in called)


@pytest.mark.parametrize("form", ["verdict", "fault", "lab"])
def test_issue_forms_have_what_github_asks_for(form: str) -> None:
    asked = _yaml(f".github/ISSUE_TEMPLATE/{form}.yml")
    assert asked["name"]
    assert asked["description"]
    assert all(part["attributes"]["label"] for part in asked["body"])
    ids = [part["id"] for part in asked["body"]]
    assert len(ids) == len(set(ids))
