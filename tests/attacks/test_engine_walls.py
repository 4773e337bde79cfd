"""What a container may do to the engine it runs in: attacks on the daemon's processes, files and settings, one by one.

Here nothing is graded and no cell has a time limit, so that each attack comes to its end on a busy machine, too.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import docker
import pytest
import requests

from grader.checks import CheckFailed, Checks, CouldNotCheck, Status
from grader.engines import best_engine
from grader.engines.namespaces import NamespaceEngine
from grader.processes import kernel_at_least
from tests.engines.engine_tests import ought_to_be_shifted

pytestmark = [pytest.mark.daemon, pytest.mark.deep, pytest.mark.timeout(400)]
PROGRAMS = Path(__file__).parent / "programs"
BUSYBOX, PYTHON = "drydock/busybox:1", "drydock/python:3"
ROOT_OF_ALL: dict[str, Any] = {"privileged": True, "pid_mode": "host"}
#: Folders of the engine's, each asked for by its own name: what is below is not always the same by another way.
PLACES = (
    "/", "/etc", "/run", "/opt", "/var/lib", "/var/lib/docker", "/var/lib/docker/overlay2", "/var/lib/docker/image",
    "/run/docker", "/run/containerd", "/template", "/refs",
)  # fmt: skip


def started() -> NamespaceEngine:
    engine = best_engine()
    if not isinstance(engine, NamespaceEngine):
        pytest.skip("no walls of namespaces here")
    engine.start()
    return engine


@pytest.fixture(scope="module")
def walled() -> Iterator[NamespaceEngine]:
    with started() as engine:
        yield engine


@pytest.fixture(scope="module")
def client(walled: NamespaceEngine) -> Iterator[docker.DockerClient]:
    client = walled.endpoint.client(timeout=200)
    yield client
    client.close()


@pytest.fixture
def own_engine() -> Iterator[NamespaceEngine]:
    """One that a test may ruin."""
    with started() as engine:
        yield engine


def ended(engine: NamespaceEngine) -> bool:
    for _second in range(120):
        if not engine.is_alive():
            return True
        time.sleep(1)
    return False


def run_program(client: docker.DockerClient, name: str, *words: str, **options: Any) -> str:
    command = ["python3", "-c", (PROGRAMS / f"{name}.py").read_text(), *words]
    return client.containers.run(PYTHON, command, remove=True, stderr=True, **options).decode()


def test_nobody_looks_into_the_engines_processes(client: docker.DockerClient) -> None:
    sleeper = client.containers.run(BUSYBOX, "sleep 1000", detach=True, ports={"80/tcp": 8085})
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            client.containers.run(BUSYBOX, "true", remove=True)
            sleeper.exec_run("true")
            sleeper.top()

    busy = threading.Thread(target=come_and_go)
    busy.start()
    try:
        said = run_program(client, "look_into", "5", **ROOT_OF_ALL)
    finally:
        over.set()
        busy.join()
        sleeper.remove(force=True)
    tried = next(line for line in said.splitlines() if line.startswith("tried")).split()
    for program in ("dockerd", "containerd", "containerd-shim-runc-v2", "docker-proxy", "/daemon.sh"):
        assert program in tried, said
    assert "ESCAPED" not in said
    assert "Traceback" not in said


def test_no_list_of_namespaces_leads_to_the_daemons(client: docker.DockerClient) -> None:
    sleeper = client.containers.run(BUSYBOX, "sleep 1000", detach=True)
    said = run_program(client, "list_namespaces", **ROOT_OF_ALL)
    sleeper.remove(force=True)
    # Its neighbour's at the least, or nothing was looked through. (Some kernels list them for nobody in here.)
    # Linux before 6.12 has no such list (ENOTTY).
    forbidden = "Operation not permitted" in said or ("Inappropriate ioctl" in said and not kernel_at_least(6, 12))
    assert forbidden or int(said.rpartition("listed")[2]) > 0, said
    assert "ESCAPED" not in said


@pytest.mark.parametrize("options", [{}, ROOT_OF_ALL], ids=["mounts", "privileged"])
def test_nobody_changes_what_the_engine_rests_on(client: docker.DockerClient, options: dict[str, Any]) -> None:
    seen = {place: f"/seen{number}" for number, place in enumerate(PLACES)}
    volumes = [f"{place}:{folder}" for place, folder in seen.items()]
    said = run_program(client, "change_files", *(f"{a}={b}" for a, b in seen.items()), volumes=volumes, **options)
    assert int(said.rpartition("tried")[2]) > 80, said
    assert "layer" in said
    assert "ESCAPED" not in said
    assert "Traceback" not in said
    assert client.containers.run(BUSYBOX, "echo well", remove=True) == b"well\n"


DAEMONS_OWN = [
    "/var/lib/docker", "/var/lib/docker/image", "/var/lib/docker/image/overlay2", "/var/lib/docker/network",
    "/var/lib/docker/network/files", "/run/docker", "/run/docker/containerd", "/run/containerd",
    "/run/containerd/s", "/private", "/private/pipes", "/private/shims", "/private/containerd",
]  # fmt: skip


@pytest.mark.skipif(os.geteuid() != 0, reason="looks through the daemon's process as root")
def test_the_folders_that_are_asked_for_are_there(walled: NamespaceEngine) -> None:
    """By this machine's root. By other names, that nobody is shown them would be no wonder."""
    net = Path(f"/proc/{walled.endpoint.netns_pid}/ns/net").readlink()
    daemons = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            if (process / "comm").read_text() == "dockerd\n" and (process / "ns" / "net").readlink() == net:
                daemons.append(process)
    (daemon,) = daemons
    # Some are links, which lead elsewhere from here.
    assert [folder for folder in DAEMONS_OWN if not os.path.lexists(f"{daemon}/root{folder}")] == []


