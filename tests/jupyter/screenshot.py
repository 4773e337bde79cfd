"""Takes the README's picture: lab 01 in a real JupyterLab, one answer that is not quite right yet.

    make screenshot

Everything runs in a throwaway copy of the course's folder for students, on a lab daemon of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from lab_page import lab_page

_ROOT = Path(__file__).parents[2]
_DRYDOCK = str(Path(sys.executable).parent / "drydock")
_LAB, _TASK = "01-first-container", "web"
#: The student forgot to publish the port.
_ANSWER = "!docker run -d --name web drydock/nginx:1"


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="dd-") as folder:
        Path(folder).chmod(0o711)
        environment = {**os.environ, "DRYDOCK_RUNTIME": f"{folder}/r", "DRYDOCK_STATE": f"{folder}/s"}
        course = Path(folder) / "drydock"
        course.mkdir()
        for name in ("labs", "nbgrader_config.py"):
            subprocess.run(["cp", "-r", str(_ROOT / name), str(course)], check=True)
        lab = subprocess.Popen(
            [_DRYDOCK, "lab", _LAB, "--no-browser"], cwd=course, env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert lab.stdout is not None
            url = next(line.strip() for line in lab.stdout if "http" in line)
            _take(url, course / "workspace" / "labs" / _LAB / f"{_LAB}.ipynb", target)
        finally:
            lab.terminate()
            lab.wait()
            subprocess.run([_DRYDOCK, "down", "--forget"], cwd=course, env=environment, check=True)


def _take(url: str, notebook: Path, target: Path) -> None:
    with lab_page(url, notebook, width=1280, height=800) as lab:
        lab.run("connect")
        lab.type(f"{_TASK}-answer", _ANSWER)
        lab.run(f"{_TASK}-answer")
        lab.run(_TASK)
        # The task's text, the answer and the verdict in one view, without the file browser's clutter.
        lab.page.keyboard.press("Control+B")
        answer = lab.cell(f"{_TASK}-answer")
        answer.evaluate("cell => { cell.scrollIntoView({block: 'start'}); }")
        lab.page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => { panel.scrollTop -= 108; }")
        lab.page.wait_for_timeout(500)
        lab.page.screenshot(path=target)


if __name__ == "__main__":
    main(_ROOT / "docs" / "images" / "lab-check.png")
