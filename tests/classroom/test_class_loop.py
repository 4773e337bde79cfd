"""A lab's way through a class: released, fetched, submitted, graded, read; a student's part by JupyterLab's menus.

On a real Hub, in a real Chromium. The tests tell one story, in order.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from chromium import browser_page
from hub_client import PATIENCE, USERS, Hub, open_hub, sign_in
from playwright.sync_api import Locator, Page, expect

from grader.author.release import write_release
from grader.classroom.places import ClassFolder, StudentFolder
from grader.course.labs import RELEASE, WORKSPACE, Course

pytestmark = [pytest.mark.daemon, pytest.mark.weekly]
_TESTS = Path(__file__).parents[1]
#: Of five points: the container's two are for what the student does here, the image's three are not.
_FIRST, _LAB = "00-tiny", "01-second"
#: The teacher is root, an account that each machine has; whose commands therefore grade by the native engine.
_TEACHER, _STUDENT = "root", "ada"
#: The first task's answer, done and written down. The second task is left.
_WORK = f"""
import nbformat, subprocess
answer = "docker run -d --name hello drydock/busybox:1 sleep 1000"
subprocess.run(answer.split(), check=True)
notebook = nbformat.read("{_LAB}.ipynb", 4)
(cell,) = (cell for cell in notebook.cells if cell.metadata.get("nbgrader", {{}}).get("grade_id") == "hello-answer")
cell.source = "!" + answer
nbformat.write(notebook, "{_LAB}.ipynb")
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One lab is released when the class begins; a second one is in the teacher's hands alone."""
    root = tmp_path_factory.mktemp("class") / "course"
    shutil.copytree(_TESTS / "fixtures" / "course", root)
    shutil.copy(_TESTS.parent / "nbgrader_config.py", root)
    write_release(Course(root), [_FIRST])
    second = root / "solutions" / _LAB
    shutil.copytree(root / "solutions" / _FIRST, second)
    notebook = (second / f"{_FIRST}.ipynb").rename(second / f"{_LAB}.ipynb")
    notebook.write_text(notebook.read_text().replace(_FIRST, _LAB))
    return root


@pytest.fixture(scope="module")
def hub(course: Path) -> Iterator[Hub]:
    with open_hub(f"{USERS}\nc.DrydockSpawner.teachers = {{{_TEACHER!r}}}\n", course) as hub:
        hub.begin(_TEACHER)
        hub.await_server(_TEACHER)
        yield hub
        # It is no gate's, and would go on without the Hub.
        hub.stop(_TEACHER)


@pytest.fixture(scope="module")
def place(hub: Hub) -> ClassFolder:
    return ClassFolder(hub.folder)


@pytest.fixture(scope="module")
def student(place: ClassFolder) -> StudentFolder:
    return place.student(_STUDENT)


@pytest.fixture(scope="module")
def labs(student: StudentFolder) -> Path:
    """Where the student's labs lie, for the index, the panel and `drydock check`."""
    return student.home / "course" / WORKSPACE / RELEASE


@pytest.fixture(scope="module")
def page(hub: Hub) -> Iterator[Page]:
    """The student's JupyterLab, by the Hub's page for logging in, with the assignment list open."""
    with browser_page() as page:
        page.goto(f"http://127.0.0.1:{hub.port}/")
        sign_in(page, _STUDENT)
        page.wait_for_url("**/lab/tree/index.ipynb*")
        expect(page.locator(".jp-Notebook")).to_be_visible()
        page.get_by_role("menuitem", name="Nbgrader").click()
        page.get_by_role("menuitem", name="Assignment List").click()
        yield page


def _sh(hub: Hub, name: str, script: str) -> str:
    """In another thread: Playwright has this one's event loop."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(hub.sh, name, script).result()


def _await(is_so: Callable[[], bool], student: StudentFolder) -> None:
    """What the student's gate carries at its next look, or the one after it."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, student.log.read_text()
        time.sleep(0.2)