@pytest.mark.parametrize("folder", DAEMONS_OWN)
@pytest.mark.parametrize("driver", ["bind", "local"])
def test_the_daemons_own_folders_are_shown_to_nobody(client: docker.DockerClient, folder: str, driver: str) -> None:
    """By their own names: runc mounts what a bind mount names, the daemon what a volume names."""
    options = {"type": "none", "o": "rbind", "device": folder}
    source = folder if driver == "bind" else client.volumes.create(driver_opts=options).name
    # By exit codes: on a busy machine dockerd gives up a container's last words two seconds after its end.
    tries = 'seen=$(ls -A /v) || exit 3; [ -z "$seen" ] || exit 4; ! touch /v/x && ! mkdir /v/pipes || exit 5'
    mount = docker.types.Mount("/v", source, type="bind" if driver == "bind" else "volume")
    try:
        client.containers.run(BUSYBOX, ["sh", "-c", tries], mounts=[mount], privileged=True)
    except docker.errors.APIError as error:
        words = ("invalid argument", "denied", "does not exist", "no such file")
        assert any(word in str(error) for word in words), error
    except docker.errors.ContainerError as error:
        assert error.exit_status == 3, error


def test_the_course_images_can_be_removed_and_their_layers_stay(own_engine: NamespaceEngine) -> None:
    client = own_engine.endpoint.client(timeout=200)
    archive = b"".join(client.images.get(BUSYBOX).save(named=True))
    for image in client.images.list():
        client.images.remove(image.id, force=True)
    assert client.images.list() == []
    client.images.load(archive)
    assert client.containers.run(BUSYBOX, "echo back", remove=True) == b"back\n"
    client.close()


def test_no_key_of_the_machines_is_in_there(client: docker.DockerClient) -> None:
    # The daemon, which copies for whoever asks, is of a group that files in there have; its users are others.
    closed = "find /x -type d ! -perm -5 -o -type f ! -perm -4"
    volumes = ["/etc/ssl:/x/ssl", "/etc/alternatives:/x/alternatives"]
    assert client.containers.run(BUSYBOX, ["sh", "-c", closed], remove=True, volumes=volumes) == b""


