"""A daemon that is stopped, or has too much to say, costs its own submission something and nobody any time."""

from __future__ import annotations

import json
from contextlib import closing

import docker
import pytest
from grading_course import ESSAY, SOLUTIONS, Course
from nbformat.v4 import new_code_cell

from grader.docker_api.client import BoundedClient, TooLarge
from grader.engines import best_engine
from grader.sandbox.restored import CourseImages

STOP = "!docker run --rm --privileged --pid host drydock/busybox:1 killall -STOP dockerd"
#: More than an answer may have; the command line would not take it.
LABEL = (
    "import docker\n"
    'labels = {"secret-label": "42", "long": "x" * 40_000_000}\n'
    'docker.from_env(timeout=300).api.create_volume("data", labels=labels)'
)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course(tmp_path_factory.mktemp("course"), {"daemon_seconds": 20.0})
    course.release()
    stopped = course.answered(SOLUTIONS, "An image.")
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in stopped.cells]
    place = names.index("vol-answer")
    stopped.cells[place:place] = [new_code_cell(STOP), new_code_cell("!docker ps")]
    course.hand_in("stopped", stopped)
    course.hand_in("talkative", course.answered({**SOLUTIONS, "vol": LABEL}, "An image."))
    course.autograde()
    return course


def scores(course: Course, student: str) -> dict[str, float | None]:
    found: dict[str, float | None] = course.grades(student)
    found.pop(ESSAY)
    return found


@pytest.mark.daemon
@pytest.mark.deep
@pytest.mark.timeout(900)
def test_what_a_stopped_daemon_would_have_shown_waits_for_the_instructor(graded: Course) -> None:
    assert scores(graded, "stopped") == {"net": 4, "vol": None, "last": None}
    said = {cell.source: json.dumps(cell.get("outputs", [])) for cell in graded.graded("stopped").cells}
    assert "NotRun" not in said[STOP]
    # Nobody waits for it again, neither the student's commands nor the checks.
    for command in ("!docker ps", SOLUTIONS["vol"], SOLUTIONS["last"]):
        assert "answers no more" in said[command]
    checks = [text for text in said.values() if "could_not_check" in text]
    assert len(checks) == 2
    assert all("answered no more (while cell " in text for text in checks)


@pytest.mark.daemon
@pytest.mark.deep
@pytest.mark.timeout(900)
def test_a_label_of_many_megabytes_is_the_students_own_doing(graded: Course) -> None:
    assert scores(graded, "talkative") == {"net": 4, "vol": 0, "last": 2}
    assert "is too large" in json.dumps(graded.graded("talkative").cells)


@pytest.mark.daemon
@pytest.mark.deep
@pytest.mark.timeout(900)
def test_a_label_of_many_megabytes_hides_no_false_name() -> None:
    name, labels = "drydock/busybox:1", {"long": "x" * 40_000_000}
    # Without a bound: it has to ask for what is too large.
    with best_engine() as engine, closing(docker.DockerClient(base_url=engine.endpoint.host, timeout=300)) as client:
        course = CourseImages(engine.endpoint)
        before = client.images.get(name).id
        made = client.api.create_container(name, "true")["Id"]
        client.api.commit(made, repository="drydock/busybox", tag="1", conf={"Labels": labels})
        assert client.images.get(name).id != before
        with pytest.raises(TooLarge):
            BoundedClient(base_url=engine.endpoint.host, version="auto", timeout=300).images()
        assert course.restore() == [name]
        assert client.images.get(name).id == before
        course.close()
