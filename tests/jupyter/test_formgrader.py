"""formgrader's page of a graded lab in a real browser, served by plain Jupyter with the course's nbgrader_config.py."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from chromium import NEEDS_CHROMIUM, PATIENCE, browser_page
from grading_course import ESSAY, LAB, SOLUTIONS, Course
from nbformat.v4 import new_code_cell, new_markdown_cell
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.daemon, pytest.mark.browser, pytest.mark.timeout(600), NEEDS_CHROMIUM]

#: One pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
TABLE = "| command | does |\n|---|---|\n| `docker ps` | shows what runs |\n\n![a picture](site/dot.png)"
DRAWS = f"from IPython.display import Image\nImage({PNG!r}, width=40, height=40)"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course(tmp_path_factory.mktemp("course"))
    lab = made.root / "solutions" / LAB
    (lab / "site" / "dot.png").write_bytes(PNG)
    notebook = nbformat.read(lab / f"{LAB}.ipynb", as_version=4)
    notebook.cells.insert(1, new_markdown_cell(TABLE, id="table"))
    nbformat.write(notebook, lab / f"{LAB}.ipynb")
    made.release()
    answered = made.answered({"net": SOLUTIONS["net"], "vol": "!docker volume create data"}, "An image is a template.")
    answered.cells.append(new_code_cell(DRAWS))
    made.hand_in("ada", answered)
    made.autograde()
    return made


@pytest.fixture(scope="module")
def server(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Jupyter server in the course's folder."""
    runtime = tmp_path_factory.mktemp("runtime")
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", "--IdentityProvider.token="],
        cwd=course.root,
        env={**os.environ, "JUPYTER_RUNTIME_DIR": str(runtime), "JUPYTER_CONFIG_DIR": str(runtime / "config")},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield _address(process, runtime)
    finally:
        process.terminate()
        process.communicate(timeout=300)


def _address(process: subprocess.Popen[str], runtime: Path) -> str:
    while process.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            if text := file.read_text():
                return str(json.loads(text)["url"])
        time.sleep(0.2)
    raise AssertionError(process.stderr.read() if process.stderr else "")


@pytest.fixture(scope="module")
def page(course: Course, server: str) -> Iterator[Page]:
    with course.gradebook() as book:
        submission = book.find_submission_notebook(LAB, LAB, "ada").id
    with browser_page() as opened:
        opened.goto(f"{server}formgrader/submissions/{submission}/", wait_until="domcontentloaded")
        opened.locator("#drydock-jump button").first.wait_for(timeout=PATIENCE)
        yield opened


def style(page: Page, selector: str, name: str) -> set[str]:
    found: list[str] = page.locator(selector).evaluate_all(
        f"all => all.map(one => getComputedStyle(one).getPropertyValue('{name}'))"
    )
    return set(found)


def test_pictures_have_no_frame_and_tables_have_room(page: Page) -> None:
    assert page.locator("#notebook img").count() == 2
    assert style(page, "#notebook img", "border-top-width") == {"0px"}
    assert style(page, "#notebook td", "padding-left") == {"10px"}
    assert page.locator("img[alt='a picture']").evaluate("img => img.naturalWidth") == 1


def test_hints_are_open(page: Page) -> None:
    hints = page.locator(".drydock-report details")
    assert hints.count() > 0
    expect(hints.first).to_contain_text("Look at")
    assert hints.evaluate_all("all => all.every(one => one.open)")


def test_what_waits_and_what_failed_is_one_click_away(page: Page, tmp_path: Path) -> None:
    lines = page.locator("#drydock-jump p")
    expect(lines).to_have_text([f"Waits for you: {ESSAY}", "Failed: vollast"])
    page.locator("#drydock-jump button", has_text="last").click()
    score = page.locator("input.score#last")
    expect(score).to_be_focused()
    expect(score).to_be_in_viewport()
    page.screenshot(path=tmp_path / "failed.png")
    # Given its points, the essay waits no more.
    page.locator("#drydock-jump button", has_text=ESSAY).click()
    expect(page.locator(f"input.score#{ESSAY}")).to_be_focused()
    page.keyboard.type("4")
    page.keyboard.press("Tab")
    expect(lines).to_have_text(["Failed: vollast"])
    page.screenshot(path=tmp_path / "graded.png")
