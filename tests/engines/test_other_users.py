"""The conformance suite for engines that need another process: an ordinary user, or an outer Docker."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from grader import images
from grader.engines import engine_named

pytestmark = [pytest.mark.daemon, pytest.mark.skipif(os.geteuid() != 0, reason="sets the stage as root")]

REPO = Path(__file__).resolve().parents[2]
SUITE = "tests/engines/test_conformance.py"
USER_ID = 4321
# A private mount namespace shows the ordinary user the repository and the Python under a path it may enter, and a
# passwd, subuid and subgid of its own: nothing on the machine changes.
STAGE = """
set -e
mount -t tmpfs -o mode=755 stage /mnt
mkdir /mnt/repo /mnt/venv
mount --bind "$REPO" /mnt/repo
mount --bind "$VENV" /mnt/venv
for file in passwd group subuid subgid; do mount --bind "$HOME/etc/$file" "/etc/$file"; done
cd /mnt/repo
exec setpriv --reuid=4321 --regid=4321 --clear-groups -- /mnt/venv/bin/python -B -m pytest -q -p no:cacheprovider \
    --basetemp="$HOME/pytest" tests/engines/test_conformance.py
"""


@pytest.fixture
def ordinary_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home folder in the open (pytest's own is closed to others), with this machine's course images in its cache."""
    home = Path(f"/var/tmp/drydock-test-home-{os.getpid()}")
    (home / "etc").mkdir(parents=True)
    images.ensure()
    shutil.copytree(user_cache_path("drydock") / "images", home / "cache/drydock/images")
    extra = {
        "passwd": f"tester:x:{USER_ID}:{USER_ID}::{home}:/bin/sh\n",
        "group": f"tester:x:{USER_ID}:\n",
        "subuid": "tester:500000:65536\n",
        "subgid": "tester:500000:65536\n",
    }
    for name, line in extra.items():
        there = Path("/etc") / name
        there.touch()
        (home / "etc" / name).write_text(there.read_text() + line)
    for place in (home, *home.rglob("*")):
        os.chown(place, USER_ID, USER_ID, follow_symlinks=False)
    yield home
    shutil.rmtree(home)


def test_rootless_conforms(ordinary_user: Path) -> None:
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", STAGE],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(ordinary_user),
            "XDG_CACHE_HOME": str(ordinary_user / "cache"),
            "DRYDOCK_RUNTIME": str(ordinary_user / "run"),
            "DRYDOCK_TEST_ENGINE": "rootless",
            "PYTHONPATH": "/mnt/repo",
            "REPO": str(REPO),
            "VENV": sys.prefix,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    assert list((ordinary_user / "run").iterdir()) == [], "a rootless engine left its folder behind"


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


def test_dind_conforms(tmp_path: Path) -> None:
    # pytest's temporary folders of the inner run lie in a share, so that the inner daemon can share them in turn.
    with engine_named("native", images=False, shares=[tmp_path]) as outer:
        client = outer.endpoint.client()
        client.api.import_image_from_data(dockerd_image(), repository="dind-test", tag="1")
        inner = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path}/inner", SUITE]
        done = subprocess.run(
            outer.enter(inner),
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
            timeout=230,
        )
        left = [container.name for container in client.containers.list(all=True)]
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    assert left == []
