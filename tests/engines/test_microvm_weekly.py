"""The microVM engine's hard days: a damaged template, a lab engine put down and up again, 2 GiB for everything.

Each takes minutes, for a template is made or a guest boots: `pytest -m weekly`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_tests import empty_at_the_end, needs_a_guest

from grader.engines import cgroups
from grader.engines.lab_images import bring
from grader.engines.microvm import template
from grader.engines.microvm.engine import MicrovmEngine
from grader.engines.microvm.place import TemplateFolder
from grader.files import cache_folder

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.weekly,
    pytest.mark.timeout(3600),
    needs_a_guest(),
]

REPO = Path(__file__).resolve().parents[2]
MIB = 2**20


@pytest.fixture(autouse=True)
def own_runtime() -> Iterator[Path]:
    """A runtime folder of the test's own, which must be empty at the end."""
    with empty_at_the_end("week") as folder:
        yield folder


def hello(engine: MicrovmEngine) -> str:
    client = engine.endpoint.client(timeout=600)
    try:
        return bytes(client.containers.run("drydock/busybox:1", "echo hello", remove=True)).decode()
    finally:
        client.close()


def test_an_engine_without_images_has_none() -> None:
    with MicrovmEngine(images=False) as engine:
        client = engine.endpoint.client(timeout=600)
        assert client.images.list(all=True) == []
        client.close()


def test_a_host_of_a_lab_runs_containers_and_publishes_their_ports() -> None:
    """Its iptables are the newer ones, and the guest's kernel has their modules (microvm/kernel.py)."""
    with MicrovmEngine() as engine:
        bring(engine.endpoint, ["host"], print)
        client = engine.endpoint.client(timeout=900)
        host = client.containers.run("drydock/host:1", privileged=True, detach=True, hostname="node1")
        # Under emulation a daemon takes most of the minute that `ready` has.
        codes = [host.exec_run("ready").exit_code for _try in range(3)]
        assert codes[-1] == 0, host.logs().decode()
        web = host.exec_run(["docker", "run", "-d", "-p", "8080:80", "drydock/nginx:1"])
        assert web.exit_code == 0, web.output
        page = "for i in $(seq 100); do wget -qO- localhost:8080 && exit; sleep 1; done; exit 1"
        answer = host.exec_run(["sh", "-c", page])
        assert b"nginx" in answer.output
        client.close()


# -- damage


@pytest.fixture(scope="module")
def cache() -> Iterator[Path]:
    """A cache with a copy of the template in it, for tests that do harm to it."""
    made = template.ensure().folder
    with tempfile.TemporaryDirectory(prefix="dd-cache-", dir="/var/tmp") as folder:
        cache = Path(folder)
        (cache / "images").symlink_to(cache_folder() / "images")
        (cache / "microvm").mkdir(mode=0o700)
        shutil.copytree(made.path, cache / "microvm" / made.path.name)
        shutil.copytree(made.path.parent / "debs", cache / "microvm/debs")
        yield cache


@pytest.mark.parametrize("harm", ["a byte of the memory", "the record", "a snapshot whose stamps look right"])
def test_a_damaged_template_is_made_again_by_itself(cache: Path, monkeypatch: pytest.MonkeyPatch, harm: str) -> None:
    monkeypatch.setenv("DRYDOCK_CACHE", str(cache))
    before = template.ensure().folder
    inode = before.state.stat().st_ino
    if harm == "the record":
        before.record.write_text(before.record.read_text()[:100])
    elif harm == "a byte of the memory":
        flip(before.memory, 300 * MIB)
    else:
        # As a failing disk does it: nobody wrote there, so only the hash can tell.
        before.state.chmod(0o600)
        os.truncate(before.state, before.state.stat().st_size // 2)
        template._write_record(before, json.loads(before.record.read_text())["hashes"])
    with MicrovmEngine() as engine:
        assert hello(engine) == "hello\n"
    made = template.ensure().folder
    assert made.path == before.path
    assert made.state.stat().st_ino != inode
    assert template.verify(TemplateFolder(made.path))


def flip(path: Path, at: int) -> None:
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))
    path.chmod(0o400)


# -- drydock up, down, up


