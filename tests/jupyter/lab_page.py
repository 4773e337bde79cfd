"""A lab in a real Chromium, by what a student sees and does: run a cell, type into one, read what is below it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chromium import PATIENCE, browser_page
from playwright.sync_api import Locator, Page, expect

_TRIES = 12


@dataclass(frozen=True)
class LabPage:
    """A notebook open in Chromium, and its file on the disk; cells are found by id or grade_id."""

    page: Page
    notebook: Path

    def cell(self, name: str) -> Locator:
        """The cell with this id or grade_id. All cells are in the page: our settings turn lazy rendering off."""
        (index,) = (
            number
            for number, cell in enumerate(self._saved_cells())
            if name in (cell["id"], cell["metadata"].get("nbgrader", {}).get("grade_id"))
        )
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def _saved_cells(self) -> list[dict[str, Any]]:
        # JupyterLab writes a notebook in place: for a moment a reader finds it empty, or half of it.
        for _try in range(_TRIES):
            with suppress(ValueError):
                return list(json.loads(self.notebook.read_text())["cells"])
            self.page.wait_for_timeout(PATIENCE / _TRIES / 10)
        raise AssertionError(f"{self.notebook} is no notebook")

    def type(self, name: str, source: str) -> None:
        """Replace what is in a cell, as a student would: click, select all, type."""
        _focus(self.cell(name))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)

    def run(self, name: str) -> str:
        """Run a cell with Shift-Enter, wait until it is done, and return the text below it."""
        cell = self.cell(name)
        start_cell(cell)
        expect(cell.locator(".jp-InputArea-prompt").first).not_to_have_text("[*]:", timeout=PATIENCE)
        area = cell.locator(".jp-OutputArea")
        return area.inner_text() if area.count() else ""


def start_cell(cell: Locator) -> None:
    """Run a cell with Shift-Enter, and see that it runs. JupyterLab drops the keys while a notebook has no kernel."""
    folded = cell.locator(".jp-InputPlaceholder")
    if folded.count():
        folded.click()
    prompt = cell.locator(".jp-InputArea-prompt").first
    before = (prompt.text_content() or "").strip()
    for _try in range(_TRIES):
        _focus(cell)
        cell.page.keyboard.press("Shift+Enter")
        with suppress(AssertionError):
            expect(prompt).not_to_have_text(before, timeout=PATIENCE / _TRIES)
            return
    dialogs = cell.page.locator(".jp-Dialog").all_inner_texts()
    raise AssertionError(f"the cell never ran: {cell.locator('.cm-content').inner_text()}; dialogs: {dialogs}")


def _focus(cell: Locator) -> None:
    cell.locator(".cm-content").click()
    expect(cell.locator(".cm-editor.cm-focused")).to_be_visible(timeout=PATIENCE)


@contextmanager
def lab_page(url: str, notebook: Path, *, width: int = 1280, height: int = 900) -> Iterator[LabPage]:
    """Open ``url`` and wait until the notebook's kernel is idle."""
    with browser_page(width=width, height=height) as page:
        page.goto(url)
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        # The status bar speaks last, when the kernel has answered.
        page.locator("#jp-main-statusbar", has_text="| Idle").wait_for()
        yield LabPage(page, notebook)
