"""What students hand in, as an instructor sees it: feedback, formgrader and JupyterLab in a real Chromium.

Every payload calls ``steal``, with which no page of ours has anything to do.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
import pytest
from chromium import NEEDS_CHROMIUM, browser_page
from grading_course import ESSAY, LAB, SOLUTIONS, Course
from nbformat.v4 import new_code_cell
from playwright.sync_api import Page

_SPY = "window.stolen = []; window.steal = (...what) => { window.stolen.push(what.join()); };"

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.deep,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    NEEDS_CHROMIUM,
]

IMG = "<img src=x onerror=steal()>"
#: What breaks out of where a text may be put.
WORST = [
    IMG,
    f'"><script>steal()</script>{IMG}',
    f"'>--></textarea></title></style></script>{IMG}",
    f"</code></pre></p></div>{IMG}",
    f"\n\n```\n{IMG}\n```\n\n{IMG}",
    f"`` {IMG}",
    f"${IMG}$ $$\\href{{javascript:steal()}}{{x}}$$",
    "<svg/onload=steal()>",
    "[x](javascript:steal())",
    "\x1b[31m" + IMG + "\x1b]8;;javascript:steal()\x07click\x1b]8;;\x07",
    "&lt;img src=x onerror=steal()&gt;",
]
#: Files that are no notebooks: whoever says why may quote them.
NO_NOTEBOOKS: dict[str, str] = {f"no-{number}": text for number, text in enumerate(WORST)} | {
    "no-format": json.dumps({"nbformat": IMG, "nbformat_minor": IMG, "cells": [], "metadata": {}}),
    "no-version": json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": IMG, "metadata": {}}),
    "no-cells": json.dumps({"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": [{"cell_type": IMG}]}]}),
    "no-worksheet": json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {IMG: 1}, "worksheets": IMG}),
    "no-json": "{" + IMG,
}
#: Folders whose names formgrader's templates would put into pages and scripts.
LIVING_NAMES = [IMG, 'x";steal();"', "back\\slash"]
#: A student's output of every kind, and messages that no kernel sends.
_OUTPUTS = f"""
import sys
from IPython.display import HTML, Javascript, Markdown, SVG, Latex, display
worst = {WORST!r}
kernel = get_ipython().kernel
def send(kind, content):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"))
for text in worst:
    print(text)
    print(text, file=sys.stderr)
    for show in (HTML, Javascript, Markdown, SVG, Latex):
        try:
            display(show(text))
        except Exception:
            pass
    kinds = ["text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml", "image/png", "image/jpeg",
             "application/javascript", "application/json", "text/vnd.mermaid", text,
             "application/vnd.jupyter.widget-view+json"]
    for kind in kinds:
        marks = {{kind: {{"width": text, "alt": text}}, text: text}}
        send("display_data", {{"data": {{kind: text}}, "metadata": marks}})
    send("stream", {{"name": text, "text": text}})
    send("error", {{"ename": text, "evalue": text, "traceback": [text]}})
for odd in (5, [], None, {{"a": 1}}, [5]):
    send("display_data", {{"data": {{"text/plain": odd}}, "metadata": {{}}}})
    send("stream", {{"name": "stdout", "text": odd}})
    send("error", {{"ename": odd, "evalue": odd, "traceback": odd}})
class Worst(Exception):
    pass