def _listed(page: Page, kind: str) -> Locator:
    """The lab's row among those that are "released", "fetched" or "submitted"."""
    return page.locator(f"#{kind}_assignments_list > .list_item", has_text=_LAB)


def _click(page: Page, kind: str, button: str) -> None:
    _listed(page, kind).get_by_role("button", name=button, exact=True).click()


def test_what_is_released_while_a_student_works_they_fetch_and_check(
    hub: Hub, place: ClassFolder, student: StudentFolder, page: Page, labs: Path
) -> None:
    assert (labs / _FIRST).is_dir() and not (labs / _LAB).exists()
    said = _sh(hub, _TEACHER, f"nbgrader generate_assignment {_LAB} && nbgrader release_assignment {_LAB}")
    assert (place.outbound / _LAB / f"{_LAB}.ipynb").is_file(), said
    page.locator("#refresh_assignments_list").click()
    _click(page, "released", "Fetch")
    expect(_listed(page, "fetched")).to_be_visible()
    assert "BEGIN SOLUTION" not in (labs / _LAB / f"{_LAB}.ipynb").read_text()
    # Shown by their gate at its next look, which may be later than the fetch.
    _await((place.shown / RELEASE / _LAB / f"{_LAB}.ipynb").is_file, student)
    assert "0 of 2 tasks passed" in (said := _sh(hub, _STUDENT, f"drydock check {_LAB} 2>&1")), said
    # As the index says when its kernel starts.
    index = _sh(hub, _STUDENT, "python -c 'from grader.panel.live_index import open_index; print(open_index())'")
    assert "\n01  A tiny lab" in index, index


def test_what_the_student_submits_is_collected_as_theirs(
    hub: Hub, place: ClassFolder, student: StudentFolder, page: Page, course: Path
) -> None:
    said = _sh(hub, _STUDENT, f"cd labs/{_LAB}; python -c '{_WORK}' && drydock check {_LAB} 2>&1")
    assert "1 of 2 tasks passed" in said, said
    _click(page, "fetched", "Submit")
    expect(_listed(page, "submitted")).to_be_visible()
    _await(lambda: any(place.inbound.glob(f"*+{_LAB}+*")), student)
    (handed_in,) = place.inbound.glob(f"*+{_LAB}+*")
    assert handed_in.name.startswith(f"{_STUDENT}+") and "sleep 1000" in (handed_in / f"{_LAB}.ipynb").read_text()
    _await(lambda: f"{_LAB}: handed in\n" in _sh(hub, _STUDENT, "cat HAND-INS.txt"), student)
    said = _sh(hub, _TEACHER, f"nbgrader collect {_LAB}")
    collected = course / "submitted" / _STUDENT / _LAB / f"{_LAB}.ipynb"
    assert collected.read_bytes() == (handed_in / f"{_LAB}.ipynb").read_bytes(), said


def test_the_feedback_has_the_students_score_and_opens(
    hub: Hub, place: ClassFolder, student: StudentFolder, page: Page, labs: Path
) -> None:
    said = _sh(hub, _TEACHER, f"drydock grade 01 && drydock feedback 01 && nbgrader release_feedback {_LAB}")
    assert f"{_STUDENT}: 2/5" in said, said
    (released,) = place.feedback.iterdir()
    _await((student.feedback / released.name).exists, student)
    page.locator("#refresh_assignments_list").click()
    expect(_listed(page, "submitted")).to_contain_text("(feedback available to fetch)")
    _click(page, "submitted", "Fetch Feedback")
    view = _listed(page, "submitted").get_by_text("(view feedback)")
    expect(view).to_be_visible()
    (fetched,) = (labs / _LAB / "feedback").glob(f"*/{_LAB}.html")
    assert fetched.read_bytes() == released.read_bytes()
    view.click()
    page.locator(".jp-DirListing-item", has_text=f"{_LAB}.html").dblclick()
    shown = page.frame_locator(".jp-HTMLViewer iframe")
    expect(shown.get_by_text(f"{_LAB} (Score: 2.0 / 5.0)")).to_be_visible()