def test_settings_of_ones_own_are_not_read(client: docker.DockerClient) -> None:
    """The daemon reads its settings again when it is told to: SIGHUP."""
    evil = {"default-runtime": "mine", "runtimes": {"mine": {"path": "/tmp/mine"}}}
    script = f"""
        for place in /etc/docker /root/.docker /root/.config/docker; do
            mkdir -p /host$place; rm -f /host$place/daemon.json; echo '{json.dumps(evil)}' > /host$place/daemon.json
        done
        printf '#!/bin/sh\\nexit 7\\n' > /host/tmp/mine; chmod 755 /host/tmp/mine
        killall -HUP dockerd && sleep 1"""
    client.containers.run(BUSYBOX, ["sh", "-c", script], remove=True, volumes=["/:/host"], **ROOT_OF_ALL)
    assert client.info()["DefaultRuntime"] == "runc"
    assert "mine" not in client.info()["Runtimes"]


@pytest.mark.parametrize("program", ["containerd", "dockerd"])
def test_the_engine_ends_with_either_of_its_daemons(own_engine: NamespaceEngine, program: str) -> None:
    """A dockerd without its containerd would believe another one."""
    client = own_engine.endpoint.client(timeout=200)
    # What is said depends on which word of the daemon was its last.
    with pytest.raises((docker.errors.DockerException, requests.exceptions.RequestException)):
        client.containers.run(BUSYBOX, f"sh -c 'killall -9 {program}; sleep 1000'", **ROOT_OF_ALL)
    client.close()
    assert ended(own_engine)


def test_who_becomes_the_loader_of_all_programs_ends_the_engine(own_engine: NamespaceEngine) -> None:
    """binfmt_misc: from then on the kernel would start, in runc's place, what a container says."""
    client = own_engine.endpoint.client(timeout=200)
    script = """
        mount -t binfmt_misc b /mnt || exit 7
        runc=$(head -c 64 /engine/usr/sbin/runc | od -An -v -tx1 | tr -d '\\n' | sed 's/ /\\\\x/g')
        echo ":mine:M::$runc::/bin/busybox:F" > /mnt/register; sleep 1000"""
    try:
        client.containers.run(BUSYBOX, ["sh", "-c", script], privileged=True, volumes=["/:/engine"])
    except docker.errors.ContainerError as error:
        if error.exit_status == 7:
            pytest.skip("this kernel has one binfmt_misc for all")
    except (docker.errors.DockerException, requests.exceptions.RequestException):
        pass
    client.close()
    assert ended(own_engine)


DEVICES = {"devices": ["/dev/fuse", "/dev/net/tun"]}


def test_tun_and_fuse_are_open_to_all_and_give_nobody_rights(client: docker.DockerClient) -> None:
    """Rootless Podman opens them as an ordinary user; what they are good for, the kernel asks its namespaces."""
    said = run_program(client, "open_devices", user="1000", **DEVICES)
    assert "opened /dev/fuse" in said
    assert "opened /dev/net/tun" in said
    assert "refused" in said
    # Root of all, with a network of its own: an interface there, and none in the engine's.
    assert "interface" in run_program(client, "open_devices", privileged=True)
    script = (
        "ip link; for f in fuse net/tun; do chmod 600 /d/$f; rm -f /d/$f; mknod /d/own c 1 1; done; ls -l /d /d/net"
    )
    seen = client.containers.run(
        BUSYBOX, ["sh", "-c", script], volumes=["/dev:/d"], privileged=True, network_mode="host"
    )
    assert b"drydock0" not in seen
    assert seen.count(b"crw-rw-rw-") >= 6
    assert b" own\n" not in seen


