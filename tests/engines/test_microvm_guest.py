"""The microVM engine on a real guest: what is its own after a restore, ports that come and go, and how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest
from docker import DockerClient
from engine_tests import empty_at_the_end, eventually, needs_a_guest

from grader.engines import engine_named, orphans
from grader.engines.microvm import template
from grader.engines.microvm.engine import MicrovmEngine
from grader.engines.microvm.place import GuestFolder, GuestSpec

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.deep,
    # Whoever comes first makes the template (minutes on a busy machine); then all is emulated.
    pytest.mark.timeout(1200),
    needs_a_guest(),
]


@pytest.fixture(scope="module", autouse=True)
def own_runtime() -> Iterator[Path]:
    """A runtime folder of the module's own, which must be empty at the end."""
    with empty_at_the_end("guest") as folder:
        yield folder


@pytest.fixture(scope="module")
def guest(own_runtime: Path) -> Iterator[MicrovmEngine]:
    # Made before it is timed or used.
    template.ensure()
    with MicrovmEngine() as engine:
        yield engine


@pytest.fixture(scope="module")
def client(guest: MicrovmEngine) -> Iterator[DockerClient]:
    client = guest.endpoint.client(timeout=300)
    yield client
    client.close()


def read(port: int, address: str = "127.0.0.1") -> bytes:
    try:
        with urllib.request.urlopen(f"http://{address}:{port}", timeout=10) as answer:
            return bytes(answer.read())
    except (OSError, HTTPException):
        return b""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def facts_of(client: DockerClient) -> dict[str, str]:
    info = client.info()
    script = "cat /proc/sys/kernel/random/uuid; date +%s"
    before = int(time.time())
    number, now = client.containers.run("drydock/busybox:1", ["sh", "-c", script], remove=True).decode().split()
    assert before - 1 <= int(now) <= time.time() + 1, "the guest's clock is wrong"
    return {"id": info["ID"], "name": info["Name"], "random": number}


def test_two_guests_of_one_template_are_not_the_same(client: DockerClient) -> None:
    one = facts_of(client)
    with engine_named("microvm") as other:
        two = facts_of(other.endpoint.client(timeout=300))
    for what in ("id", "name", "random"):
        assert one[what] != two[what], what
    assert one["name"].startswith("drydock-")


