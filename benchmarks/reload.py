"""What a page costs that is loaded again with five notebooks open, and which of JupyterLab's settings makes it so.

    .venv/bin/python benchmarks/reload.py [--runs 3] [--cpu-profile FILE]

A real `drydock lab` in a throwaway copy of the course, a real Chromium. Each way is loaded again and again in turn, so
that a busy machine is as busy for one as for the other. CPU seconds are those of the page's main thread, which is what
a student waits for; how many times as much as the course's own way is what to compare.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(_ROOT / "tests" / "jupyter"), str(_ROOT / "tests")]

from lab_page import browser_page  # noqa: E402
from playwright.sync_api import CDPSession, Page  # noqa: E402

_DRYDOCK = str(Path(sys.executable).parent / "drydock")
_LABS = ("00-welcome", "01-first-container", "02-building-images", "05-networks", "09-limits")
_TRACKER = "@jupyterlab/notebook-extension/tracker"
_WAYS: Mapping[str, dict[str, Any]] = {
    "as the course sets it": {},
    **{f"windowingMode {mode}": {"windowingMode": mode} for mode in ("none", "defer", "contentVisibility")},
}
_READY = "document.querySelector('#jp-main-statusbar')?.innerText.includes('| Idle')"
_SECONDS = 300


@contextmanager
def lab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab; its user's settings are in ``folder``/settings."""
    folder.chmod(0o711)
    course = folder / "drydock"
    course.mkdir()
    for name in ("labs", "docs", "nbgrader_config.py"):
        subprocess.run(["cp", "-r", str(_ROOT / name), str(course)], check=True)
    environment = {
        **os.environ,
        "DRYDOCK_RUNTIME": f"{folder}/r",
        "DRYDOCK_STATE": f"{folder}/s",
        "JUPYTERLAB_WORKSPACES_DIR": f"{folder}/layout",
        "JUPYTERLAB_SETTINGS_DIR": f"{folder}/settings",
    }
    command = [_DRYDOCK, "lab", "--no-browser"]
    process = subprocess.Popen(command, cwd=course, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield next(line.strip() for line in process.stdout if "http" in line)
    finally:
        process.terminate()
        process.wait()
        subprocess.run([_DRYDOCK, "down", "--forget"], cwd=course, env=environment, check=True)


def choose(folder: Path, setting: dict[str, Any]) -> None:
    file = folder / "settings" / f"{_TRACKER}.jupyterlab-settings"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(setting))


def cpu(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


def load_again(page: Page, session: CDPSession) -> tuple[float, float, float]:
    """CPU seconds until the notebook in front can be worked in, and until all is done; and the first by the clock."""
    began = time.monotonic()
    page.reload(wait_until="commit")
    page.wait_for_function(_READY, timeout=_SECONDS * 1000, polling=100)
    clock, ready = time.monotonic() - began, cpu(session)
    # Done when it needs no more than a tenth of a processor.
    last = ready
    while True:
        page.wait_for_timeout(2000)
        now = cpu(session)
        if now - last < 0.2:
            return ready, now, clock
        last = now


def main(runs: int, profile: Path | None) -> None:
    found: dict[str, list[tuple[float, float, float]]] = {way: [] for way in _WAYS}
    with tempfile.TemporaryDirectory(prefix="dd-") as name, lab(Path(name)) as url, browser_page() as page:
        page.goto(url)
        page.wait_for_function(_READY, timeout=_SECONDS * 1000)
        tabs = page.locator("#jp-main-dock-panel .lm-TabBar-tab")
        for number, lab_name in enumerate(_LABS, start=2):
            page.locator(".drydock-index th a", has_text=f"{lab_name[:2]} ·").last.click()
            tabs.nth(number - 1).wait_for(timeout=_SECONDS * 1000)
            page.wait_for_function(_READY, timeout=_SECONDS * 1000)
            page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text="index").click()
        # JupyterLab notes its tabs some time after they were opened.
        page.wait_for_timeout(5000)
        page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text=_LABS[1]).click()
        page.wait_for_timeout(5000)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        for _run in range(runs):
            for way, setting in _WAYS.items():
                choose(Path(name), setting)
                found[way].append(load_again(page, session))
                print(way, *(f"{value:.1f}" for value in found[way][-1]), file=sys.stderr)
        if profile is not None:
            choose(Path(name), {})
            session.send("Profiler.enable")
            session.send("Profiler.start")
            load_again(page, session)
            profile.write_text(json.dumps(session.send("Profiler.stop")["profile"]))
        print(f"{tabs.count()} tabs; medians of {runs}")
    print(f"{'':32} {'CPU: ready':>12} {'CPU: all':>10} {'times':>7} {'clock: ready':>13}")
    own = statistics.median(done for _ready, done, _clock in found[next(iter(_WAYS))])
    for way, values in found.items():
        ready, done, clock = (statistics.median(column) for column in zip(*values, strict=True))
        print(f"{way:32} {ready:10.1f} s {done:8.1f} s {done / own:7.2f} {clock:11.1f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cpu-profile", type=Path, default=None)
    given = parser.parse_args()
    main(given.runs, given.cpu_profile)
