"""The microVM engine in walls, as grading uses it: what a student sees, what QEMU sees, and what is left at the end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_tests import empty_at_the_end, eventually, needs_a_guest

from grader.engines import Limits, cgroups
from grader.engines.microvm import template
from grader.engines.microvm.engine import MicrovmEngine
from grader.engines.protocol import Engine, EngineError

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.deep,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(os.geteuid() != 0, reason="looks at the whole machine as root"),
    needs_a_guest(),
]

LIMITS = Limits(memory_bytes=1_500_000_000, pids=400, disk_bytes=300_000_000)


@pytest.fixture(scope="module", autouse=True)
def own_runtime() -> Iterator[Path]:
    """A runtime folder of the module's own, which must be empty at the end."""
    with empty_at_the_end("walls") as folder:
        yield folder


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's working folder."""
    folder = tmp_path_factory.mktemp("work")
    folder.chmod(0o777)
    return folder


@pytest.fixture(scope="module")
def walled(own_runtime: Path, work: Path) -> Iterator[MicrovmEngine]:
    with MicrovmEngine.for_strangers(shares=[work], limits=LIMITS) as engine:
        assert isinstance(engine, MicrovmEngine) and engine._walls is not None
        yield engine


def said(argv: list[str], engine: Engine | None = None) -> str:
    """What a command prints, its errors too."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/home/student"}
    if engine is not None:
        environment["DOCKER_HOST"] = engine.endpoint.host
    done = subprocess.run(
        argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=300
    )
    return done.stdout


def as_student(engine: MicrovmEngine, script: str) -> str:
    return said(engine.confine(["sh", "-c", script]), engine)


def in_qemus_place(engine: MicrovmEngine, script: str) -> str:
    """What a program prints that has taken over QEMU: it has QEMU's walls, user and rights."""
    assert engine._walls is not None and engine._walls._machine is not None
    return said(engine._walls._machine.inhabit(["sh", "-c", script]))


def test_a_student_has_docker_and_the_working_folder(walled: MicrovmEngine, work: Path) -> None:
    script = f"cd {work}; echo mine > note; docker run --rm -v $PWD:/here drydock/busybox:1 sh -c 'cat /here/note'"
    assert as_student(walled, f"{script}; docker run --rm -v $PWD:/here drydock/busybox:1 touch /here/made") == "mine\n"
    # What a container makes there is the student's.
    assert as_student(walled, f"rm {work}/made {work}/note; ls {work}") == ""


def test_a_student_finds_neither_the_guests_controls_nor_this_machine(walled: MicrovmEngine, work: Path) -> None:
    folder, state = walled.folder, json.loads(walled.folder.state.read_text())
    key, cache = folder.key.read_text(), template.ensure().folder.path
    with socket.create_server(("127.0.0.1", 0)) as service:
        ports = (service.getsockname()[1], state["port"])
        look = "; ".join(f"(exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && echo reached {port}" for port in ports)
        # Written so that the words of this very command don't match.
        pattern = f"[{key[0]}]{key[1:]}"
        script = f"""
        ls -d {folder.path} {folder.enclosed} {cache} /root/.cache {Path(__file__)} 2>/dev/null
        bash -c '{look}'
        ps -e -o comm= | grep qemu
        grep -rs {pattern} /proc/[0-9]*/environ /proc/[0-9]*/cmdline /tmp /run /var
        find / -path /proc -prune -o -type s -print 2>/dev/null
        [ -S ${{DOCKER_HOST#unix://}} ] && echo daemon
        """
        found = as_student(walled, script)
    assert found == "daemon\n"


def test_who_takes_qemu_over_has_nothing_more_than_a_student(walled: MicrovmEngine, work: Path) -> None:
    student = walled.endpoint.host.removeprefix("unix://")
    cache = template.ensure().folder
    script = f"""
    id -u; grep -E '^(CapPrm|CapBnd|NoNewPrivs)' /proc/self/status
    ls -d {student} {Path(__file__)} {walled.folder.spec} /root/.cache/*/* 2>/dev/null | grep -v microvm
    for file in {cache.memory} {cache.path}/x {walled.folder.enclosed}/x /usr/x /etc/x; do
        (: >> $file) 2>/dev/null && echo wrote $file; done
    cat {cache.key} 2>/dev/null
    kill -KILL 1 && kill -0 1 && echo signalled
    ip -o link | wc -l
    : > {work}/qemu && rm {work}/qemu && echo share
    """
    said = in_qemus_place(walled, script).split("\n")
    assert said[0] == "1000"
    assert said[1:4] == ["CapPrm:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1"]
    # One network device, the loopback; and the folder that the student can write to anyhow.
    assert [line for line in said[4:] if line and "Operation not permitted" not in line] == ["1", "share"]
    state = json.loads(walled.folder.state.read_text())
    (qemu,) = Path(f"/proc/{state['qemu']}/task/{state['qemu']}/children").read_text().split()
    status = Path(f"/proc/{qemu}/status").read_text()
    for held in ("NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000"):
        assert held in status, status
    assert int(status.partition("\nUid:\t")[2].split()[0]) > 65_535
    assert Path(f"/proc/{qemu}/ns/net").readlink() != Path(f"/proc/{walled.endpoint.netns_pid}/ns/net").readlink()
    assert Path(f"/proc/{qemu}/environ").read_bytes().split(b"=")[0] == b"PATH"