def test_a_published_port_is_there_when_run_returns_and_goes_when_the_container_stops(
    guest: MicrovmEngine, client: DockerClient
) -> None:
    assert guest._owner is not None
    port = free_port()
    web = client.containers.run("drydock/nginx:1", detach=True, ports={"80/tcp": port})
    # At once: no waiting for the relay.
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    eventually(lambda: b"nginx" in read(port))
    # The network came by the short way of guest/runc.c, not by another start of dockerd.
    bundles = "/run/containerd/daemon/io.containerd.runtime.v2.task/moby"
    config = json.loads(guest._owner.agent().shell(f"cat {bundles}/{web.id}/config.json"))
    assert [hook["path"] for hook in config["hooks"]["prestart"]] == ["/sbin/key"]
    web.pause()
    web.unpause()
    eventually(lambda: b"nginx" in read(port))
    web.stop(timeout=0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    web.start()
    eventually(lambda: b"nginx" in read(port))
    web.remove(force=True)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_container_that_ends_by_itself_gives_its_port_back(client: DockerClient) -> None:
    port = free_port()
    wait = ["sh", "-c", "until [ -e /go ]; do sleep 0.2; done"]
    one = client.containers.run("drydock/busybox:1", wait, detach=True, ports={"80/tcp": port}, auto_remove=True)
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    # It is gone with this command, and can't be asked about it.
    client.api.exec_start(client.api.exec_create(one.id, ["touch", "/go"])["Id"], detach=True)

    def refused() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            return True
        return False

    eventually(refused)


def test_a_port_in_use_here_is_told_and_the_container_runs(guest: MicrovmEngine, client: DockerClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        web = client.containers.run("drydock/nginx:1", detach=True, ports={"80/tcp": port})
        web.reload()
        assert web.status == "running"
        told = json.loads(guest.folder.ports.read_text())
        assert "in use" in told["refused"][str(port)]
        # A container that runs need not listen yet.
        eventually(lambda: b"nginx" in read(port, told["elsewhere"][str(port)]), within=100)
    web.remove(force=True)


def docker(guest: MicrovmEngine, *words: str, folder: Path | None = None) -> str:
    """What a student's own command prints."""
    environment = {**os.environ, "DOCKER_HOST": guest.endpoint.host}
    done = subprocess.run(
        ["docker", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


COMPOSE = """
services:
  api:
    image: drydock/python:3
    command: python3 -m http.server 8000
    healthcheck: {{test: wget -q -O /dev/null http://localhost:8000/, interval: 1s, start_period: 60s}}
  web:
    image: drydock/busybox:1
    command: sh -c 'wget -q -O - http://api:8000/ | head -c 9 > index.html; exec httpd -f -p 80'
    ports: ["{port}:80"]
    depends_on: {{api: {{condition: service_healthy}}}}
"""


@pytest.mark.weekly
def test_compose_waits_for_health_publishes_and_takes_all_down(
    guest: MicrovmEngine, client: DockerClient, tmp_path: Path
) -> None:
    port = free_port()
    (tmp_path / "compose.yaml").write_text(COMPOSE.format(port=port))
    docker(guest, "compose", "--project-name", "quay", "up", "--detach", folder=tmp_path)
    try:
        names = docker(guest, "compose", "--project-name", "quay", "ps", "--format", "{{.Name}}", folder=tmp_path)
        assert names.split() == ["quay-api-1", "quay-web-1"]
        # What the API says came by its name, through the network that Compose made.
        eventually(lambda: read(port) == b"<!DOCTYPE", within=60)
    finally:
        docker(guest, "compose", "--project-name", "quay", "down", "--timeout", "0", folder=tmp_path)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    assert client.containers.list(all=True, filters={"label": "com.docker.compose.project=quay"}) == []
    assert client.networks.list(names=["quay_default"]) == []


def test_stats_and_limits_are_real(guest: MicrovmEngine, client: DockerClient) -> None:
    busy = client.containers.run(
        "drydock/busybox:1", ["sh", "-c", "while :; do :; done"], detach=True,
        mem_limit="24m", nano_cpus=200_000_000, pids_limit=20,
    )  # fmt: skip
    try:
        stats = busy.stats(stream=False)
        assert stats["memory_stats"]["limit"] == 24 * 2**20
        assert 0 < stats["memory_stats"]["usage"] < 24 * 2**20
        assert stats["pids_stats"]["limit"] == 20
        spent = stats["cpu_stats"]["cpu_usage"]["total_usage"] - stats["precpu_stats"]["cpu_usage"]["total_usage"]
        passed = stats["cpu_stats"]["system_cpu_usage"] - stats["precpu_stats"]["system_cpu_usage"]
        # A fifth was allowed. A guest that itself waits for a processor measures its own time badly; all it may not be
        # is nearly everything, which a loop takes without a limit.
        assert 0 < spent / passed < 0.7
        shown = docker(guest, "stats", "--no-stream", "--format", "{{.CPUPerc}} {{.MemUsage}} {{.PIDs}}", busy.id or "")
        assert re.fullmatch(r"(?!0\.00)\d+\.\d\d% [\d.]+[KM]iB / 24MiB 1\n", shown), shown
    finally:
        busy.remove(force=True)


def test_no_connection_outlives_its_client(guest: MicrovmEngine) -> None:
    """Each connection is a process in the guest: they must end with it."""
    owner = guest._owner
    assert owner is not None
    count = "ps | grep -c '[/]sbin/agent'"

    def doors() -> int:
        return int(owner.agent().shell(count))

    before = doors()
    for _round in range(5):
        client = guest.endpoint.client()
        client.ping()
        client.close()
    eventually(lambda: doors() <= before)


#: As root of the whole guest: the devices for shared folders (virtio's PCI device 0x1009) and this machine's loopback,
#: which QEMU's network calls 10.0.2.2.
LOOK_AROUND = """
grep -l 0x1009 /sys/bus/pci/devices/*/device | wc -l
ip route add default via 10.0.2.2 2>/dev/null
nc -w 3 10.0.2.2 {port} < /dev/null && echo reached
true
"""


def look_around(client: DockerClient, port: int) -> list[str]:
    script = ["sh", "-c", LOOK_AROUND.format(port=port)]
    said = client.containers.run("drydock/busybox:1", script, privileged=True, network_mode="host", remove=True)
    return bytes(said).decode().split()


def test_a_guests_root_reaches_neither_this_machine_nor_with_walls_its_folders(client: DockerClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as service:
        port = service.getsockname()[1]
        assert look_around(client, port) == ["4"]
        with MicrovmEngine(walled=True) as walled:
            assert look_around(walled.endpoint.client(timeout=300), port) == ["0"]
        service.settimeout(0.1)
        with pytest.raises(TimeoutError):
            service.accept()


def test_the_agent_opens_only_to_its_key(guest: MicrovmEngine) -> None:
    """Anybody on this machine can connect to the loopback port: two users on one machine, or a student's kernel."""
    port = int(json.loads(guest.folder.state.read_text())["port"])
    template_key = template.ensure().folder.key.read_text()
    for key in ("0" * 64, template_key):
        with socket.create_connection(("127.0.0.1", port), timeout=15) as visitor:
            visitor.sendall(f"{key} shell\n".encode() + b"echo in\n")
            visitor.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                assert visitor.recv(100) == b""
    for private in (guest.folder.path, guest.folder.sockets):
        assert private.stat().st_mode & 0o077 == 0


OWNER = """
import sys
from grader.engines import engine_named
engine = engine_named("microvm")
engine.start()
print(engine.folder.path, flush=True)
sys.stdin.read()
"""


def processes_of(folder: Path) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if str(folder) in (entry / "cmdline").read_text():
                    found.append(entry.name)
            except OSError:
                continue
    return found


@pytest.mark.parametrize("moment", ["running", "starting"])
def test_a_killed_owner_leaves_nothing(guest: MicrovmEngine, own_runtime: Path, moment: str) -> None:
    before = set(own_runtime.iterdir())
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    if moment == "running":
        owner.stdout.readline()
    else:
        eventually(lambda: any((path / "m").exists() for path in set(own_runtime.iterdir()) - before))
    (folder,) = [path for path in set(own_runtime.iterdir()) - before if path.is_dir()]
    owner.kill()
    owner.wait()
    eventually(lambda: not folder.exists() and not processes_of(folder))


@pytest.mark.parametrize("victim", ["qemu", "supervisor"])
def test_a_killed_guest_is_noticed_and_leaves_nothing(guest: MicrovmEngine, victim: str) -> None:
    with MicrovmEngine() as engine:
        folder = engine.folder
        os.kill(int(json.loads(folder.state.read_text())[victim]), signal.SIGKILL)
        eventually(lambda: not engine.is_alive())
        engine.stop()
        eventually(lambda: not processes_of(folder.path))
        assert not folder.path.exists()


@pytest.mark.parametrize("wanted", [True, False])
def test_what_is_left_of_a_labs_guest_is_kept_and_of_a_throwaway_nothing(own_runtime: Path, wanted: bool) -> None:
    """The remains of a killed lab guest hold its disk: sweeping must leave that, and take everything else."""
    folder = GuestFolder(own_runtime / ("lab" if wanted else "0123abcd"))
    folder.path.mkdir()
    folder.disk.write_bytes(b"disk")
    GuestSpec(folder=str(folder.path), template="/nowhere", accelerator="tcg", keep_data=wanted).save(folder.spec)
    assert orphans.remove_orphan(folder)
    assert folder.disk.exists() is wanted
    if wanted:
        shutil.rmtree(folder.path)
