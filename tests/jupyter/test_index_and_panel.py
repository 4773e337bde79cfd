"""The index page, the live panel and charts as a student meets them: in one real JupyterLab, in one real browser."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from chromium import NEEDS_CHROMIUM
from lab_page import LabPage, lab_page, start_cell
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Locator, Page, expect
from student_desk import DRYDOCK, Desk

from grader.course.lab_cards import read_labs
from grader.course.labs import Course
from grader.course.settings import settings_in
from grader.panel.prerequisites import order

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.browser,
    NEEDS_CHROMIUM,
]
_WORD = "zymurgy"
_REPO = Path(__file__).parents[2]
_CHARTS = (
    "from grader.widgets import charts; charts.layers('drydock/nginx:1')",
    "pulse = charts.record_health('pulse'); pulse.wait('unhealthy', within=120)",
)


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    """`drydock lab` without a name, on a course whose lab links to the end of a long glossary."""
    glossary = desk.root / "docs" / "glossary.md"
    glossary.parent.mkdir()
    entries = [f"### Word {number}\n\n{'It means something. ' * 20}\n" for number in range(40)]
    glossary.write_text("\n".join(["# Glossary\n", *entries, f"### {_WORD.title()} & Co\n\nThe last word.\n"]))
    _add_text(desk.root / "labs" / "00-tiny" / "00-tiny.ipynb", f"See [the word](../../docs/glossary.md#{_WORD}--co).")
    # Without the kernel's name JupyterLab asks which one.
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    charts = new_notebook(cells=[new_code_cell(source) for source in _CHARTS], metadata={"kernelspec": kernel})
    drawing = new_notebook(
        cells=[new_markdown_cell(order(read_labs(Course(_REPO)), settings_in(_REPO).stages))], metadata=charts.metadata
    )
    (desk.root / "workspace").mkdir()
    nbformat.write(drawing, desk.root / "workspace" / "drawing.ipynb")
    nbformat.write(charts, desk.root / "workspace" / "charts.ipynb")
    # What is checked by itself is noted as well (test_tasks_panel.py): here the tests run the checks.
    with desk.lab(DRYDOCK_AUTO_CHECKS="0") as (url, _process):
        yield url


def _add_text(notebook: Path, source: str) -> None:
    content = json.loads(notebook.read_text())
    content["cells"].insert(1, {"cell_type": "markdown", "id": "word", "metadata": {}, "source": source})
    notebook.chmod(0o644)
    notebook.write_text(json.dumps(content))


@pytest.fixture(scope="module")
def browser(desk: Desk, address: str) -> Iterator[LabPage]:
    with lab_page(address, desk.root / "workspace" / "index.ipynb") as opened:
        yield opened


@pytest.fixture
def page(browser: LabPage, tmp_path: Path) -> Iterator[Page]:
    """How it looks at the end of each test is kept, for whoever wants to look, or has to."""
    yield browser.page
    browser.page.screenshot(path=tmp_path / "end.png")


def _shown(page: Page) -> Locator:
    """The tab in front."""
    return page.locator("#jp-main-dock-panel .lm-DockPanel-widget:not(.lm-mod-hidden)")


def _turn_to(page: Page, name: str) -> None:
    page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text=name).click()


def _run_cell(page: Page, words: str) -> None:
    """Run the cell with these words in it, whichever tab it is in."""
    start_cell(page.locator(".jp-CodeCell", has=page.locator(".cm-content", has_text=words)))


def _load_again(page: Page, name: str) -> None:
    """With this tab in front: it is in the address, and JupyterLab turns to it when it has put back the others."""
    _turn_to(page, name)
    page.wait_for_url(f"**/{name}*")
    page.reload()


def _panel(page: Page) -> Locator:
    return page.locator(".drydock-panel")


def test_the_index_shows_labs_progress_and_what_builds_on_what(page: Page) -> None:
    table = page.locator("table.drydock-index")
    expect(table.locator("thead th")).to_have_text(["lab", "time", "builds on", "best so far"])
    expect(table.locator("tbody tr")).to_have_count(1)
    expect(table.locator("tbody tr")).to_contain_text("A tiny lab")
    expect(table.locator("tbody tr")).to_contain_text("not begun")
    expect(page.locator(".drydock-next a")).to_have_text("Begin: lab 00, task hello")
    expect(page.locator(".cm-content", has_text="course_index")).to_be_hidden()
    expect(page.locator(".jp-RenderedMermaid svg, .jp-RenderedMermaid img")).to_be_visible()
    expect(page.locator(".jp-RenderedMermaid")).to_contain_text("Each lab stands alone")


def test_a_lab_opens_from_the_index_and_a_word_from_the_lab(page: Page) -> None:
    page.locator("table.drydock-index a", has_text="A tiny lab").click()
    link = _shown(page).locator("a", has_text="the word")
    link.click()
    heading = page.locator(".jp-MarkdownViewer h3", has_text="Zymurgy & Co")
    expect(heading).to_be_visible()
    expect(heading).to_be_in_viewport()
    expect(page.locator(".jp-MarkdownViewer h3", has_text="Word 0")).not_to_be_in_viewport()


def test_in_notebook_7_a_word_leads_to_its_place_in_the_glossary(page: Page, address: str) -> None:
    other = page.context.new_page()
    try:
        other.goto(address.replace("/lab/tree/index.ipynb", "/notebooks/labs/00-tiny/00-tiny.ipynb"))
        with page.context.expect_page() as opened:
            other.locator(".jp-RenderedMarkdown a", has_text="the word").click()
        heading = opened.value.locator("h3", has_text="Zymurgy & Co")
        expect(heading).to_be_in_viewport()
        opened.value.close()
    finally:
        other.close()


def test_the_panel_opens_from_the_index_and_follows_the_daemon(desk: Desk, page: Page) -> None:
    _turn_to(page, "index.ipynb")
    _shown(page).locator("a", has_text="The panel").click()
    _run_cell(page, "panel()")
    expect(_panel(page)).to_contain_text("is up: 0 of 0 containers run.")
    expect(_panel(page)).to_contain_text("None of your own.")
    run = [
        "run",
        "--detach",
        "--name",
        "hello",
        "--volume",
        "hold:/h",
        "--health-cmd",
        "true",
        "--health-interval",
        "1s",
    ]
    assert desk.docker(*run, "drydock/busybox:1", "sleep", "600").returncode == 0
    row = _panel(page).locator("tbody tr", has_text="hello").first
    expect(row).to_contain_text("● running")
    expect(row).to_contain_text("✓ healthy")
    expect(row).to_contain_text("B")
    expect(_panel(page).locator("button", has_text="Volumes (1)")).to_be_visible()


def test_a_check_in_the_terminal_moves_the_panel(desk: Desk, page: Page) -> None:
    expect(_panel(page)).to_contain_text("Run a check in a lab")
    assert desk.docker("rename", "hello", "hallo").returncode == 0
    desk.drydock("check", "00")
    expect(_panel(page)).to_contain_text("0 of 2 tasks passed")
    assert desk.docker("rename", "hallo", "hello").returncode == 0
    desk.drydock("check", "00", "--task", "hello")
    expect(_panel(page)).to_contain_text("1 of 2 tasks passed, 2 of 5 points")
    expect(_panel(page).get_by_role("table", name="Tasks").locator("tbody tr").first).to_contain_text("✓ passed")


def test_the_keyboard_folds_a_section_and_asks_for_live_figures(page: Page) -> None:
    _turn_to(page, "panel.ipynb")
    heading = _panel(page).get_by_role("button", name="Volumes")
    table = _panel(page).get_by_role("table", name="Volumes")
    expect(table).to_be_visible()
    _panel(page).get_by_role("button", name="Networks").focus()
    page.keyboard.press("Tab")
    expect(heading).to_be_focused()
    page.keyboard.press("Space")
    expect(heading).to_have_text("▸ Volumes (1)")
    expect(table).to_be_hidden()
    page.keyboard.press("Space")
    expect(table).to_be_visible()
    figures = _panel(page).locator("p", has_text="Memory as it was at").inner_text()
    live = _panel(page).get_by_role("checkbox")
    live.focus()
    page.keyboard.press("Space")
    expect(live).to_be_checked()
    expect(_panel(page).locator("p", has_text="Memory as it was at")).not_to_have_text(figures)
    page.keyboard.press("Space")
    expect(live).not_to_be_checked()


def test_a_daemon_that_dies_and_comes_back_is_told_in_words(desk: Desk, page: Page) -> None:
    state = json.loads((Path(desk.environment["DRYDOCK_RUNTIME"]) / "lab" / "state.json").read_text())
    os.kill(state["pid1"], signal.SIGKILL)
    expect(_panel(page)).to_contain_text("The lab daemon has ended.")
    expect(_panel(page)).to_contain_text("drydock up")
    expect(_panel(page).get_by_role("table", name="Containers")).to_have_count(0)
    assert desk.drydock("up").returncode == 0
    expect(_panel(page)).to_contain_text("is up: 0 of 1 container runs.")
    expect(_panel(page)).to_contain_text("○ exited")


def test_the_index_follows_the_checks_although_nobody_ran_its_cell(page: Page) -> None:
    _turn_to(page, "index.ipynb")
    expect(page.locator("table.drydock-index")).to_contain_text("1 of 2 tasks passed, 2 of 5 points")
    expect(page.locator(".drydock-next a")).to_have_text("Continue: lab 00, task site")


def test_what_is_left_without_a_browser_is_text(desk: Desk) -> None:
    """In a terminal, and in a saved notebook where no widget can live."""
    code = (
        "import time; from grader.widgets import course_index, panel; shown = panel(); began = time.monotonic()\n"
        "while 'is up' not in str(shown) and time.monotonic() < began + 20: time.sleep(0.1)\n"
        "print(shown, course_index())"
    )
    host = desk.drydock("env").stdout.splitlines()[0].removeprefix("export DOCKER_HOST=")
    done = desk.run([str(DRYDOCK.parent / "python"), "-c", code], DOCKER_HOST=host)
    assert done.returncode == 0, done.stderr
    assert "is up: 0 of 1 container runs." in done.stdout
    assert "hello  ○\N{NO-BREAK SPACE}exited" in done.stdout
    assert "✓\N{NO-BREAK SPACE}passed" in done.stdout
    assert "00  A tiny lab" in done.stdout


def test_the_panel_is_still_there_and_alive_after_the_page_is_loaded_again(desk: Desk, page: Page) -> None:
    _turn_to(page, "panel.ipynb")
    page.keyboard.press("Control+S")
    expect(page.locator("#jp-main-dock-panel .lm-TabBar-tab.jp-mod-dirty", has_text="panel.ipynb")).to_have_count(0)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(_panel(page)).to_contain_text("is up: 0 of 1 container runs.")
    assert desk.docker("start", "hello").returncode == 0
    expect(_panel(page)).to_contain_text("is up: 1 of 1 container runs.")
    # Seconds of the server's time for an answer that no student can do anything with.
    assert any("/api/sessions" in url for url in asked)
    assert not any("/lab/api/build" in url for url in asked)


def test_the_index_is_right_and_follows_the_checks_after_the_page_is_loaded_again(desk: Desk, page: Page) -> None:
    _turn_to(page, "index.ipynb")
    table = page.locator("table.drydock-index")
    expect(table).to_contain_text("1 of 2 tasks passed, 2 of 5 points")
    assert desk.docker("volume", "create", "prepared").returncode == 0
    assert desk.docker("commit", "--change", "LABEL course=drydock", "hello", "tiny/site:1").returncode == 0
    desk.drydock("check", "00")
    expect(table).to_contain_text("2 of 2 tasks passed, 5 of 5 points – done")
    expect(table).to_have_count(1)
    expect(page.locator(".drydock-next")).to_have_text("All tasks of all labs have passed.")


#: ipywidgets waits two seconds for a model in steps of 100 ms: on this page the first step takes longer than that.
_BUSY = """
const later = window.setTimeout;
window.setTimeout = (run, ms, ...rest) =>
  later(run, ms === 100 && /get_model/.test(Error().stack) ? 2500 : ms, ...rest);
