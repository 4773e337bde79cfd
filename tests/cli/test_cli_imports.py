"""What a command and a notebook cost before they do anything: pictures, widgets and the Docker client come later."""

from __future__ import annotations

import subprocess
import sys

import pytest

_HEAVY = ("ipywidgets", "matplotlib", "numpy", "IPython", "jupyterlab", "nbconvert")
_SAY = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"


def _imported_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{_SAY}"], capture_output=True, text=True, check=True, timeout=300
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("command", ["check", "up", "grade", "lab", "status", "reset"])
def test_a_command_imports_no_pictures_and_no_widgets(command: str) -> None:
    imported = _imported_by(
        f"from click.testing import CliRunner\nfrom grader.cli import main\n"
        f"assert CliRunner().invoke(main, [{command!r}, '--help']).exit_code == 0"
    )
    assert "click" in imported
    assert imported.isdisjoint(_HEAVY)


def test_what_a_notebook_begins_with_imports_no_client_either() -> None:
    imported = _imported_by("import grader.notebook; from grader.widgets import charts")
    assert imported.isdisjoint((*_HEAVY, "docker", "requests"))


def test_help_imports_no_pictures_and_no_widgets() -> None:
    assert _imported_by(
        "from click.testing import CliRunner\nfrom grader.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0"
    ).isdisjoint(_HEAVY)


def test_this_test_would_see_them() -> None:
    assert {"ipywidgets", "IPython"} <= _imported_by("from grader.panel.live import Panel; Panel()")
    assert "matplotlib" in _imported_by("from grader.charts.style import figure; figure(1)")
    assert {"docker", "requests"} <= _imported_by("import grader.docker_api.client")