def drydock(*words: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "drydock"), *words]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False, timeout=1800)
    assert not ok or done.returncode == 0, done.stderr
    return done


def docker(*words: str) -> str:
    host = drydock("env").stdout.partition("unix://")[2].split()[0].strip("'\"")
    environment = {**os.environ, "DOCKER_HOST": f"unix://{host}"}
    return subprocess.run(
        ["docker", *words], env=environment, capture_output=True, text=True, check=True, timeout=600
    ).stdout


def test_what_a_student_has_is_there_after_down_up_and_after_a_killed_qemu(
    own_runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRYDOCK_STATE", str(tmp_path))
    try:
        drydock("up", "--engine", "microvm")
        docker("volume", "create", "kept")
        docker("run", "--rm", "-v", "kept:/v", "drydock/busybox:1", "sh", "-c", "echo mine > /v/note")
        drydock("down")
        assert "No lab daemon is running" in drydock("env", ok=False).stderr
        drydock("up", "--engine", "microvm")
        assert docker("run", "--rm", "-v", "kept:/v", "drydock/busybox:1", "cat", "/v/note") == "mine\n"

        os.kill(int(json.loads((own_runtime / "lab/state.json").read_text())["qemu"]), signal.SIGKILL)
        gone = drydock("check", "00", ok=False)
        assert gone.returncode == 3 and gone.stderr.endswith("Next: drydock up\n"), gone.stderr
        drydock("up", "--engine", "microvm")
        assert docker("volume", "ls", "-q") == "kept\n"
    finally:
        drydock("down", "--forget", ok=False)


# -- memory

WORK = """
import json, os, shutil, subprocess, sys
from pathlib import Path
from grader.engines import engine_named

lab, folder = sys.argv[1], Path(sys.argv[2])
server = subprocess.Popen([sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0", str(folder)],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    with engine_named("microvm", shares=[folder]) as engine:
        environment = {**os.environ, "DOCKER_HOST": engine.endpoint.host,
            "PATH": f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}"}
        subprocess.run([sys.executable, "-m", "papermill", "--no-progress-bar", "-k", "python3", f"{lab}.ipynb",
            os.devnull], cwd=folder, env=environment, check=True)
        assert server.poll() is None, "JupyterLab ended"
        held = 0
        own = Path("/proc/self/cgroup").read_text()
        for pid in (json.loads(engine.folder.state.read_text())[who] for who in ("qemu", "supervisor")):
            assert Path(f"/proc/{pid}/cgroup").read_text() == own, "not under the limit"
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            held += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        print("engine MiB", held // 1024)
finally:
    server.terminate()
    server.wait()
"""


@pytest.mark.skipif(not cgroups.writable(), reason="no control group can be made here")
@pytest.mark.parametrize("lab", ["06-volumes", "08-recovery"])
def test_engine_jupyterlab_and_kernel_work_in_2_gib(tmp_path: Path, lab: str) -> None:
    template.ensure()
    shutil.copytree(REPO / "solutions" / lab, tmp_path / lab)
    groups = cgroups.create(f"test-2g-{os.getpid()}", os.geteuid(), memory_bytes=2048 * MIB, pids=None, cpus=None)
    try:
        work = subprocess.Popen(
            ["sh", "-c", 'for group; do echo $$ > "$group/cgroup.procs"; done; read -r _ && exec "$WORK" -c "$CODE" '
             '"$LAB" "$FOLDER"', "sh", *map(str, groups)],
            env={**os.environ, "WORK": sys.executable, "CODE": WORK, "LAB": lab, "FOLDER": str(tmp_path / lab)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPO,
        )  # fmt: skip
        out, err = work.communicate("go\n", timeout=3000)
        kills = [path.read_text() for group in groups for path in group.glob("memory.*") if path.name in KILLS]
        assert work.returncode == 0, err[-3000:]
        assert kills and all("oom_kill 0" in text.splitlines() for text in kills), kills
        assert int(out.split()[-1]) <= 900, out
        print(out)
    finally:
        cgroups.remove(groups)


#: Where the kernel counts whom it ended for the limit: cgroup v1 and v2.
KILLS = ("memory.oom_control", "memory.events")
