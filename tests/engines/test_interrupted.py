"""What is kept is kept, and what is left over is found, whatever was killed or full in between."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from engine_tests import empty_at_the_end, eventually

from grader.engines import EngineError, cgroups, detached, orphans, template
from grader.engines.folders import EngineFolder
from grader.engines.native import NativeEngine
from grader.files import cache_folder

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.deep,
    pytest.mark.skipif(os.geteuid() != 0, reason="mounts and freezes as root"),
]

UP = "from grader.engines import detached; detached.up()"


@pytest.fixture(autouse=True)
def own_runtime() -> Iterator[Path]:
    with empty_at_the_end("cut") as folder:
        yield folder


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[None]:
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=711", "small", place], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def fill(file: Path) -> None:
    with pytest.raises(OSError, match="No space left"), file.open("wb", buffering=0) as all_of_it:
        for size in (2**20, 2**12):
            while all_of_it.write(bytes(size)):
                pass


def test_a_full_disk_at_the_start_costs_nothing_that_was_there(
    own_runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The spec with these is more than what the one before it leaves free.
    shares = [tmp_path / f"{number}-{'long' * 50}" for number in range(40)]
    for share in shares:
        share.mkdir()
    disk = own_runtime / "disk"
    own, outside = own_runtime / "own", own_runtime / "outside"
    outside.write_text("not theirs")
    with small_disk(disk, 200), small_disk(own, 200), monkeypatch.context() as patch:
        patch.setenv("DRYDOCK_RUNTIME", str(disk))
        # A class's student has a disk for the data alone. What did not fit at its first start is made anew at the next.
        lab = EngineFolder(disk / "lab")
        lab.path.mkdir()
        (own / "data").mkdir()
        lab.data.symlink_to(own / "data")
        fill(own / "full")
        with pytest.raises(EngineError, match="ended"):
            detached.up()
        (own / "full").unlink()
        half = own / "data/image/overlay2/repositories.json"
        half.unlink()
        half.symlink_to(outside)
        detached.up().engine.endpoint.client().volumes.create("work")
        assert detached.down()
        fill(disk / "full")
        with pytest.raises(Exception, match=r"No space left|ended"):
            detached.up(shares=shares)
        (disk / "full").unlink()
        assert [volume.name for volume in detached.up().engine.endpoint.client().volumes.list()] == ["work"]
        assert detached.down(forget=True)
    assert outside.read_text() == "not theirs"
    for path in (disk, own):
        path.rmdir()
    outside.unlink()


@pytest.mark.parametrize("note", ["", "{", None])
def test_a_lab_without_a_readable_note_is_never_swept_away(own_runtime: Path, note: str | None) -> None:
    lab, dead = EngineFolder(own_runtime / "lab"), EngineFolder(own_runtime / secrets.token_hex(4))
    for folder in (lab, dead):
        folder.data.mkdir(parents=True)
        (folder.data / "work").touch()
        folder.lock.touch()
        if note is not None:
            folder.spec.write_text(note)
        for path in (folder.lock, folder.path):
            os.utime(path, (time.time() - 100, time.time() - 100))
    orphans.remove_orphans()
    orphans.remove_orphan(lab)
    assert (lab.data / "work").exists()
    assert not dead.path.exists()
    NativeEngine.forget(lab.path)


def test_folders_that_are_no_engines_are_left_alone(own_runtime: Path) -> None:
    project = own_runtime / "project"
    project.mkdir()
    (project / "state.json").write_text("mine")
    os.utime(project, (time.time() - 100, time.time() - 100))
    assert orphans.remove_orphans() == []
    assert [(path.name, path.read_text()) for path in project.iterdir()] == [("state.json", "mine")]
    (project / "state.json").unlink()
    project.rmdir()


@pytest.mark.parametrize("sign", ["lock", "state.json"])
def test_a_first_start_that_was_killed_hinders_no_other(own_runtime: Path, sign: str) -> None:
    starter = subprocess.Popen([sys.executable, "-c", UP])
    eventually((own_runtime / "lab" / sign).exists)
    starter.kill()
    starter.wait()
    subprocess.run([sys.executable, "-c", UP], check=True, timeout=300)
    lab = detached.current()
    assert lab is not None
    lab.engine.endpoint.client().containers.run("drydock/nginx:1", detach=True, ports={"80/tcp": 8094})
    eventually(lambda: _answers("http://127.0.0.1:8094"))
    assert detached.down(forget=True)


def test_down_ends_a_start_that_was_killed(own_runtime: Path) -> None:
    starter = subprocess.Popen([sys.executable, "-c", UP])
    place = EngineFolder(own_runtime / "lab")
    eventually(place.lock.exists)
    starter.kill()
    starter.wait()
    assert detached.down()
    assert not orphans.is_owned(place)
    detached.down(forget=True)


@pytest.mark.parametrize("note", ["", None])
def test_a_lab_that_no_note_tells_of_is_forgotten_all_the_same(own_runtime: Path, note: str | None) -> None:
    detached.up(kind="native")
    kept = own_runtime / "lab.json"
    kept.write_text(note) if note is not None else kept.unlink()
    assert detached.down(forget=True)
    assert not (own_runtime / "lab").exists()


def test_what_can_not_be_removed_is_said(own_runtime: Path) -> None:
    held = own_runtime / "lab" / "data"
    held.mkdir(parents=True)
    with small_disk(held, 1):
        for forget in (lambda: NativeEngine.forget(held.parent), lambda: detached.down(forget=True)):
            with pytest.raises(EngineError, match="can't be removed") as raised:
                forget()
            assert raised.value.remedy == f"ls -la '{held.parent}'"
    NativeEngine.forget(held.parent)


@pytest.mark.parametrize("number", ["", "1"])
def test_down_ends_what_an_earlier_version_started(own_runtime: Path, number: str) -> None:
    detached.up()
    # It wrote no number there; or there is an earlier one, of what is another process now.
    (own_runtime / "lab" / "lock").write_text(number)
    assert detached.down(forget=True)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.skipif(cgroups.version() != 1, reason="a group that can't be emptied is made with the freezer of v1")
def test_groups_that_could_not_be_removed_are_tried_again(own_runtime: Path) -> None:
    folder = EngineFolder(own_runtime / secrets.token_hex(4))
    folder.path.mkdir()
    frozen = cgroups.ROOT / "freezer" / f"drydock-test-{os.getpid()}"
    group = frozen / folder.engine_id
    group.mkdir(parents=True)
    sleeper = subprocess.Popen(["sleep", "600"])
    try:
        (group / "cgroup.procs").write_text(str(sleeper.pid))
        folder.spec.write_text("{}")
        folder.lock.touch()
        os.utime(folder.lock, (0, 0))
        folder.groups_note.write_text(str(group))
        # What sleeps in it does not even die of SIGKILL.
        (frozen / "freezer.state").write_text("FROZEN")
        assert not orphans.remove_orphan(folder)
        assert group.exists() and folder.groups_note.read_text() == str(group)
        (frozen / "freezer.state").write_text("THAWED")
        # What sleeps there must be given the processor once, to die.
        eventually(lambda: folder.engine_id in orphans.remove_orphans())
        assert not group.exists() and not folder.path.exists()
    finally:
        if frozen.exists():
            (frozen / "freezer.state").write_text("THAWED")
        sleeper.kill()
        sleeper.wait()
        for path in (group, frozen):
            if path.exists():
                path.rmdir()


def test_what_could_not_be_removed_is_tried_again(own_runtime: Path) -> None:
    folder = EngineFolder(own_runtime / secrets.token_hex(4))
    folder.data.mkdir(parents=True)
    with small_disk(folder.data, 1):
        assert not orphans.remove_orphan(folder)
    assert orphans.remove_orphan(folder)
    assert not folder.path.exists()


def test_a_note_makes_nobody_remove_other_groups(own_runtime: Path) -> None:
    folder = EngineFolder(own_runtime / secrets.token_hex(4))
    folder.path.mkdir()
    assert folder.noted_groups() == []
    own = cgroups.ROOT / "memory" / "drydock" / folder.engine_id
    folder.groups_note.write_text(f"\n{own}\n{own.with_name('another')}\n/etc/{folder.engine_id}\n")
    assert folder.noted_groups() == [own]
    folder.groups_note.unlink()
    folder.path.rmdir()


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with this machine's course images and no template."""
    (tmp_path / "images").symlink_to(cache_folder() / "images")
    monkeypatch.setenv("DRYDOCK_CACHE", str(tmp_path))
    return tmp_path / "templates"


