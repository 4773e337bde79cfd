"""The Chromium that tests drive: Debian's, and what it is told to leave alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
#: In CI a browser that is missing is a failure.
NEEDS_CHROMIUM = pytest.mark.skipif(
    not CHROMIUM.exists() and "CI" not in os.environ, reason="no Chromium: make setup-tests"
)
#: Without these Chromium asks the internet for updates at every start, or needs a sandbox that root can't have.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Milliseconds for one step: at a load of forty, JupyterLab takes more than a minute to open a notebook.
PATIENCE = 180_000
KERNEL_DIALOGS = re.compile("Select Kernel|Error Starting Kernel")
# Playwright's own five seconds are a promise about a quiet machine.
expect.set_options(timeout=PATIENCE)


@contextmanager
def browser_page(*, width: int = 1280, height: int = 900) -> Iterator[Page]:
    """An empty page of a new browser."""
    with TemporaryDirectory(prefix="dd-chromium-") as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": width, "height": height},
            device_scale_factor=2 if width < 1200 else 1,
            timeout=PATIENCE,
        )
        try:
            context.set_default_timeout(PATIENCE)
            context.on("page", _answer_kernel_dialogs)
            _answer_kernel_dialogs(context.pages[0])
            yield context.pages[0]
        finally:
            context.close()


def _answer_kernel_dialogs(page: Page) -> None:
    """Where a kernel takes long to start, JupyterLab asks which one is meant, or says that it gave up: say yes.

    A dialog covers the notebook, and a cell that is run in one without a kernel is asked for a kernel again.
    """
    with suppress(PlaywrightError):  # a page that is closed already
        page.add_locator_handler(page.locator(".jp-Dialog", has_text=KERNEL_DIALOGS).first, _accept, no_wait_after=True)


def _accept(dialog: Locator) -> None:
    # Seen again while it fades, it has no button any more.
    with suppress(PlaywrightError):
        dialog.locator("button.jp-mod-accept").click(timeout=5000)