def test_files_that_never_answer_do_not_outlive_the_engine(own_engine: NamespaceEngine) -> None:
    """A process that waits for a file system (FUSE) that it ought to answer for itself does not even die."""
    client = own_engine.endpoint.client(timeout=200)
    program = ["python3", "-c", (PROGRAMS / "hang_files.py").read_text(), "/mnt/hang"]
    container = client.containers.run(PYTHON, program, privileged=True, detach=True)
    for _try in range(1200):
        if said := container.logs():
            break
        time.sleep(0.1)
    client.close()
    if b"hangs" not in said:
        pytest.skip(f"no such file system here: {said.decode()}")
    groups = own_engine.cgroups
    own_engine.stop()
    assert [group for group in groups if group.exists()] == []


def test_what_one_engine_takes_of_the_kernel_no_other_lacks(
    own_engine: NamespaceEngine, client: docker.DockerClient
) -> None:
    """The kernel counts for a user (keys, epoll watches, pages of pipes …), so engines' roots differ; and
    what is in a user namespace it counts for the namespace's owner, too."""
    libc = ctypes.CDLL(None, use_errno=True)
    command = ["python3", "-c", (PROGRAMS / "take_all.py").read_text()]
    with closing(own_engine.endpoint.client(timeout=200)) as theirs:
        taker = theirs.containers.run(PYTHON, command, detach=True, privileged=True)
        taken = next(iter(taker.logs(stream=True, follow=True)))
        assert re.fullmatch(rb"taken [1-9]\d+ \d+ EDQUOT\n", taken)
        watcher = libc.inotify_init1(os.O_CLOEXEC)
        assert watcher >= 0
        os.close(watcher)
        for one in (client, theirs):
            assert one.containers.run(BUSYBOX, ["echo", "well"], remove=True) == b"well\n"
        if own_engine._owner == type(own_engine)._owner:
            # Where the template's files can't be shown with other ids all engines' roots are one.
            assert not ought_to_be_shifted()
            return
        one_key = (PROGRAMS / "take_all.py").read_text().partition("\nwatchers")[0] + "\nprint(key(1)(0) > 0)"
        said = client.containers.run(PYTHON, ["python3", "-c", one_key], remove=True, privileged=True)
        assert said == b"True\n"


def test_no_program_of_the_machines_gets_a_core_from_inside(client: docker.DockerClient) -> None:
    """Where core_pattern (core(5)) is a pipe, a limit of 0 does not keep the kernel from sending it all; 1 does."""
    command = ["python3", "-c", "import resource as r; print(r.getrlimit(r.RLIMIT_CORE))"]
    assert client.containers.run(PYTHON, command, remove=True, privileged=True) == b"(1, 1)\n"


def test_nobody_lays_a_program_into_a_container_that_looks(own_engine: NamespaceEngine) -> None:
    """A container that has the daemon's socket is told of each that a check makes, before it is started."""
    socket = own_engine.endpoint.host.removeprefix("unix://")
    spy = ["python3", "-u", "-c", (PROGRAMS / "lay_into.py").read_text()]
    with closing(own_engine.endpoint.client(timeout=200)) as client:
        client.containers.run(BUSYBOX, ["httpd", "-f"], name="web", detach=True)
        thief = client.containers.run(PYTHON, spy, detach=True, volumes={socket: {"bind": "/docker.sock"}})
        assert next(iter(thief.logs(stream=True, follow=True))) == b"ready\n"
        check = Checks(own_engine.endpoint.host, deadline=100)
        with closing(check), suppress(CheckFailed, CouldNotCheck), check.task("job", hint="Look.") as t:
            t.container("web").answers_http(80, "/none", containing="forged", inside=True, within=1)
        for _try in range(300):
            if "tried HTTP" in (tries := thief.logs().decode()):
                break
            time.sleep(0.1)
    assert check.reports["job"].status is Status.FAILED
    assert "tried HTTP" in tries