def test_a_killed_build_and_old_templates_are_cleared_away(own_runtime: Path, own_cache: Path) -> None:
    code = "from grader.engines import template; from grader.engines.native import NativeEngine as N; "
    builder = subprocess.Popen([sys.executable, "-c", code + "template.ensure(N)"])
    eventually(lambda: any(own_runtime.glob("*/state.json")))
    builder.kill()
    builder.wait()
    assert any(own_runtime.iterdir())
    old = [own_cache / f"native-{number}" for number in range(template._KEEP + 3)]
    for number, place in enumerate([*old, own_cache / ".native-half"]):
        place.mkdir()
        (place / "complete").touch()
        os.utime(place / "complete", (number, number))
    lab = EngineFolder(own_runtime / "lab")
    lab.path.mkdir()
    lab.template_note.write_text(str(old[0]))
    template._keep_for(old[0], lab.path)
    template._keep_for(old[1], own_runtime / "lab-of-yesterday")
    for place in old[:2]:
        os.utime(place / "complete", (0, 0))
    with (old[2] / "complete").open() as in_use:
        fcntl.flock(in_use, fcntl.LOCK_SH)
        made = template.ensure(NativeEngine)
    # The newest, what a kept engine was made from, and what an engine runs from.
    newest = {place.name for place in old[4:]}
    assert {path.name for path in own_cache.iterdir()} == {"lock", made.name, "native-2", "native-0", *newest}
    assert [path.name for path in own_runtime.iterdir() if path.is_dir()] == ["lab"]
    NativeEngine.forget(lab.path)


def test_a_running_engine_holds_its_template(own_runtime: Path) -> None:
    with NativeEngine() as engine:
        used = Path(json.loads(engine.folder.spec.read_text())["template"])
        with (used / "complete").open() as mark, pytest.raises(BlockingIOError):
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.kill(engine.endpoint.netns_pid or 0, signal.SIGKILL)
