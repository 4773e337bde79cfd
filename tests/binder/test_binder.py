"""The course as a student has it on Binder: the image built for real, run under a pod's rules, used in a browser.

Minutes, so only `pytest -m binder` and the weekly workflow run it. docs/binder.md says what it can't show.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import lab_page
import pod
import pytest
from chromium import NEEDS_CHROMIUM

from grader.course.labs import Course, Lab, read_lab
from grader.engines.native import NativeEngine
from grader.engines.protocol import Engine

pytestmark = [
    pytest.mark.binder,
    # Everything is emulated, and the machine may be busy.
    pytest.mark.timeout(3000),
    pytest.mark.skipif(not NativeEngine.probe().works, reason="the image is built on the native engine"),
    NEEDS_CHROMIUM,
]

_LAB = "01-first-container"
_SOLUTION_MARKS = re.compile(r"^### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with pod.builder() as running:
        yield running


@pytest.fixture(scope="module")
def image(engine: Engine) -> str:
    pod.bring_base(engine)
    pod.build(engine)
    pod.carry(engine)
    return pod.IMAGE


@pytest.fixture(scope="module")
def session(engine: Engine, image: str) -> Iterator[pod.Session]:
    with pod.session(engine, image) as running:
        yield running


def test_the_session_has_a_pods_rights_and_no_more(session: pod.Session) -> None:
    facts = session.status_of_process_1()
    assert facts["Uid"].split() == ["1000"] * 4
    assert {facts[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert facts["NoNewPrivs"] == "1"
    assert facts["Seccomp"] == "2"
    assert session.fails("sh", "-c", '[ -n "$(head -c 1 /proc/kcore)" ]'), "masked"
    assert "kvm" not in session.run("ls", "/dev").split()
    assert session.fails("unshare", "--user", "true"), "no user namespace"
    assert session.fails("unshare", "--mount", "true"), "no mount namespace"


def test_the_daemon_is_up_and_everything_in_the_image_knows_it(session: pod.Session) -> None:
    assert re.search(r"Docker [\d.]+\S* is up \(microvm engine, [\d.]+ s\)", session.log()), session.log()
    assert "Making" not in session.log(), "the template came with the image"
    images = session.run("docker", "image", "ls", "--format", "{{.Repository}}")
    assert {"drydock/busybox", "drydock/python", "drydock/nginx"} <= set(images.split())
    assert "solutions" not in session.run("ls", "..").split()


def test_a_pod_of_a_jupyterhub_finds_the_labs_on_an_empty_volume(engine: Engine, image: str) -> None:
    """docs/kubernetes.md: what its Hub would start, up to the Hub itself."""
    words = "jupyterhub-singleuser --version; docker run --rm -v $PWD/labs:/labs:ro drydock/busybox:1 ls /labs"
    with pod.new_volume(engine, image) as mount:
        said = [
            pod.docker(engine, "run", "--rm", *pod.RULES, *mount, image, "sh", "-c", words, timeout=600).split()
            for _ in range(2)
        ]
    assert said[0] == [pod.JUPYTERHUB, *Course(pod.ROOT).names("labs")]
    assert said[1] == said[0], "the second pod finds what the first left"


def test_lab_01_earns_full_marks_in_a_browser(
    session: pod.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab_page, "PATIENCE", 240_000)
    course = Course(pod.ROOT)
    solution = read_lab(course.source / _LAB / f"{_LAB}.ipynb")
    released = course.release / _LAB / f"{_LAB}.ipynb"
    link = session.link(f"lab/tree/labs/{_LAB}/{_LAB}.ipynb")
    with session.reachable(), lab_page.lab_page(link, released) as page:
        began = time.monotonic()
        earned = _work_through(page, solution)
        print(f"lab 01 took {time.monotonic() - began:.0f} s")
        page.page.screenshot(path=tmp_path / "lab.png")
    assert earned == {task.id: True for task in solution.tasks}
    assert not session.was_killed_for_memory()
    print(session.memory())


def _work_through(page: lab_page.LabPage, solution: Lab) -> dict[str, bool]:
    """Every cell from top to bottom, with the solution typed in; which tasks passed."""
    checks = {task.check.id: task.id for task in solution.tasks}
    answers = {task.answer.id for task in solution.tasks if task.answer}
    earned = {}
    for cell in solution.cells:
        if not cell.is_code:
            continue
        if cell.id in answers:
            page.type(cell.id, _SOLUTION_MARKS.sub("", cell.source))
        said = page.run(cell.id)
        if cell.id in checks:
            earned[checks[cell.id]] = "✓ passed" in said and "100 %" in said
            if not earned[checks[cell.id]]:
                print(said)
    return earned
