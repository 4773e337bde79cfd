"""`drydock lab` as a student meets it: a real JupyterLab in a real browser, on a real daemon."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from chromium import NEEDS_CHROMIUM, PATIENCE
from lab_page import LabPage, lab_page
from playwright.sync_api import Locator, expect
from student_desk import Desk

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.browser,
    NEEDS_CHROMIUM,
    pytest.mark.timeout(900),
]


@dataclass(frozen=True)
class OpenLab:
    """``drydock lab`` as it runs: its process, the address with the token, the notebook it opened."""

    process: subprocess.Popen[str]
    url: str
    notebook: Path


_ACTIVE = re.compile(r"\bjp-mod-active\b")
#: A prediction as the release makes one.
_FORESIGHT = (
    ("markdown", "foresee-text", {}, "Which container is there?\n\n1. hello\n2. none at all"),
    (
        "code",
        "foresee",
        {"jupyter": {"source_hidden": True}},
        "# ? What do you predict? Shift+Enter\n"
        'check.predict("foresee", lambda seen: bool(seen.containers(name="hello")))',
    ),
    ("code", "foresight", {}, "!docker ps --all"),
)


def _add_prediction(notebook: Path) -> None:
    content = json.loads(notebook.read_text())
    for kind, name, metadata, source in _FORESIGHT:
        code = {"outputs": [], "execution_count": None} if kind == "code" else {}
        content["cells"].append({"cell_type": kind, "id": name, "metadata": metadata, "source": source, **code})
    notebook.chmod(0o644)
    notebook.write_text(json.dumps(content))


@pytest.fixture(scope="module")
def lab(desk: Desk) -> Iterator[OpenLab]:
    _add_prediction(desk.root / "labs" / "00-tiny" / "00-tiny.ipynb")
    with desk.lab("00") as (url, process):
        yield OpenLab(process, url, desk.root / "workspace" / "labs" / "00-tiny" / "00-tiny.ipynb")


@pytest.fixture(scope="module")
def page(lab: OpenLab) -> Iterator[LabPage]:
    with lab_page(lab.url, lab.notebook) as opened:
        yield opened


def test_a_check_is_one_line_and_the_keyboard_runs_it_as_it_is(page: LabPage) -> None:
    check = page.cell("hello")
    expect(check).to_contain_text('# ✓ Check "hello": Shift+Enter')
    expect(check.locator(".cm-content")).to_be_hidden()
    # As a student does: run the answer's cell, which selects the next one, and run that.
    page.run("hello-answer")
    page.page.keyboard.press("Shift+Enter")
    expect(check.locator(".jp-OutputArea")).to_contain_text("run its first code cell", timeout=PATIENCE)
    expect(check.locator(".cm-content")).to_be_hidden()


def test_the_arrow_keys_reach_a_check(page: LabPage) -> None:
    """From its answer and from the cell below it, so that it can be run again by itself."""
    answer, check = page.cell("hello-answer"), page.cell("hello")
    below = check.locator("xpath=following-sibling::*[contains(@class, 'jp-Cell')][1]")

    def press(key: str, cell: Locator) -> None:
        page.page.keyboard.press(key)
        expect(cell).to_have_class(_ACTIVE)
        expect(cell).to_be_focused()

    answer.locator(".cm-content").click()
    for key, cell in (("Escape", answer), ("ArrowDown", check), ("ArrowDown", below), ("ArrowUp", check)):
        press(key, cell)
    for key, cell in (("k", answer), ("j", check), ("j", below), ("k", check)):
        press(key, cell)
    expect(check.locator(".cm-content")).to_be_hidden()


def test_a_check_before_the_first_cell_says_what_to_do(page: LabPage) -> None:
    said = page.run("hello")
    assert "run its first code cell" in said
    assert "Traceback" not in said


def test_the_courses_command_is_found_in_a_terminal(desk: Desk, page: LabPage) -> None:
    said = desk.root / "workspace" / "said.txt"
    menu = page.page.locator("#jp-MainMenu")
    menu.get_by_text("File", exact=True).click()
    page.page.locator(".lm-Menu-item", has_text="New").first.hover()
    page.page.locator(".lm-Menu-item", has_text="Terminal").first.click()
    page.page.locator(".jp-Terminal .xterm-screen").click()
    page.page.keyboard.type(f"drydock status >'{said}' 2>&1; echo done >>'{said}'\n")
    for _attempt in range(600):
        if said.exists() and said.read_text().endswith("done\n"):
            break
        time.sleep(0.1)
    assert "not found" not in said.read_text()
    assert "Docker" in said.read_text()
    page.page.locator(".lm-TabBar-tab", has_text="00-tiny.ipynb").click()


def test_a_task_fails_then_passes_in_the_browser(page: LabPage, tmp_path: Path) -> None:
    assert "Lab 00-tiny: connected to Docker" in page.run("connect")
    failed = page.run("hello")
    assert "there is no container named hello" in failed
    assert "docker ps --all" in failed
    assert "Traceback" not in failed
    assert "CheckFailed" not in failed
    assert "0 of 2 tasks · 0 of " in failed
    assert "next: hello" in failed
    # No box in red, and still no cell that went well: "Run All" ends at it.
    assert page.cell("hello").locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    page.type("hello-answer", "!docker run -d --name hello -p 127.0.0.1:18080:80 drydock/nginx:1")
    page.run("hello-answer")
    wrong = page.run("hello")
    assert "drydock/nginx:1" in wrong
    page.type("hello-answer", "!docker rm -f hello; docker run -d --name hello drydock/busybox:1 sleep 600")
    page.run("hello-answer")
    passed = page.run("hello")
    assert "✓ passed Hello (2 of 2 expectations met, 100 %)" in passed
    assert "1 of 2 tasks" in passed
    page.page.screenshot(path=tmp_path / "lab.png")
    assert (tmp_path / "lab.png").stat().st_size > 20_000


def test_a_prediction_is_made_by_keyboard_and_the_experiment_answers(page: LabPage, tmp_path: Path) -> None:
    cell, body = page.cell("foresee"), page.page
    expect(cell.locator(".cm-content")).to_be_hidden()
    page.run("foresee")
    expect(cell.get_by_role("button", name="○ hello")).to_be_visible(timeout=PATIENCE)
    expect(cell.get_by_role("status")).to_contain_text("You may run it without choosing")
    # The mouse chooses, then the keyboard changes that.
    cell.get_by_role("button", name="○ hello").click()
    expect(cell.get_by_role("button", name="✓ hello")).to_be_focused()
    expect(cell.get_by_role("status")).to_have_text("You say: hello. Now run the next cell.")
    body.screenshot(path=tmp_path / "said.png")
    for key in ("Space", "Enter"):
        body.keyboard.press("Tab" if key == "Space" else "Shift+Tab")
        body.keyboard.press(key)
        wanted = "none at all" if key == "Space" else "hello"
        expect(cell.get_by_role("button", name=f"✓ {wanted}")).to_be_focused()
    expect(cell.get_by_role("button", name="✓")).to_have_count(1)
    body.keyboard.press("Tab")
    body.keyboard.press("Space")
    expect(cell.get_by_role("status")).to_have_text("You say: none at all. Now run the next cell.", timeout=PATIENCE)
    page.run("foresight")
    told = "You said: none at all\nThe daemon said: hello\nNot as you said: that is worth a thought."
    for name in ("foresight", "foresee"):
        answered = page.cell(name).locator(".drydock-prediction")
        expect(answered.get_by_role("status")).to_have_text(told.replace("\n", ""), timeout=PATIENCE)
        assert answered.inner_text() == told
    expect(cell.get_by_role("button")).to_have_count(0)
    page.cell("foresee").scroll_into_view_if_needed()
    body.screenshot(path=tmp_path / "answered.png")
    body.keyboard.press("Control+S")
    body.locator(".lm-TabBar-tab.jp-mod-dirty").wait_for(state="detached")
    assert page.notebook.read_text().count("The daemon said: hello") == 4


def test_the_end_card_leads_to_what_is_open(page: LabPage) -> None:
    card = page.cell("card")
    expect(card).to_contain_text("# ✓ How far you are: Shift+Enter")
    said = page.run("card")
    assert "1 of 2 tasks" in said
    assert "site (" in said
    assert "That was the last lab." in said
    card.locator("a", has_text="site").click()
    expect(page.page.locator(".jp-Notebook .jp-Cell.jp-mod-active")).to_contain_text("site", timeout=PATIENCE)
    assert page.page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text="00-tiny.ipynb").count() == 1


def test_the_grading_is_rehearsed_from_the_last_cell(page: LabPage) -> None:
    page.page.keyboard.press("Control+S")
    page.page.locator(".lm-TabBar-tab.jp-mod-dirty").wait_for(state="detached")
    said = page.run("rehearse")
    assert "Rehearsed: 1 of 2 tasks passed" in said
    table = page.cell("rehearse").locator(".drydock-rehearsal table")
    assert "✓ passed" in table.locator("tr", has_text="hello").inner_text()


def test_what_containers_publish_is_on_localhost(desk: Desk, page: LabPage) -> None:
    fetch = "curl -s --retry 20 --retry-delay 1 --retry-all-errors localhost:18081"
    page.type("try", f"!docker run -d --name web -p 18081:80 drydock/nginx:1 && {fetch} | head -3")
    assert "<" in page.run("try")
    assert _page_at("http://127.0.0.1:18081/").startswith(b"<")


def _page_at(url: str) -> bytes:
    for _attempt in range(50):
        try:
            with urlopen(url, timeout=5) as reply:
                return bytes(reply.read())
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"nothing answers at {url}")


def test_a_file_that_is_there_for_a_moment_while_a_notebook_is_saved_is_not_listed(lab: OpenLab) -> None:
    """Or JupyterLab says now and then "Directory not found": the file is gone when its size is asked for."""
    folder = lab.notebook.parent
    (folder / f".~{lab.notebook.name}").touch()
    (folder / ".dockerignore").touch()
    address, token = lab.url.partition("lab/tree/")[0], lab.url.partition("?token=")[2]
    listed = json.loads(_page_at(f"{address}api/contents/labs/00-tiny?token={token}"))["content"]
    names = {entry["name"] for entry in listed}
    assert {lab.notebook.name, ".dockerignore"} <= names
    assert f".~{lab.notebook.name}" not in names


def test_a_second_lab_command_shows_the_running_one(desk: Desk, lab: OpenLab) -> None:
    done = desk.drydock("lab", "00", "--no-browser")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == lab.url
    assert "running already" in done.stderr
    assert lab.url.partition("/lab")[0] in desk.drydock("status").stdout


def test_a_daemon_that_dies_mid_lab_is_nobodys_mistake(desk: Desk, page: LabPage) -> None:
    """The check says that it could not look; after `drydock up` the same open notebook goes on."""
    state = json.loads((Path(desk.environment["DRYDOCK_RUNTIME"]) / "lab" / "state.json").read_text())
    os.kill(state["pid1"], signal.SIGKILL)
    lost = page.run("hello")
    assert "could not check" in lost
    assert "This says nothing about your work." in lost
    assert "✗ failed" not in lost
    assert desk.drydock("up").returncode == 0
    page.type("hello-answer", "!docker start hello")
    page.run("hello-answer")
    assert "✓ passed Hello" in page.run("hello")


def test_a_command_in_a_report_is_no_mathematics(page: LabPage) -> None:
    """Lab 01's `[ "$(readlink …)" = "$ENGINE_USERNS" ]` was set as a formula, a letter a line."""
    command = '[ "$(readlink /proc/self/ns/user)" = "$ENGINE_USERNS" ]'
    page.type(
        "hello-answer",
        "from IPython.display import HTML, display\n"
        "from grader.report.render import report_as_html\n"
        "from grader.report.verdicts import Status, TaskReport, Verdict\n"
        f"told = Verdict(Status.PASSED, {command!r})\n"
        "display(HTML(report_as_html(TaskReport('hello', 'Hello', '', (told,)))), HTML('<p>And here: $a = b$</p>'))",
    )
    assert command in page.run("hello-answer")
    expect(page.cell("hello-answer").locator("mjx-container")).to_have_count(1, timeout=PATIENCE)


def test_ctrl_c_closes_jupyterlab_and_leaves_the_daemon_and_the_work(desk: Desk, lab: OpenLab, page: LabPage) -> None:
    page.type("try", "# the last word")
    page.page.keyboard.press("Control+S")
    page.page.locator(".lm-TabBar-tab.jp-mod-dirty").wait_for(state="detached")
    assert desk.docker("run", "-d", "--name", "stays", "drydock/busybox:1", "sleep", "600").returncode == 0
    lab.process.send_signal(signal.SIGINT)
    assert lab.process.wait(timeout=300) == 0
    assert "JupyterLab: not running" in desk.drydock("status").stdout
    assert "stays" in desk.docker("ps", "--format", "{{.Names}}").stdout
    assert "the last word" in lab.notebook.read_text()
