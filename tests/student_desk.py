"""The real ``drydock`` command over the tiny course, with a lab daemon and a state folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.author.release import write_release
from grader.course.labs import Course

_TESTS = Path(__file__).parent
DRYDOCK = Path(sys.executable).parent / "drydock"
Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Desk:
    """A student's desk: a course in a folder with a space and Cyrillic letters, and nothing running."""

    root: Path
    environment: Mapping[str, str]

    def drydock(self, *words: str, **extra: str) -> Done:
        return self.run([str(DRYDOCK), *words], **extra)

    def run(self, argv: list[str], **extra: str) -> Done:
        return subprocess.run(
            argv,
            cwd=self.root,
            env={**self.environment, **extra},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def docker(self, *words: str) -> Done:
        """The docker command, pointed at the lab daemon the way a student does it."""
        script = f'eval "$({str(DRYDOCK)!r} env)" && exec docker "$@"'
        return self.run(["sh", "-c", script, "sh", *words])

    @contextmanager
    def lab(self, *words: str, **extra: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
        """The address that ``drydock lab`` says, and its process, which ends with the context."""
        process = subprocess.Popen(
            [str(DRYDOCK), "lab", *words, "--no-browser"],
            cwd=self.root,
            env={**self.environment, **extra},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            yield next(line.strip() for line in process.stdout if "http" in line), process
        finally:
            process.terminate()
            process.wait(timeout=300)


@pytest.fixture(scope="session")
def released_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny course with its release: made once, since nbgrader takes seconds."""
    root = tmp_path_factory.mktemp("released") / "course"
    shutil.copytree(_TESTS / "fixtures" / "course", root)
    shutil.copy(_TESTS.parent / "nbgrader_config.py", root)
    course = Course(root)
    write_release(course, course.names())
    return root


@pytest.fixture(scope="module")
def desk(released_course: Path) -> Iterator[Desk]:
    """One for a module's tests: they tell one story, in order."""
    # Not pytest's own folder: a Unix socket's path may have 107 bytes.
    parent = Path(tempfile.mkdtemp(prefix="dd-"))
    parent.chmod(0o711)
    root = parent / "курс докера"
    shutil.copytree(released_course, root)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "DRYDOCK_RU"))},
        "DRYDOCK_RUNTIME": str(parent / "r"),
        "DRYDOCK_STATE": str(parent / "state"),
        # Or JupyterLab would open the tabs of whoever used it last, and leave ours to the next.
        "JUPYTERLAB_WORKSPACES_DIR": str(parent / "layout"),
    }
    here = Desk(root, environment)
    try:
        yield here
    finally:
        here.drydock("down", "--forget")
        shutil.rmtree(parent, ignore_errors=True)
