"""Nothing of an engine outlives its owner, whatever is killed and whenever."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from docker.errors import ContainerError
from engine_tests import eventually

from grader.engines import EngineError, Limits, cgroups, detached, engine_named, native, orphans
from grader.engines.folders import EngineFolder, runtime_folder
from grader.engines.native import NativeEngine

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.deep,
    pytest.mark.skipif(os.geteuid() != 0, reason="looks at the whole machine as root"),
]

OWNER = """
import sys
from grader.engines import engine_named
engine = engine_named("native")
engine.start()
print(engine.folder.path, engine.endpoint.netns_pid, flush=True)
engine.endpoint.client().containers.run("drydock/busybox:1", "sleep 600", detach=True)
print("busy", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own_runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime folder of the test's own, so that nobody else's engines are seen or swept."""
    folder = Path(f"/var/tmp/dd-life-{os.getpid()}-{time.monotonic_ns() % 10**6}")
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(folder))
    yield folder
    orphans.remove_orphans()
    assert [path.name for path in folder.iterdir() if path.is_dir()] == []
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def remains(folder: Path) -> dict[str, list[str]]:
    """What is left of the engine of this folder: processes, mounts, groups, files."""
    text = str(folder)
    processes = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if text in (entry / "cmdline").read_text() or text in (entry / "mountinfo").read_text():
                    processes.append(entry.name)
            except OSError:
                continue
    return {
        "processes": processes,
        "mounts": [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if text in line],
        "groups": [str(group) for group in cgroups.groups_of(EngineFolder(folder).engine_id) if group.exists()],
        "files": [str(folder)] if folder.exists() else [],
    }


def start_owner() -> tuple[subprocess.Popen[str], Path, int]:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    folder, first = owner.stdout.readline().split()
    assert owner.stdout.readline() == "busy\n"
    return owner, Path(folder), int(first)


def test_the_end_leaves_nothing() -> None:
    with engine_named("native", limits=Limits(memory_bytes=2**30, pids=500, cpus=1.5)) as engine:
        assert isinstance(engine, NativeEngine)
        folder = engine.folder.path
        engine.endpoint.client().containers.run("drydock/busybox:1", "sleep 600", detach=True).pause()
        groups = remains(folder)["groups"]
        assert groups
        # On v1 all engines together must weigh more than one busy process of the machine (1024).
        weights = [parent / "cpu.shares" for parent in {Path(group).parent for group in groups}]
        known = [int(weight.read_text()) for weight in weights if weight.exists()]
        assert (known != []) == (cgroups.version() == 1)
        assert all(weight >= 2048 for weight in known)
    assert remains(folder) == {"processes": [], "mounts": [], "groups": [], "files": []}


def test_a_killed_owner_leaves_nothing() -> None:
    owner, folder, _first = start_owner()
    owner.kill()
    owner.wait()
    eventually(lambda: not any(remains(folder).values()))


def test_the_groups_are_found_from_another_group(own_runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, folder, first = start_owner()
    groups = [group for group in cgroups.groups_of(EngineFolder(folder).engine_id) if group.exists()]
    assert groups
    os.kill(int(json.loads((folder / "state.json").read_text())["supervisor"]), signal.SIGKILL)
    eventually(lambda: not Path(f"/proc/{first}").exists())
    owner.kill()
    owner.wait()
    # As if this process were in another session's groups than the one that made the engine.
    monkeypatch.setattr(cgroups, "hierarchies", list)
    eventually(lambda: orphans.remove_orphan(EngineFolder(folder)))
    assert [group for group in groups if group.exists()] == []


def test_a_killed_supervisor_takes_the_engine_with_it() -> None:
    owner, folder, first = start_owner()
    supervisor = int(json.loads((folder / "state.json").read_text())["supervisor"])
    os.kill(supervisor, signal.SIGKILL)
    eventually(lambda: not Path(f"/proc/{first}").exists())
    owner.kill()
    owner.wait()

    def cleared() -> bool:
        orphans.remove_orphans()
        return remains(folder) == {"processes": [], "mounts": [], "groups": [], "files": []}

    eventually(cleared)


@pytest.mark.parametrize("sign", ["spec.json", "lock", "cgroups", "s/docker.sock", "state.json"])
def test_killed_while_it_starts(own_runtime: Path, sign: str) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    eventually(lambda: any(own_runtime.glob(f"*/{sign}")))
    owner.kill()
    owner.wait()
    started = list(own_runtime.iterdir())
    eventually(lambda: all(not folder.exists() or orphans.remove_orphan(EngineFolder(folder)) for folder in started))
    # What was killed may still be on its way out.
    eventually(lambda: not any(any(remains(folder).values()) for folder in started))


def test_a_lost_daemon_is_noticed() -> None:
    engine = engine_named("native", images=False)
    engine.start()
    os.kill(engine.endpoint.netns_pid or 0, signal.SIGKILL)
    eventually(lambda: not engine.is_alive())
    engine.stop()


def test_a_containerd_that_ends_at_once_is_said_at_once() -> None:
    lab = runtime_folder() / "lab"
    # The machine's root has it, so the engine's can't use it.
    (lab / "data" / "containerd" / "daemon").mkdir(parents=True)
    began = time.monotonic()
    with pytest.raises(EngineError, match=r"Its last words: containerd: .*not permitted$"):
        NativeEngine(images=False, folder=lab).start()
    assert time.monotonic() - began < 55
    NativeEngine.forget(lab)


def test_twenty_at_once() -> None:
    engines = [engine_named("native") for _ in range(20)]
    try:
        with ThreadPoolExecutor(4) as pool:
            endpoints = list(pool.map(lambda engine: engine.start(), engines))
        ids = {endpoint.client().info()["ID"] for endpoint in endpoints}
        assert len(ids) == 20
    finally:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda engine: engine.stop(), engines))


def test_a_full_disk_is_the_engines_own() -> None:
    with engine_named("native", limits=Limits(disk_bytes=80 * 2**20)) as engine:
        client = engine.endpoint.client()
        # The log of the container lies on the full disk too: make room before speaking.
        fill = "dd if=/dev/zero of=/fill bs=1M count=200; code=$?; rm /fill; echo dd ended with $code"
        output = client.containers.run("drydock/busybox:1", ["sh", "-c", fill], remove=True)
        assert output == b"dd ended with 1\n"


def test_no_room_for_engines_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, own_runtime: Path) -> None:
    runtime_folder()
    with monkeypatch.context() as patch, pytest.raises(EngineError, match="can't be made") as raised:
        patch.setenv("DRYDOCK_RUNTIME", "/proc/nowhere")
        engine_named("native", images=False).start()
    assert raised.value.remedy


def test_a_container_that_takes_all_memory_is_ended_and_the_lab_daemon_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "machine_memory", lambda: {"MemTotal": 2**30})
    run = detached.up(kind="native").engine.endpoint.client().containers.run
    with pytest.raises(ContainerError) as hog:
        run("drydock/busybox:1", ["sh", "-c", "head -c 1200m /dev/zero | tail; exit $?"], remove=True)
    assert hog.value.exit_status == 137
    assert run("drydock/busybox:1", "echo still here", remove=True) == b"still here\n"
    assert detached.down(forget=True)


def test_the_lab_engine_outlives_its_starter_and_keeps_its_data(tmp_path: Path) -> None:
    code = "from grader.engines import detached; print(detached.up().host)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    lab = detached.current()
    assert lab is not None
    # Systemd's clean-up leaves a locked folder alone.
    with subprocess.Popen(["flock", "--nonblock", runtime_folder(), "true"]) as sweeper:
        assert sweeper.wait() == 1
    client = lab.engine.endpoint.client()
    client.containers.run("drydock/nginx:1", name="kept", detach=True, ports={"80/tcp": 8093})
    eventually(lambda: b"nginx" in _get("http://127.0.0.1:8093"))
    client.containers.get("kept").stop(timeout=0)
    eventually(lambda: not _get("http://127.0.0.1:8093"))
    # As after a reboot or an out-of-memory kill: the supervisor is gone without a word.
    supervisor = json.loads((detached.lab_folder() / "state.json").read_text())["supervisor"]
    os.kill(supervisor, signal.SIGKILL)
    eventually(lambda: detached.current() is None)
    lab = detached.up(shares=[tmp_path])
    assert [c.name for c in lab.engine.endpoint.client().containers.list(all=True)] == ["kept"]
    # As after the cache was removed: today's template has the same layers.
    assert detached.down()
    detached.lab_folder().joinpath("template").write_text("/nowhere")
    lab = detached.up(shares=[tmp_path])
    assert [c.name for c in lab.engine.endpoint.client().containers.list(all=True)] == ["kept"]
    # Data with a layer that can't be had any more can't be used; a reset mends it.
    assert detached.down()
    detached.lab_folder().joinpath("data/overlay2/lost").symlink_to("/refs/lost")
    with pytest.raises(EngineError, match="can't be made again") as raised:
        detached.up()
    assert raised.value.remedy == "drydock reset"
    lab = detached.reset()
    assert lab.shares == (tmp_path,)
    assert lab.engine.endpoint.client().containers.list(all=True) == []
    assert detached.down()
    assert not detached.down()
    NativeEngine.forget(detached.lab_folder())


def test_labs_in_two_runtime_folders_do_not_end_each_other(own_runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = detached.up()
    second_folder = own_runtime.with_name(f"{own_runtime.name}-2")
    with monkeypatch.context() as other:
        other.setenv("DRYDOCK_RUNTIME", str(second_folder))
        detached.up()
        first.engine.endpoint.client().containers.run("drydock/busybox:1", "true")
        assert detached.down(forget=True)
        shutil.rmtree(second_folder)
    first.engine.endpoint.client().containers.run("drydock/busybox:1", "true")
    assert detached.down(forget=True)


def _get(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bytes(answer.read())
    except OSError:
        return b""
