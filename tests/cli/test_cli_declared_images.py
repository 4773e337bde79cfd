"""A student whose lab daemon goes on from lab to lab: what a lab declares comes when that lab is opened."""

from __future__ import annotations

import json

import pytest
from student_desk import Desk

pytestmark = [pytest.mark.daemon, pytest.mark.deep]
_TOOLCHAIN = "drydock/toolchain:1"


@pytest.fixture(scope="module", autouse=True)
def course_with_a_lab_of_images(desk: Desk) -> None:
    (desk.root / "course.toml").write_text('images = ["busybox"]\n')
    notebook = desk.root / "labs" / "00-tiny" / "00-tiny.ipynb"
    text = notebook.read_text()
    assert 'connect(\\"00-tiny\\")' in text
    notebook.write_text(text.replace('connect(\\"00-tiny\\")', 'connect(\\"00-tiny\\", images=[\\"toolchain\\"])'))


def _has_toolchain(desk: Desk) -> bool:
    return desk.docker("image", "inspect", _TOOLCHAIN).returncode == 0


def test_the_doctor_says_what_the_lab_needs(desk: Desk) -> None:
    facts = json.loads(desk.drydock("doctor", "--json").stdout)["facts"]
    told = {fact["topic"]: fact["what"] for fact in facts}
    assert told["course images"].startswith(("All 1 are made.", "Not made yet"))
    assert _TOOLCHAIN in told["lab 00"]
    elsewhere = desk.drydock("doctor", "--json", DRYDOCK_CACHE=str(desk.root / "empty"))
    (fact,) = (fact for fact in json.loads(elsewhere.stdout)["facts"] if fact["topic"] == "lab 00")
    assert fact["what"] == "It still needs, and makes when it is opened: drydock/toolchain:1 (12 MB)."
    assert fact["remedy"] == "drydock up --lab 00"


def test_the_lab_daemon_gets_them_when_the_lab_needs_them_and_keeps_its_containers(desk: Desk) -> None:
    assert desk.drydock("up").returncode == 0
    assert not _has_toolchain(desk)
    assert desk.docker("run", "-d", "--name", "mine", "drydock/busybox:1", "sleep", "600").returncode == 0
    done = desk.drydock("up", "--lab", "00")
    assert done.returncode == 0, done.stderr
    assert f"This lab needs 1 more image: {_TOOLCHAIN}" in done.stderr
    assert done.stdout.startswith("export DOCKER_HOST=")
    assert _has_toolchain(desk)
    assert desk.docker("inspect", "--format", "{{.State.Running}}", "mine").stdout == "true\n"
    assert "needs" not in desk.drydock("up", "--lab", "tiny").stderr
    # What the daemon was given is its own: a restart starts from the course's images, and on its data.
    assert desk.drydock("down").returncode == 0
    assert desk.drydock("up").returncode == 0
    assert _has_toolchain(desk) and desk.docker("inspect", "mine").returncode == 0


def test_check_and_reset_bring_them_too(desk: Desk) -> None:
    assert desk.docker("rmi", _TOOLCHAIN, "drydock/toolchain:latest").returncode == 0
    checked = desk.drydock("check", "00", "--task", "hello")
    assert f"Loading {_TOOLCHAIN} into Docker" in checked.stderr and _has_toolchain(desk)
    assert desk.drydock("reset").returncode == 0
    assert not _has_toolchain(desk)
    assert desk.drydock("reset", "00").returncode == 0
    assert _has_toolchain(desk)
    fresh = desk.drydock("check", "00", "--fresh")
    assert fresh.returncode == 3, "there is no copy of the notebook"


def test_an_image_that_nobody_makes_is_a_sentence(desk: Desk) -> None:
    notebook = desk.root / "labs" / "00-tiny" / "00-tiny.ipynb"
    notebook.write_text(notebook.read_text().replace("toolchain", "buoy"))
    done = desk.drydock("up", "--lab", "00")
    assert done.returncode != 0
    assert "Error: No recipe makes buoy, which the lab's first cell names" in done.stderr
    assert desk.drydock("up").returncode == 0, "the lab daemon itself is well"