Worst.__name__ = worst[0]
raise Worst(worst[1])
"""


def evil(course: Course) -> Any:
    """A notebook with something in every field that a student can write."""
    label = IMG.replace("x onerror", "x${IFS}onerror").replace("${IFS}", " ")
    answers = {
        "net": f"!docker network create --subnet 10.9.0.0/24 --label '{label}' front\n" + _OUTPUTS,
        "vol": f"!docker volume create --label secret-label='{label}' data",
        "last": SOLUTIONS["last"],
    }
    nb = course.answered(answers, "\n\n".join(WORST))
    for text in WORST:
        marks = {"tags": [text], "name": text, "language": text, "magics_language": text, "raw_mimetype": "text/html"}
        picture = {text: {"image/png": text}}
        for kind, source in (("markdown", text), ("markdown", f"![{text}](attachment:{text})"), ("raw", text)):
            own = {"cell_type": kind, "id": text, "source": source, "metadata": marks, "attachments": picture}
            nb.cells.insert(1, nbformat.from_dict(own))
    code = new_code_cell("%%html\n" + "\n".join(WORST))
    nb.cells.append(nbformat.from_dict({**code, "id": IMG, "metadata": {"magics_language": IMG}}))
    nb.metadata.update(
        title=IMG, authors=[{"name": IMG}], drydock={"problem": IMG, "engine": IMG, "walls": IMG, "version": IMG},
        kernelspec={"name": IMG, "display_name": IMG, "language": IMG},
        language_info={"name": IMG, "pygments_lexer": f'x"{IMG}', "codemirror_mode": IMG, "mimetype": IMG},
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {IMG: f"</script>{IMG}"}}},
    )  # fmt: skip
    return nb


@pytest.fixture(scope="module")
def graded(course: Course) -> Course:
    hand_in(course, "evil", evil(course))
    lost = evil(course)
    lost.cells = [cell for cell in lost.cells if cell.metadata.get("nbgrader", {}).get("grade_id") != ESSAY]
    hand_in(course, "lost", lost)
    for student, text in NO_NOTEBOOKS.items():
        course.hand_in(student, text)
    for name in LIVING_NAMES:
        course.hand_in(name, course.blank())
    done = subprocess.run(
        [sys.executable, "-c", "from grader.cli import main; main()", "grade", LAB, "--jobs", "2"],
        cwd=course.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert f"{2 + len(NO_NOTEBOOKS)} graded in" in done.stdout, done.stdout + done.stderr
    assert " ".join(done.stdout.split()).count("The folder’s name has one of") == len(LIVING_NAMES), done.stdout
    with course.gradebook() as book:
        # In many a learning management system students choose what they are called.
        book.update_or_create_student("evil", first_name=IMG, last_name=f'"><script>steal()</script>{IMG}', email=IMG)
    course.feedback()
    return course


def hand_in(course: Course, student: str, nb: Any) -> None:
    folder = course.hand_in(student, json.dumps(nb))
    for text in WORST:
        name = text.replace("/", "∕").replace("\0", "")[:200]
        (folder / f"{name}.txt").write_text(text)
        (folder / f"{name} link.txt").symlink_to("/etc/passwd")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser_page() as page:
        page.context.add_init_script(_SPY)
        # Nothing is fetched from elsewhere: it would only be waited for.
        page.context.route(re.compile(r"^https?://(?!127\.0\.0\.1|localhost)"), lambda route: route.abort())
        yield page


def stolen(page: Page) -> list[str]:
    """What ran, after everything that can be clicked in the texts was clicked."""
    page.evaluate("""() => { for (const link of document.querySelectorAll('a'))
        if (link.protocol == 'javascript:' || link.protocol == 'data:') window.stolen.push(link.href); }""")
    # An error handler runs after its picture was asked for.
    page.evaluate("""() => Promise.all([...document.images].map(image => image.complete
        || new Promise(done => { image.addEventListener('load', done); image.addEventListener('error', done); })))""")
    found: list[str] = page.evaluate("() => window.stolen")
    return found


def test_the_spy_sees_what_runs(page: Page, tmp_path: Path) -> None:
    for text in (IMG, "<script>steal()</script>", "<svg/onload=steal()>", "<a href='javascript:steal()'>x</a>"):
        (tmp_path / "x.html").write_text(f"<!DOCTYPE html><p>{text}</p>")
        page.goto(f"file://{tmp_path}/x.html")
        assert stolen(page), text


def test_feedback_runs_nothing(graded: Course, page: Page) -> None:
    pages = sorted((graded.root / "feedback").glob(f"*/{LAB}/{LAB}.html"))
    assert len(pages) == 2 + len(NO_NOTEBOOKS)
    for path in pages:
        page.goto(f"file://{quote(str(path))}")
        assert stolen(page) == [], path
        assert page.locator("#toc").count() == 1
        student = path.parent.parent.name
        if student.startswith("no-"):
            assert "could not be graded" in page.locator("#notebook-container").first.inner_text()
    # The text itself is there to be read, where the reason quotes it.
    page.goto(f"file://{graded.root}/feedback/no-format/{LAB}/{LAB}.html")
    assert IMG in page.locator("#notebook-container").first.inner_text()


@pytest.fixture(scope="module")
def server(graded: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The instructor's JupyterLab; yields its address."""
    home = tmp_path_factory.mktemp("home")
    program = Path(sys.executable).parent / "jupyter"
    log = (home / "log").open("w")
    running = subprocess.Popen(
        [str(program), "lab", "--no-browser", "--allow-root", "--port=0", "--ServerApp.ip=127.0.0.1",
         "--IdentityProvider.token=", "--ServerApp.password=", "--ServerApp.disable_check_xsrf=True",
         f"--ServerApp.info_file_path={home}/x"],
        cwd=graded.root, stdout=log, stderr=subprocess.STDOUT,
        env={**os.environ, "HOME": str(home), "JUPYTER_RUNTIME_DIR": f"{home}/runtime"},
    )  # fmt: skip
    try:
        info = home / "runtime" / f"jpserver-{running.pid}.json"
        while not (info.exists() and info.read_text().endswith("}")):
            assert running.poll() is None, (home / "log").read_text()
            time.sleep(0.2)
        yield json.loads(info.read_text())["url"].rstrip("/")
    finally:
        running.terminate()
        running.wait(timeout=300)
        log.close()


def test_formgrader_runs_nothing(graded: Course, server: str, page: Page) -> None:
    with graded.gradebook() as book:
        ids = {s.student.id: s.id for s in book.notebook_submissions(LAB, LAB)}
    assert set(ids) == {"evil", "lost", *NO_NOTEBOOKS}
    lists = [
        "manage_assignments", f"manage_submissions/{LAB}", "gradebook", f"gradebook/{LAB}", f"gradebook/{LAB}/{LAB}",
        "manage_students", "manage_students/evil", f"manage_students/evil/{LAB}",
    ]  # fmt: skip
    for where in [*lists, *(f"submissions/{number}/" for number in ids.values())]:
        answer = page.goto(f"{server}/formgrader/{where}", wait_until="load")
        assert answer is not None
        assert answer.status == 200, where
        assert stolen(page) == [], where
        if where.startswith("submissions"):
            assert page.locator("input.score").count() == 4, where
