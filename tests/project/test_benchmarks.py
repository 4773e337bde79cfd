"""Nothing else runs the benchmarks between two measurements: at least they start, whatever was moved meanwhile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parents[2] / "benchmarks"
_COMMANDS = sorted(path.name for path in _FOLDER.glob("*.py") if "__main__" in path.read_text())


@pytest.mark.parametrize("name", _COMMANDS)
def test_a_benchmark_says_how_it_is_used(name: str) -> None:
    done = subprocess.run([sys.executable, str(_FOLDER / name), "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert name in done.stdout