@pytest.mark.weekly
def test_limits_hold_for_the_student_and_for_the_guests_disk(walled: MicrovmEngine) -> None:
    eat = "python3 -c 'x = bytearray(1_600_000_000)'; echo $?"
    assert "137" in as_student(walled, eat)
    fill = "docker run --rm drydock/busybox:1 dd if=/dev/zero of=/full bs=1M"
    assert "No space left" in as_student(walled, fill)
    layer = walled.folder.enclosed / "layer.qcow2"
    assert 200 * 2**20 < layer.stat().st_size < 600 * 2**20


@pytest.mark.weekly
def test_two_guests_publish_the_same_port(walled: MicrovmEngine) -> None:
    run = "docker run -d --name same -p 8093:80 drydock/busybox:1 sh -c 'echo {} > /index.html; httpd -f -h /'"
    ask = "for i in 1 2 3 4 5 6 7 8 9; do python3 -c 'import urllib.request as u; "
    ask += 'print(u.urlopen("http://localhost:8093", timeout=20).read())\' 2>/dev/null && break; sleep 1; done'
    with MicrovmEngine.for_strangers() as other:
        assert isinstance(other, MicrovmEngine)
        for engine, name in ((walled, "one"), (other, "two")):
            as_student(engine, run.format(name))
        for engine, name in ((walled, "one"), (other, "two")):
            assert name in as_student(engine, ask)
            assert name in said(engine.enter(["sh", "-c", ask]))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", 8093), timeout=5)
        as_student(walled, "docker rm -f same")
        assert "refused" in as_student(walled, ask.replace("2>/dev/null", "2>&1"))


@pytest.mark.weekly
def test_a_false_daemon_in_the_guest_is_not_believed(walled: MicrovmEngine) -> None:
    """As root of the guest: another socket in the place of the daemon's."""
    before = walled.endpoint.client(timeout=300).info()["ID"]
    swap = "mv /host/run/docker.sock /host/run/real.sock; : > /host/run/docker.sock; ls /host/run"
    assert "real.sock" in as_student(
        walled, f"docker run --rm --privileged -v /:/host drydock/busybox:1 sh -c '{swap}'"
    )
    client = walled.endpoint.client(timeout=300)
    assert client.info()["ID"] == before
    client.close()
    restore_scripts = "mv /host/run/real.sock /host/run/docker.sock"
    as_student(walled, f"docker run --rm --privileged -v /:/host drydock/busybox:1 sh -c '{restore_scripts}'")


@pytest.mark.weekly
def test_the_engine_ends_with_its_daemon() -> None:
    """Who ends the daemon in the guest ends the engine: nothing else may answer in its place."""
    with MicrovmEngine.for_strangers() as engine:
        assert isinstance(engine, MicrovmEngine)
        kill = "docker run --rm --privileged --pid host drydock/busybox:1 killall -9 dockerd"
        as_student(engine, kill)
        eventually(lambda: not engine.is_alive(), within=60)


OWNER = """
import sys
from pathlib import Path
from grader.engines.microvm.engine import MicrovmEngine
engine = MicrovmEngine.for_strangers(shares=[Path(sys.argv[1])])
engine.start()
print("up", flush=True)
sys.stdin.read()
"""


def left_of(folders: set[Path]) -> list[str]:
    """Processes and mounts that still have to do with these folders, and the folders and groups themselves."""
    found = [str(folder) for folder in folders if folder.exists()]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                text = (entry / "cmdline").read_text() + (entry / "mountinfo").read_text()
                found += [entry.name for folder in folders if str(folder) in text]
    for hierarchy in cgroups.hierarchies():
        for folder in folders:
            found += [str(group) for group in (hierarchy.place / "drydock").glob(f"{folder.name}-*")]
    return found


@pytest.mark.weekly
@pytest.mark.parametrize("victim", ["owner", "qemu", "supervisor", "student's walls", "qemu's walls"])
def test_whoever_is_killed_nothing_is_left(own_runtime: Path, work: Path, victim: str) -> None:
    before = set(own_runtime.iterdir())
    if victim == "owner":
        owner = subprocess.Popen(
            [sys.executable, "-c", OWNER, str(work)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert owner.stdout is not None and owner.stdout.readline() == "up\n"
        folders = {path for path in set(own_runtime.iterdir()) - before if path.is_dir()}
        assert len(folders) == 3
        owner.kill()
        owner.wait()
        eventually(lambda: left_of(folders) == [])
        return
    with MicrovmEngine.for_strangers(shares=[work]) as engine:
        assert isinstance(engine, MicrovmEngine) and engine._walls is not None
        folders = {path for path in set(own_runtime.iterdir()) - before if path.is_dir()}
        machine = engine._walls._machine
        assert machine is not None
        state = json.loads(engine.folder.state.read_text())
        pids = {
            **{who: state[who] for who in ("qemu", "supervisor")},
            "student's walls": engine.endpoint.netns_pid,
            "qemu's walls": machine.endpoint.netns_pid,
        }
        os.kill(pids[victim], signal.SIGKILL)
        eventually(lambda: not engine.is_alive())
    eventually(lambda: left_of(folders) == [])


def test_without_namespaces_there_is_no_wall_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.autograde.settings import Drydock, NoWalls

    # As on a machine that forbids them: the trial fails.
    monkeypatch.setattr("grader.engines.native.NativeEngine._map_options", classmethod(lambda cls: ["--map-users=x"]))
    assert not MicrovmEngine.offers_walls()
    engine = MicrovmEngine.for_strangers()
    with pytest.raises(EngineError, match="no walls"):
        engine.confine(["true"])
    with pytest.raises(NoWalls, match="i_trust_these_students"):
        Drydock(engine="microvm").engine_kind()
    assert Drydock(engine="microvm", i_trust_these_students=True).engine_kind() == "microvm"
    with pytest.raises(EngineError, match="namespaces"):
        MicrovmEngine(walled=True).start()
