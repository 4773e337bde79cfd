"""The conformance suite for engines that need another process: an ordinary user, or an outer Docker."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from ordinary_user import PYTHON, REPO, USER_ID, as_user, give, ordinary_home

from grader.engines import engine_named

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.deep,
    # Its processes are stopped before that: on a busy machine they take minutes.
    pytest.mark.timeout(1000),
    pytest.mark.skipif(os.geteuid() != 0, reason="sets the stage as root"),
]

SUITE = "tests/engines/test_conformance.py"


def test_rootless_conforms() -> None:
    with ordinary_home("rootless") as home:
        suite = [PYTHON, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={home}/pytest", SUITE]
        done = as_user(home, suite, locked=False, timeout=900, DRYDOCK_TEST_ENGINE="rootless")
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        assert " passed" in done.stdout
        assert list((home / "run").iterdir()) == [], "a rootless engine left its folder behind"


#: What a shell of an ordinary user's has on stock Debian: nothing of /usr/sbin, where dockerd is.
STOCK_PATH = "/mnt/venv/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
UP_AND_DOWN = """
! command -v dockerd || exit 9
drydock() { "$PYTHON" -c "from grader.cli import main; main()" "$@"; }
eval "$(drydock up --engine rootless)" && docker run --rm drydock/busybox:1 echo hello && drydock status
code=$?
drydock down --forget
exit $code
"""


def test_an_ordinary_users_path_is_enough() -> None:
    with ordinary_home("path") as home:
        course = home / "my course"
        for part in ("solutions", "labs"):
            shutil.copytree(REPO / part / "00-welcome", course / part / "00-welcome")
        shutil.copy(REPO / "nbgrader_config.py", course)
        give(course)
        done = as_user(
            home, ["sh", "-c", UP_AND_DOWN], locked=False, timeout=900,
            PATH=STOCK_PATH, PYTHON=PYTHON, DRYDOCK_COURSE=str(course),
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert "hello" in done.stdout and "rootless engine, 0 running containers" in done.stdout
        assert "Traceback" not in done.stderr


def graded_by_an_ordinary_user(name: str, tests: str, timeout: float, *, lacking: tuple[str, ...] = ()) -> None:
    """Run ``tests`` of grading as somebody whose best engine is rootless; none is left out but for what is lacking."""
    with ordinary_home(name) as home:
        suite = [
            PYTHON,
            "-B",
            "-m",
            "pytest",
            "-q",
            "-rs",
            "-n0",
            "-p",
            "no:cacheprovider",
            f"--basetemp={home}/pytest",
        ]
        done = as_user(home, [*suite, f"--timeout={timeout:g}", tests], locked=False, timeout=timeout)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        assert " passed" in done.stdout
        left_out = [line for line in done.stdout.splitlines() if line.startswith("SKIPPED")]
        assert all(any(what in line for what in lacking) for line in left_out), left_out
    # In a rootless engine's user namespace they are called root: its folder on the machine is not theirs to make.
    assert [place for place in Path("/var/tmp").glob("drydock-*") if place.stat().st_uid == USER_ID] == []


def test_rootless_grades() -> None:
    graded_by_an_ordinary_user("grades", "tests/autograde/test_end_to_end.py", 900)


@pytest.mark.weekly
@pytest.mark.timeout(4000)
def test_rootless_withstands_the_attacks() -> None:
    # Linux before 6.7; and what only the machine's root can look at.
    lacking = ("one binfmt_misc for all", "daemon's process as root")
    graded_by_an_ordinary_user("attacked", "tests/attacks", 3000, lacking=lacking)


@pytest.mark.weekly
@pytest.mark.timeout(1300)
def test_rootless_rehearses_the_grading() -> None:
    graded_by_an_ordinary_user("rehearses", "tests/rehearsal", 1200)


def dockerd_image() -> bytes:
    """An image that is only links into /usr: the daemon's programs come from the shared folder /usr."""
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w") as tar:
        for name in ("bin", "sbin", "lib", "lib64"):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, f"usr/{name}"
            tar.addfile(link)
        for name in ("usr", "etc", "tmp", "run", "var", "proc", "sys", "dev", "root"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
        run = tarfile.TarInfo("var/run")
        run.type, run.linkname = tarfile.SYMTYPE, "../run"
        tar.addfile(run)
        for alternative in Path("/etc/alternatives").glob("ip*tables*"):
            link = tarfile.TarInfo(str(alternative).lstrip("/"))
            link.type, link.linkname = tarfile.SYMTYPE, str(alternative.readlink())
            tar.addfile(link)
        for name, text in (("etc/passwd", b"root:x:0:0::/root:/bin/sh\n"), ("etc/group", b"root:x:0:\n")):
            file = tarfile.TarInfo(name)
            file.size = len(text)
            tar.addfile(file, io.BytesIO(text))
    return memory.getvalue()


def in_dind(tmp_path: Path, *tests: str) -> None:
    """Run ``tests`` where the engine is a container of an outer Docker; nothing of it may be left there."""
    # pytest's temporary folders of the inner run lie in a share, so that the inner daemon can share them in turn.
    with engine_named("native", images=False, shares=[tmp_path]) as outer:
        client = outer.endpoint.client()
        client.api.import_image_from_data(dockerd_image(), repository="dind-test", tag="1")
        inner = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path}/inner"]
        done = subprocess.run(
            outer.enter([*inner, *tests]),
            cwd=REPO,
            env={
                **os.environ,
                "DRYDOCK_TEST_ENGINE": "dind",
                "DRYDOCK_DIND_IMAGE": "dind-test:1",
                "DRYDOCK_OUTER_DOCKER_HOST": outer.endpoint.host,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        left = [container.name for container in client.containers.list(all=True)]
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    assert left == []


def test_dind_conforms(tmp_path: Path) -> None:
    in_dind(tmp_path, SUITE, "tests/engines/test_dind.py")


@pytest.mark.weekly
def test_hosts_of_a_lab_run_in_dind(tmp_path: Path) -> None:
    in_dind(tmp_path, "tests/images/test_hosts.py")
