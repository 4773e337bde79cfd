"""The tasks at the right of a lab, as a student meets them: docked, green by themselves, by keyboard, in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from chromium import NEEDS_CHROMIUM
from lab_page import LabPage, lab_page, start_cell
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page, WebSocket, expect
from student_desk import Desk

from grader.processes import command_line, descendants
from tests.engines.engine_tests import eventually

pytestmark = [pytest.mark.daemon, pytest.mark.browser, NEEDS_CHROMIUM]
LAB = "labs/00-tiny/00-tiny.ipynb"
_SHORTCUT = "Control+Alt+O"
_RUN = ("run", "-d", "--name", "hello", "drydock/busybox:1", "sleep", "600")


@pytest.fixture(scope="module")
def server(desk: Desk) -> Iterator[tuple[str, int]]:
    """The lab's address, and JupyterLab's process."""
    with desk.lab("00-tiny") as (url, process):
        yield url, process.pid


@pytest.fixture(scope="module")
def lab(desk: Desk, server: tuple[str, int]) -> Iterator[LabPage]:
    with lab_page(server[0], desk.root / "workspace" / LAB, width=1280) as opened:
        yield opened


@pytest.fixture
def page(lab: LabPage, tmp_path: Path) -> Iterator[Page]:
    """How it looks at the end of each test is kept, for whoever wants to look, or has to."""
    yield lab.page
    lab.page.screenshot(path=tmp_path / "end.png")


def _panel(page: Page) -> Locator:
    return page.get_by_role("region", name="Tasks of lab 00")


def _task(page: Page, name: str) -> Locator:
    return _panel(page).locator(f'li[data-task="{name}"]')


def _tab(page: Page) -> Locator:
    """By which the panel is opened and closed."""
    return page.locator(".jp-SideBar.jp-mod-right .lm-TabBar-tab", has_text="Tasks")


def _choose(page: Page, menu: str, *words: str) -> None:
    page.locator(".lm-MenuBar-itemLabel", has_text=menu).click()
    for each in words:
        page.locator(".lm-Menu-itemLabel", has_text=each).first.click()


def _auto_checkers(server: int) -> list[int]:
    return [pid for pid in descendants(server) if b"grader.panel.auto_checks" in command_line(pid)]


def test_it_is_docked_at_the_right_and_lists_what_there_is_to_do(page: Page) -> None:
    expect(_panel(page)).to_be_visible()
    expect(page.locator("#jp-right-stack .drydock-tasks")).to_be_visible()
    expect(_panel(page).locator("h2")).to_have_text("00 · A tiny lab")
    expect(_task(page, "hello")).to_contain_text("not tried")
    expect(_panel(page).locator("details[open] > summary")).to_have_text("Task 1 (0/1)")
    expect(_panel(page).locator("summary", has_text="Task 2")).to_be_visible()


def test_a_hint_is_folded_until_somebody_wants_it(page: Page) -> None:
    hint = _task(page, "hello").get_by_text("has an option that gives a name")
    expect(hint).to_be_hidden()
    _task(page, "hello").locator("summary").click()
    expect(hint).to_be_visible()


def test_who_waits_at_a_task_by_keyboard_stays_near_it(page: Page, desk: Desk) -> None:
    """When it turns green its part is folded."""
    _task(page, "hello").locator("button").focus()
    assert desk.docker(*_RUN).returncode == 0
    expect(_task(page, "hello")).to_have_class("drydock-passed")
    expect(_panel(page).locator("summary", has_text="Task 1")).to_be_focused()
    assert desk.docker("rm", "-f", "hello").returncode == 0
    expect(_task(page, "hello")).to_contain_text("Passed before, and not now.")


def test_a_task_turns_green_without_its_check_and_says_so_once(page: Page, lab: LabPage) -> None:
    page.evaluate(
        """() => {
            window.heard = [];
            const status = document.querySelector(".drydock-tasks [role=status]");
            new MutationObserver(() => window.heard.push(status.textContent)).observe(status, {childList: true});
        }"""
    )
    lab.type("hello-answer", "!docker run -d --name hello drydock/busybox:1 sleep 600")
    lab.run("hello-answer")
    expect(_task(page, "hello")).to_have_class("drydock-passed")
    expect(_task(page, "hello")).to_contain_text("✓ passed")
    expect(_task(page, "hello")).to_contain_text("Seen by this panel.")
    expect(_panel(page)).to_contain_text("1 of 2 tasks passed")
    # This lab has no parts; its next section is open now.
    expect(_panel(page).locator("summary", has_text="Task 2")).to_be_visible()
    assert page.evaluate("window.heard") == ["Task Hello passed."]
    expect(lab.cell("hello").locator(".jp-OutputArea-output")).to_have_count(0)


def test_what_goes_is_open_again_and_comes_back_from_a_terminal(page: Page, desk: Desk) -> None:
    assert desk.docker("rm", "-f", "hello").returncode == 0
    expect(_task(page, "hello")).to_contain_text("Passed before, and not now.")
    expect(_task(page, "hello")).not_to_have_class("drydock-passed")
    _panel(page).locator("summary", has_text="Task 1").click()
    _task(page, "hello").locator("summary").focus()
    assert desk.docker(*_RUN).returncode == 0
    expect(_task(page, "hello")).to_contain_text("✓ passed")
    # The hint is gone: what had the focus is nearest to it.
    expect(_task(page, "hello").locator("button")).to_be_focused()
    heard = page.evaluate("window.heard")
    assert heard == ["Task Hello passed.", "Task Hello: passed before, and not now.", "Task Hello passed."]


def test_a_check_by_hand_is_shown_at_once(page: Page, lab: LabPage) -> None:
    lab.run("connect")
    assert "passed" in lab.run("hello")
    expect(_task(page, "hello")).not_to_contain_text("Seen by this panel.")
    expect(_task(page, "hello")).to_contain_text("✓ passed")


def test_all_of_it_is_reached_by_keyboard(page: Page) -> None:
    expect(_tab(page)).to_have_attribute("title", "Tasks of lab 00 (Ctrl+Alt+O)")
    page.locator(".jp-Notebook").first.click()
    page.keyboard.press(_SHORTCUT)
    expect(_panel(page).locator("button", has_text="Close")).to_be_focused()
    page.keyboard.press("Tab")
    expect(_panel(page).locator("input[type=checkbox]")).to_be_focused()
    summary = _panel(page).locator("summary", has_text="Task 2")
    for _step in range(6):
        if summary.evaluate("it => it === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(summary).to_be_focused()
    if not _task(page, "site").is_visible():
        page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(_task(page, "site").locator("button")).to_be_focused()
    page.keyboard.press("Enter")
    # At the task's check.
    expect(page.locator(".jp-Notebook .jp-Cell.jp-mod-active")).to_contain_text('Check "site"')


def test_a_title_leads_to_its_check_whatever_hides_it(page: Page) -> None:
    heading = page.locator(".jp-Notebook .jp-MarkdownCell", has_text="Task 2")
    heading.click()
    heading.locator(".jp-collapseHeadingButton").click()
    check = page.locator(".jp-Notebook .jp-Cell", has_text='Check "site"')
    expect(check).to_be_hidden()
    _choose(page, "File", "New", "Terminal")
    terminal = page.locator(".jp-Terminal .xterm-helper-textarea")
    expect(terminal).to_be_focused()
    _task(page, "site").locator("button").click()
    expect(check).to_be_in_viewport()
    expect(check).to_contain_class("jp-mod-active")
    # Closed, the panel leaves the keyboard to what is in front.
    tab = page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text="Terminal")
    tab.click()
    expect(terminal).to_be_focused()
    _panel(page).locator("button", has_text="Close").click()
    expect(terminal).to_be_focused()
    _tab(page).click()
    expect(_panel(page)).to_be_visible()
    tab.locator(".lm-TabBar-tabCloseIcon").click()


def test_it_can_be_read_in_the_light_and_in_the_dark(page: Page, tmp_path: Path) -> None:
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        _choose(page, "Settings", "Theme", theme)
        expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
        page.screenshot(path=tmp_path / f"{theme}.png")
        worst = _panel(page).evaluate(
            """panel => {
                const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
                const light = (colour) => numbers(colour).slice(0, 3)
                    .map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
                const behind = (it) => {
                    const colour = getComputedStyle(it).backgroundColor;
                    return (numbers(colour)[3] ?? 1) > 0 ? colour : behind(it.parentElement);
                };
                const ratio = (it) => {
                    const both = [light(getComputedStyle(it).color), light(behind(it))].sort((a, b) => b - a);
                    return (both[0] + 0.05) / (both[1] + 0.05);
                };
                return Math.min(...[...panel.querySelectorAll("h2, p, li, summary, button, label")].map(ratio));
            }"""
        )
        assert worst >= 4.5, theme


def test_switched_off_nothing_looks_any_more(page: Page, server: tuple[str, int]) -> None:
    assert len(_auto_checkers(server[1])) == 1
    _panel(page).locator("input[type=checkbox]").uncheck()
    eventually(lambda: not _auto_checkers(server[1]))
    _panel(page).locator("input[type=checkbox]").check()
    eventually(lambda: len(_auto_checkers(server[1])) == 1)


def test_closed_it_stays_closed_for_that_lab_until_it_is_wanted(page: Page) -> None:
    _panel(page).locator("button", has_text="Close").click()
    expect(_panel(page)).to_be_hidden()
    page.reload()
    page.locator("#jp-main-statusbar", has_text="| Idle").wait_for()
    expect(_tab(page)).to_be_visible()
    expect(_panel(page)).to_be_hidden()
    page.keyboard.press(_SHORTCUT)
    expect(_panel(page)).to_be_visible()
    page.reload()
    expect(_panel(page)).to_be_visible()
    # By its tab, too.
    _tab(page).click()
    expect(_panel(page)).to_be_hidden()
    page.reload()
    expect(_tab(page)).to_be_visible()
    expect(_panel(page)).to_be_hidden()
    _tab(page).click()
    expect(_panel(page)).to_be_visible()


def test_after_a_restart_of_the_kernel_it_goes_on(page: Page, desk: Desk, server: tuple[str, int]) -> None:
    # The page was loaded anew: the one before ends.
    eventually(lambda: len(_auto_checkers(server[1])) == 1)
    (before,) = _auto_checkers(server[1])
    _choose(page, "Kernel", "Restart Kernel…")
    page.locator(".jp-Dialog button", has_text="Restart").click()
    eventually(lambda: len(found := _auto_checkers(server[1])) == 1 and found != [before])
    desk.docker("rm", "-f", "hello")
    expect(_task(page, "hello")).to_contain_text("Passed before, and not now.")


def test_of_two_pages_the_one_that_is_looked_at_has_it(page: Page, desk: Desk, server: tuple[str, int]) -> None:
    other = page.context.new_page()
    try:
        other.goto(server[0])
        expect(_panel(other)).to_be_visible()
        assert desk.docker(*_RUN).returncode == 0
        expect(_task(other, "hello")).to_contain_text("✓ passed")
        expect(_task(page, "hello")).to_contain_text("Passed before, and not now.")
    finally:
        other.close()
    # In a browser without windows no page is ever out of focus.
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(_task(page, "hello")).to_contain_text("✓ passed")
    eventually(lambda: len(_auto_checkers(server[1])) == 1)


def test_without_a_kernel_it_says_that_nobody_looks(page: Page) -> None:
    _choose(page, "Kernel", "Shut Down Kernel")
    expect(_panel(page)).to_contain_text("The kernel is starting, or has ended")
    page.reload()
    expect(_panel(page)).to_contain_text("1 of 2 tasks passed")


def test_its_notebook_closed_nothing_looks_any_more(page: Page, server: tuple[str, int]) -> None:
    eventually(lambda: len(_auto_checkers(server[1])) == 1)
    page.locator(".jp-Notebook").first.click()
    page.keyboard.press("Control+S")
    tab = page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text="00-tiny.ipynb")
    expect(tab).not_to_contain_class("jp-mod-dirty")
    tab.locator(".lm-TabBar-tabCloseIcon").click()
    eventually(lambda: not _auto_checkers(server[1]))
    expect(page.locator(".drydock-tasks")).to_have_count(0)
    # Opened again it has its panel again.
    page.locator(".jp-DirListing-item", has_text="00-tiny.ipynb").dblclick()
    expect(_panel(page)).to_be_visible()
    eventually(lambda: len(_auto_checkers(server[1])) == 1)


def test_a_notebook_of_ones_own_is_asked_once_and_has_no_panel(page: Page, desk: Desk, server: tuple[str, int]) -> None:
    own = desk.root / "workspace" / "own" / "own.ipynb"
    own.parent.mkdir()
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    nbformat.write(new_notebook(cells=[new_code_cell("6 * 7")], metadata={"kernelspec": kernel}), own)
    other = page.context.new_page()
    asked: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: asked.append(str(frame)) if "drydock-tasks" in str(frame) else None)

    other.on("websocket", listen)
    try:
        other.goto(server[0].replace(LAB, "own/own.ipynb"))
        start_cell(other.locator(".jp-CodeCell").first)
        expect(other.locator(".jp-OutputArea-output").first).to_have_text("42")
        assert len(asked) == 1
        assert not other.locator(".drydock-tasks").is_visible()
    finally:
        other.close()


def test_on_a_small_screen_there_is_room_for_both(page: Page) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    page.reload()
    panel = _panel(page)
    expect(panel).to_be_visible()
    notebook, box = page.locator(".jp-NotebookPanel").first.bounding_box(), panel.bounding_box()
    assert notebook is not None and box is not None
    assert notebook["x"] + notebook["width"] <= box["x"]
    assert box["x"] + box["width"] <= 1024
    assert notebook["width"] > 400
    assert panel.evaluate("it => it.scrollWidth <= it.clientWidth")
