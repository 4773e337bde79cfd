"""binder/ fits the rest of the course, and `start` does what it promises (test_binder.py builds and uses the image)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from grader.cli import machine
from grader.course.labs import Course
from grader.engines.microvm.engine import MicrovmEngine
from grader.report import cell_runs
from grader.workspace import Workspace

_ROOT = Path(__file__).parents[2]
_BINDER = _ROOT / "binder"


def _entries(lock: Path) -> dict[str, str]:
    """Package name: its pinned version with all hashes. (The root's lock also says why each is there.)"""
    found = {}
    for text in re.split(r"\n(?=[\w.-]+==)", lock.read_text()):
        lines = [line.strip(" \\") for line in text.splitlines() if not line.lstrip().startswith("#")]
        # What comes after a semicolon says on which systems; tests need some packages on more of them.
        pin = lines[0].partition(" ;")[0]
        found[pin.partition("==")[0]] = "\n".join([pin, *filter(None, lines[1:])])
    return found


def test_the_image_has_the_locked_packages_without_those_for_tests() -> None:
    whole, image = _entries(_ROOT / "requirements.lock"), _entries(_BINDER / "requirements.txt")
    assert {name for name in image if image[name] != whole.get(name)} == set(), "run: make lock"
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    direct = [*project["project"]["dependencies"], *extras["lab"], *extras["microvm"], *extras["mutants"]]
    needed = {canonicalize_name(Requirement(text).name) for text in direct}
    only_tests = {canonicalize_name(Requirement(text).name) for text in project["dependency-groups"]["dev"]} - needed
    assert needed <= set(image), "run: make lock"
    assert not {"playwright", "mypy", "pytest"} & set(image)
    assert len(set(image) & only_tests) < len(only_tests) / 2


def test_the_image_has_what_the_microvm_engine_needs_and_no_docker_daemon() -> None:
    lines = (_BINDER / "apt.txt").read_text().splitlines()
    installed = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    needed = {package.name for package in machine.packages("microvm")}
    assert needed <= installed
    assert {"docker-cli", "docker-buildx", "docker-compose", "python3-venv"} <= installed
    assert "docker.io" not in installed


def test_the_base_has_a_version_and_no_registry_is_named() -> None:
    text = (_BINDER / "Dockerfile").read_text()
    (base,) = re.findall(r"^ARG BASE=(\S+)$", text, re.MULTILINE)
    assert re.fullmatch(r"[a-z]+:\d[\w.-]*", base)
    assert re.findall(r"^FROM (.+)$", text, re.MULTILINE) == ["${BASE}"]


def test_repo2docker_takes_the_dockerfile_and_its_start_and_postbuild_can_run() -> None:
    assert all(os.access(_BINDER / name, os.X_OK) for name in ("start", "postBuild"))


@pytest.fixture
def elsewhere() -> Iterator[Mapping[str, str]]:
    """An environment with a runtime folder, a state and a course of its own, in which no student has worked."""
    folder = Path(tempfile.mkdtemp(prefix="dd-"))
    folder.chmod(0o711)
    course = folder / "course"
    course.mkdir()
    for name in ("nbgrader_config.py", "course.toml", "labs", "docs"):
        (course / name).symlink_to(_ROOT / name)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
    environment |= {"DRYDOCK_RUNTIME": f"{folder}/r", "DRYDOCK_STATE": f"{folder}/s", "DRYDOCK_COURSE": str(course)}
    try:
        yield environment
    finally:
        drydock = Path(sys.executable).parent / "drydock"
        subprocess.run([drydock, "down", "--forget"], env=environment, cwd=_ROOT, check=False, capture_output=True)
        shutil.rmtree(folder)


def _start(environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_BINDER / "start", *words], env=environment, capture_output=True, text=True, check=False, timeout=800
    )


@pytest.fixture
def without_qemu(elsewhere: Mapping[str, str], tmp_path: Path) -> Mapping[str, str]:
    for tool in ("bash", "dirname", "echo"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    return {**elsewhere, "PATH": f"{Path(sys.executable).parent}:{tmp_path}"}


def test_start_becomes_its_command_even_without_a_daemon(without_qemu: Mapping[str, str]) -> None:
    done = _start(without_qemu, "echo", "the notebooks open")
    assert (done.returncode, done.stdout) == (0, "the notebooks open\n")
    assert "qemu-system-x86_64" in done.stderr
    assert "The lab daemon did not start" in done.stderr


def test_start_lays_out_what_a_volume_lacks_and_keeps_the_students_work(without_qemu: Mapping[str, str]) -> None:
    workspace = Workspace(Course(Path(without_qemu["DRYDOCK_COURSE"])))
    _start(without_qemu, "echo")
    mine, other = (workspace.notebook(lab) for lab in workspace.course.names("labs")[:2])
    assert workspace.index.is_file()
    # The next pod: its daemon has nothing of what ran in the last one's.
    mine.write_text("what the student wrote")
    other.unlink()
    ran = workspace.progress.file(mine.stem, cell_runs.ENDING)
    ran.write_text("{}\n")
    done = _start(without_qemu, "echo")
    assert "laid out" not in done.stderr
    assert (mine.read_text(), other.is_file(), ran.exists()) == ("what the student wrote", True, False)


# Where nobody has made the template yet, it is made now: three minutes of a processor.
@pytest.mark.timeout(900)
@pytest.mark.daemon
@pytest.mark.deep
@pytest.mark.skipif(not MicrovmEngine.probe().works, reason=MicrovmEngine.probe().reason)
def test_start_brings_the_daemon_up_first(elsewhere: Mapping[str, str]) -> None:
    host = f"unix://{elsewhere['DRYDOCK_RUNTIME']}/lab/s/docker.sock"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = _start(
        {**elsewhere, "PATH": path, "DOCKER_HOST": host}, "docker", "run", "--rm", "drydock/busybox:1", "echo", "up"
    )
    assert (done.returncode, done.stdout) == (0, "up\n"), done.stderr
    assert "(microvm engine" in done.stderr
