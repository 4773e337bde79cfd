"""What a gate says of a student's hand-ins is of a bounded size, as they may make any number of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_TALKS = """
import os, sys
from pathlib import Path
from grader.processes import words_bounded
with words_bounded(Path(sys.argv[1])):
    os.write(2, b"the first word\\n")
    for _line in range(40):
        os.write(2, b"x" * 99_999 + b"\\n")
    raise ValueError("the last word")
"""


def test_a_log_without_end_is_no_file_without_end(tmp_path: Path) -> None:
    log = tmp_path / "gate.log"
    done = subprocess.run([sys.executable, "-c", _TALKS, str(log)], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr == ""
    assert {path.name for path in tmp_path.iterdir()} == {"gate.log", "gate.old"}
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 2_500_000
    assert log.read_text().rstrip().endswith("ValueError: the last word")
