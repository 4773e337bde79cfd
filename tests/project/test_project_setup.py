"""scripts/setup where it can't go on, and where nothing is to do."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]


@pytest.fixture
def copy() -> Iterator[Path]:
    """What setup reads, in a folder that everybody may read: its name has a space and Cyrillic letters."""
    parent = Path(tempfile.mkdtemp(prefix="dd-")).resolve()
    parent.chmod(0o755)
    root = parent / "учебный курс"
    for name in ("scripts/setup", "grader/cli/system-packages.txt", "requirements.lock", "pyproject.toml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_ROOT / name, root / name)
    yield root
    shutil.rmtree(parent)


def _setup(root: Path, *prefix: str, path: str = "/usr/bin:/bin", **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*prefix, str(root / "scripts" / "setup")],
        env={"PATH": path, "HOME": "/nonexistent", "LANG": "C.UTF-8", **settings},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming an ordinary user needs root")
def test_without_root_and_without_docker_three_ways_are_named(copy: Path) -> None:
    table = copy / "grader" / "cli" / "system-packages.txt"
    needs = (
        "lab | /nowhere/dockerd | docker.io | the daemon",
        "lab | /nowhere/ip | iproute2 | networks",
        "microvm | /nowhere/qemu | qemu-system-x86 | a virtual machine",
    )
    table.write_text("".join(f"{line}\n" for line in needs))
    # A Docker that doesn't answer is none.
    tools = copy.parent / "tools"
    tools.mkdir()
    (tools / "docker").write_text("#!/bin/sh\nexit 1\n")
    (tools / "docker").chmod(0o755)
    done = _setup(copy, *_NOBODY, path=f"{tools}:/usr/bin:/bin")
    assert done.returncode == 3, done.stderr
    assert "You are not root, and these packages are missing: docker.io iproute2" in done.stderr
    assert "sudo apt-get install docker.io iproute2" in done.stderr
    assert [line.strip()[:2] for line in done.stderr.splitlines()[-3:]] == ["1.", "2.", "3."]


def _tools(root: Path, **programs: str) -> str:
    """A PATH with what every system has, without timeout and apt-get, and with these shell programs."""
    tools = root.parent / "tools"
    tools.mkdir()
    for name in ("bash", "cat", "cut", "dirname", "env", "rm", "sha256sum"):
        (tools / name).symlink_to(str(shutil.which(name)))
    for name, text in programs.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    return str(tools)


def _stamp(root: Path) -> str:
    """What setup writes when the Python environment is ready."""
    read = b"".join((root / name).read_bytes() for name in ("requirements.lock", "pyproject.toml"))
    version = subprocess.run(["/usr/bin/python3", "-V"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{hashlib.sha256(read).hexdigest()} {root} {version}\n"


def _make_environment(root: Path, stamp: str) -> None:
    (root / ".venv" / "bin").mkdir(parents=True)
    for name in ("drydock", "python"):
        (root / ".venv" / "bin" / name).symlink_to("/usr/bin/python3")
    (root / ".venv" / ".drydock").write_text(stamp)


def _lacks(root: Path, package: str) -> None:
    table = root / "grader" / "cli" / "system-packages.txt"
    needs = (f"lab | /nowhere/{package} | {package} | the daemon", "microvm | /nowhere/qemu | qemu-utils | disks")
    table.write_text("".join(f"{line}\n" for line in needs))


def test_a_docker_that_answers_is_enough_where_there_is_no_timeout(copy: Path) -> None:
    """macOS has none."""
    _lacks(copy, "docker.io")
    _make_environment(copy, _stamp(copy))
    done = _setup(copy, path=_tools(copy, docker="exit 0"))
    assert done.returncode == 0, done.stderr
    assert "Your Docker answers: the lab will run inside it. Not installed: docker.io" in done.stderr


def test_nobody_is_told_that_he_is_not_root_where_there_is_no_apt(copy: Path) -> None:
    _lacks(copy, "docker.io")
    done = _setup(copy, path=_tools(copy, docker="exit 1"))
    assert done.returncode == 3, done.stderr
    assert "This machine has no apt-get, and these packages are missing: docker.io" in done.stderr
    assert "root" not in done.stderr and "apt-get install" not in done.stderr


def test_a_python_that_is_too_old_is_named_before_anything_is_installed(copy: Path) -> None:
    _lacks(copy, "docker.io")
    script = copy / "scripts" / "setup"
    script.write_text(script.read_text().replace("(3, 12)", "(9, 12)"))
    for programs in ({"docker": "exit 0"}, {"docker": "exit 0", "apt-get": "echo asked >&2"}):
        done = _setup(copy, path=_tools(copy, **programs))
        assert done.returncode == 3, done.stderr
        assert "Python 3.12 or newer is needed" in done.stderr
        assert "asked" not in done.stderr and "missing" not in done.stderr
        shutil.rmtree(copy.parent / "tools")


@pytest.mark.parametrize("is_moved", [True, False])
def test_a_moved_checkout_gets_an_environment_of_its_own(copy: Path, is_moved: bool) -> None:
    """The programs of the old one begin with the old place's path; other packages alone are no reason."""
    (copy / "grader" / "cli" / "system-packages.txt").write_text("")
    stamp = _stamp(copy)
    _make_environment(copy, stamp.replace(str(copy), "/old/place") if is_moved else "0" + stamp[1:])
    script = copy / "scripts" / "setup"
    # Nothing is installed; what would come next is printed.
    edited = script.read_text().replace('"$python" -m venv "$venv"', "exit 0").replace("uv=$(find_uv)", "exit 0")
    script.write_text(edited)
    done = _setup(copy)
    assert done.returncode == 0, done.stderr
    assert ("no longer runs here; making it anew" in done.stderr) == is_moved
    assert (copy / ".venv").exists() != is_moved