"""


def test_index_and_panel_are_there_after_a_busy_page_is_loaded_again(desk: Desk, page: Page) -> None:
    """Their models come while ipywidgets sleeps, and it would not look again."""
    page.add_init_script(_BUSY)
    _load_again(page, "panel.ipynb")
    for name, shown in (("panel.ipynb", _panel(page)), ("index.ipynb", page.locator("table.drydock-index"))):
        _turn_to(page, name)
        expect(shown).to_be_visible()
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)
    assert desk.docker("stop", "--time", "0", "hello").returncode == 0
    expect(_panel(page)).to_contain_text("is up: 0 of 1 container runs.")


def test_a_widget_that_its_kernel_has_lost_leaves_its_words(page: Page) -> None:
    """What stands then was saved beside it, and no error."""
    _turn_to(page, "panel.ipynb")
    page.evaluate(
        """async () => {
            const token = JSON.parse(document.getElementById("jupyter-config-data").textContent).token;
            const ask = (path, method) =>
                fetch(`/api/${path}`, {method, headers: {Authorization: `token ${token}`}});
            const sessions = await (await ask("sessions", "GET")).json();
            const kernel = sessions.find((session) => session.path === "panel.ipynb").kernel.id;
            await ask(`kernels/${kernel}/restart`, "POST");
        }"""
    )
    _load_again(page, "panel.ipynb")
    expect(_shown(page).get_by_text("Run its cell again for a live panel")).to_be_visible()
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)


def test_a_chart_is_a_picture_with_its_words_and_its_table(desk: Desk, page: Page) -> None:
    page.locator(".jp-DirListing-item", has_text="charts.ipynb").dblclick()
    _run_cell(page, "charts.layers")
    picture = _shown(page).locator(".drydock-chart img")
    expect(picture).to_be_visible()
    assert picture.evaluate("img => img.complete && img.naturalWidth > 400")
    words = _shown(page).locator(".drydock-chart figcaption")
    expect(words).to_contain_text("drydock/nginx:1")
    assert words.inner_text() in (picture.get_attribute("alt") or "")
    table = _shown(page).locator(".drydock-chart table")
    expect(table).to_be_hidden()
    _shown(page).locator(".drydock-chart summary").focus()
    page.keyboard.press("Enter")
    expect(table).to_be_visible()


def test_a_chart_is_drawn_anew_while_the_daemon_tells_more(desk: Desk, page: Page) -> None:
    check = ["--health-cmd", "test ! -e /ill", "--health-interval", "1s", "--health-retries", "1"]
    assert (
        desk.docker("run", "--detach", "--name", "pulse", *check, "drydock/busybox:1", "sleep", "600").returncode == 0
    )
    _run_cell(page, "charts.record_health")
    chart = _shown(page).locator(".drydock-chart").nth(1)
    expect(chart.locator("figcaption")).to_contain_text("healthy from")
    before = chart.locator("img").get_attribute("src")
    assert desk.docker("exec", "pulse", "touch", "/ill").returncode == 0
    expect(chart.locator("figcaption")).to_contain_text("unhealthy from")
    assert chart.locator("img").get_attribute("src") != before
    expect(_shown(page).locator(".drydock-chart")).to_have_count(2)
    chart.scroll_into_view_if_needed()


def test_the_drawing_of_all_labs_is_legible_on_a_small_screen(page: Page) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    page.locator(".jp-DirListing-item", has_text="drawing.ipynb").dblclick()
    pictures = _shown(page).locator(".jp-RenderedMermaid img")
    expect(pictures).to_have_count(len(settings_in(_REPO).stages))
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_visible()
        size = 'img => /viewBox="[-\\d.]+ [-\\d.]+ ([\\d.]+)/.exec(decodeURIComponent(img.src))[1]'
        natural = picture.evaluate(size)
        box = picture.bounding_box()
        assert box is not None
        # Its letters have 16 pixels, and shrink with it.
        assert 16 * box["width"] / float(natural) >= 13
