"""A student's gate without a Hub: a Docker that can't start as it is, and the way out for the teacher."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from docker import DockerClient

from grader.classroom.gate import Gate, Order
from grader.classroom.places import ClassError, ClassFolder
from grader.classroom.running import gate_of
from grader.engines.native import NativeEngine
from grader.files import cache_folder
from grader.processes import start

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.skipif(os.geteuid() != 0, reason="a class is served by root"),
]

COURSE = Path(__file__).parents[2]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[ClassFolder]:
    # Short, as a socket's path must be, and with this machine's images, which are made already.
    place = ClassFolder(Path(tempfile.mkdtemp(prefix="dd-gate-", dir="/var/tmp")))
    place.path.chmod(0o711)
    place.cache.symlink_to(cache_folder())
    monkeypatch.setenv("DRYDOCK_CACHE", str(place.cache))
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(place.runtime))
    place.make()
    place.student("ada").make()
    yield place
    shutil.rmtree(place.path)


@contextmanager
def _open(place: ClassFolder) -> Iterator[DockerClient]:
    """Ada's Docker, as long as her gate is open. Her server finds no Hub, and ends."""
    hub = {f"JUPYTERHUB_{what}_URL": "http://127.0.0.1:9/hub/api" for what in ("API", "ACTIVITY")}
    gate = Gate(Order(str(place.path), str(COURSE), "ada", 0, environment=hub))
    try:
        gate.open()
        with closing(DockerClient(f"unix://{place.student('ada').engine}/s/docker.sock")) as client:
            yield client
    finally:
        gate.close()


def test_a_docker_whose_layers_are_lost_is_made_new_when_the_teacher_asks_for_it(place: ClassFolder) -> None:
    student = place.student("ada")
    with _open(place) as client:
        client.volumes.create("work")
    lost = student.docker_data / "overlay2/lost"
    lost.symlink_to("/refs/lost")
    with pytest.raises(ClassError, match="can't be made again") as raised, _open(place):
        pass
    assert raised.value.remedy == f"touch '{student.teachers_reset}'"
    # Nothing was touched by that.
    lost.unlink()
    with _open(place) as client:
        assert [volume.name for volume in client.volumes.list()] == ["work"]
    lost.symlink_to("/refs/lost")
    student.teachers_reset.touch()
    with _open(place) as client:
        assert client.volumes.list() == []
    assert not student.teachers_reset.exists()


@pytest.mark.parametrize("when", ["before", "as it is mounted"])
def test_no_link_in_the_place_of_what_is_released_is_shown(
    place: ClassFolder, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """It is the teacher's, and who mounts is root."""
    private = place.path / "private"
    private.mkdir()
    (place.outbound / "01-first").mkdir()

    def swap() -> None:
        place.outbound.rename(place.outbound.with_name("away"))
        place.outbound.symlink_to(private)

    def start(engine: NativeEngine, really: Callable[[NativeEngine], None] = NativeEngine.start) -> None:
        swap()
        really(engine)

    if when == "before":
        swap()
    else:
        monkeypatch.setattr(NativeEngine, "start", start)
    with pytest.raises(ClassError, match="a link leads there"), _open(place):
        pass
    assert not place.student("ada").disk.is_mount()


@contextmanager
def _started(order: Order) -> Iterator[subprocess.Popen[bytes]]:
    """A gate as a Hub starts it."""
    with start("grader.classroom.gate", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as gate:
        assert gate.stdin is not None
        gate.stdin.write(order.dump().encode())
        gate.stdin.close()
        try:
            yield gate
        finally:
            gate.terminate()


def test_a_gate_of_which_no_hub_knows_makes_way(place: ClassFolder) -> None:
    """Its Hub was killed as it started; the next one asks for a server for the same student."""
    student = place.student("ada")
    # For whose answer the first gate's server waits longer than the second gate for the first.
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.create_server(("127.0.0.1", 0)) as free:
        hub, port = f"http://127.0.0.1:{silent.getsockname()[1]}/hub/api", free.getsockname()[1]
        free.close()
        given = {"API_URL": hub, "ACTIVITY_URL": hub, "API_TOKEN": "x", "CLIENT_ID": "x", "USER": "ada"}
        own = {"SERVICE_PREFIX": "/user/ada/", "SERVICE_URL": f"http://127.0.0.1:{port}/user/ada/"}
        environment = {f"JUPYTERHUB_{name}": value for name, value in (given | own).items()}
        order = Order(str(place.path), str(COURSE), "ada", port, environment=environment)
        with _started(order) as left:
            deadline = time.monotonic() + 300
            while gate_of(student) != left.pid:
                assert time.monotonic() < deadline and left.poll() is None
                time.sleep(0.05)
            assert left.stdout is not None
            left.stdout.close()
            with _started(order) as gate:
                assert gate.stdout is not None and json.loads(gate.stdout.readline()) == {"ready": True}
                assert left.wait(60) == 0 and gate_of(student) == gate.pid