def test_by_a_links_name_it_is_the_same_checkout(copy: Path) -> None:
    (copy / "grader" / "cli" / "system-packages.txt").write_text("")
    _make_environment(copy, _stamp(copy))
    link = copy.parent / "link"
    link.symlink_to(copy)
    done = _setup(link)
    assert (done.returncode, done.stderr) == (0, "")
    assert (copy / ".venv" / "bin" / "drydock").exists()


@pytest.mark.parametrize(("lock", "asked"), [("lists/lock", 3), ("lists/is_full", 1)])
def test_a_machine_that_just_looks_for_updates_is_waited_for(copy: Path, lock: str, asked: int) -> None:
    """apt-get update does not wait itself, as it does for dpkg. What else goes wrong is told at once."""
    proof, log = copy.parent / "dockerd", copy.parent / "asked"
    table = copy / "grader" / "cli" / "system-packages.txt"
    table.write_text(f"lab | {proof} | docker.io | the daemon\n")
    _make_environment(copy, _stamp(copy))
    script = copy / "scripts" / "setup"
    edited = script.read_text().replace("/usr/sbin/policy-rc.d", f"{copy.parent}/policy-rc.d")
    script.write_text(edited.replace("EUID == 0", "1"))
    apt = f"""case "$*" in
        *" update") echo >>{log}; [ $(wc -l <{log}) = 3 ] || {{ echo "E: /var/lib/apt/{lock}"; exit 100; }} ;;
        *) touch {proof} ;;
    esac"""
    path = _tools(copy, **{"apt-get": apt, "sleep": "exit 0"})
    for name in ("chmod", "grep", "mktemp", "tail", "touch", "wc"):
        (copy.parent / "tools" / name).symlink_to(str(shutil.which(name)))
    done = _setup(copy, path=path, TMPDIR=str(copy.parent))
    assert len(log.read_text().splitlines()) == asked, done.stderr
    assert (done.returncode == 0) == proof.exists() == (asked == 3), done.stderr
    assert not (copy.parent / "policy-rc.d").exists()


@pytest.mark.parametrize(
    ("settings", "index"),
    [
        ({"PIP_INDEX_URL": "https://school.example/simple"}, "https://school.example/simple"),
        ({"PIP_INDEX_URL": "https://school.example", "UV_DEFAULT_INDEX": "https://uv.example"}, "https://uv.example"),
        ({"PIP_CONF": "https://conf.example/simple"}, "https://conf.example/simple"),
        ({}, "none"),
    ],
)
def test_uv_asks_the_index_that_pip_asks(copy: Path, settings: dict[str, str], index: str) -> None:
    (copy / "grader" / "cli" / "system-packages.txt").write_text("")
    _make_environment(copy, "0" + _stamp(copy)[1:])
    # pip's settings are what this Python prints for them.
    programs = {"python": 'echo "$PIP_CONF"', "uv": 'echo "asks ${UV_DEFAULT_INDEX:-none}" >&2; exit 1'}
    for name, text in programs.items():
        program = copy / ".venv" / "bin" / name
        program.unlink(missing_ok=True)
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
    done = _setup(copy, **settings)
    assert done.returncode == 3
    assert f"asks {index}" in done.stderr


def test_when_nothing_is_to_do_nothing_is_done(copy: Path) -> None:
    """The second `make lab`: the stamp of the first one is right, so no pip, no apt."""
    if not (_ROOT / ".venv" / ".drydock").is_file():
        pytest.skip("this environment was not made by scripts/setup")
    before = (_ROOT / ".venv" / ".drydock").stat().st_mtime_ns
    done = _setup(_ROOT, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert (done.returncode, done.stderr) == (0, "")
    assert (_ROOT / ".venv" / ".drydock").stat().st_mtime_ns == before
