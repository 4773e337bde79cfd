"""Takes the README's pictures: lab 01 in a real JupyterLab, one answer that is not quite right yet, and the panel.

    make screenshot

Everything runs in a throwaway copy of the course's folder for students, on a lab daemon of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from lab_page import lab_page, start_cell
from playwright.sync_api import Page

_ROOT = Path(__file__).parents[2]
_DRYDOCK = str(Path(sys.executable).parent / "drydock")
_LAB, _TASK = "01-first-container", "web"
#: The student forgot to publish the port.
_ANSWER = "!docker run -d --name web drydock/nginx:1"
#: What the panel's picture shows.
_SCENE = (
    "!docker rm -f web; docker volume create tides; docker network create harbour",
    "!docker run -d --name web -p 8080:80 --network harbour -v tides:/tides --memory 64m --health-cmd true "
    "--health-interval 1s drydock/nginx:1",
    "!docker run --name ferry drydock/busybox:1 sh -c 'exit 3'",
)


def main(target: Path, panel: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="dd-") as folder:
        Path(folder).chmod(0o711)
        environment = {
            **os.environ,
            "DRYDOCK_RUNTIME": f"{folder}/r",
            "DRYDOCK_STATE": f"{folder}/s",
            "JUPYTERLAB_WORKSPACES_DIR": f"{folder}/layout",
            "JUPYTERLAB_SETTINGS_DIR": f"{folder}/settings",
        }
        course = Path(folder) / "drydock"
        course.mkdir()
        for name in ("labs", "docs", "nbgrader_config.py"):
            subprocess.run(["cp", "-r", str(_ROOT / name), str(course)], check=True)
        lab = subprocess.Popen(
            [_DRYDOCK, "lab", _LAB, "--no-browser"], cwd=course, env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert lab.stdout is not None
            url = next(line.strip() for line in lab.stdout if "http" in line)
            notebook = course / "workspace" / "labs" / _LAB / f"{_LAB}.ipynb"
            _take(url, notebook, target)
            _take_panel(url, notebook, panel)
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


def _take_panel(url: str, notebook: Path, target: Path) -> None:
    with lab_page(url, notebook, width=1400, height=800) as lab:
        page = lab.page
        lab.run("connect")
        for source in _SCENE:
            lab.type(f"{_TASK}-answer", source)
            lab.run(f"{_TASK}-answer")
        lab.run(_TASK)
        page.keyboard.press("Control+S")
        page.goto(url.replace(f"labs/{_LAB}/{_LAB}.ipynb", "panel.ipynb"))
        start_cell(page.locator(".jp-CodeCell", has=page.locator(".cm-content", has_text="panel()")))
        panel = page.locator(".drydock-panel")
        panel.filter(has_text="healthy").wait_for()
        # The tasks are on the other picture.
        page.locator(".drydock-tasks").get_by_role("button", name="Close").click()
        panel.get_by_role("button", name="Tasks").click()
        if page.locator("#jp-left-stack").is_visible():
            page.keyboard.press("Control+B")
        _beside(page, "panel.ipynb")
        page.locator(".drydock-panel").evaluate("panel => { panel.scrollIntoView({block: 'start'}); }")
        page.wait_for_timeout(1000)
        page.screenshot(path=target)


def _beside(page: Page, tab: str) -> None:
    """Drag a tab to the right side, as a student would."""
    handle = page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text=tab).bounding_box()
    dock = page.locator("#jp-main-dock-panel").bounding_box()
    assert handle is not None and dock is not None
    page.mouse.move(handle["x"] + 40, handle["y"] + 10)
    page.mouse.down()
    page.mouse.move(handle["x"] + 60, handle["y"] + 100, steps=8)
    page.mouse.move(dock["x"] + dock["width"] - 40, dock["y"] + dock["height"] / 2, steps=10)
    page.wait_for_timeout(500)
    page.mouse.up()


if __name__ == "__main__":
    images = _ROOT / "docs" / "images"
    main(images / "lab-check.png", images / "panel.png")
