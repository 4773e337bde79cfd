"""The dind engine's containers and volumes on the Docker they are in. test_other_users.py runs this in an outer one."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.engines import EngineError, Limits, dind, dind_containers
from grader.engines.dind import DindEngine
from grader.engines.dind_containers import LABEL

if TYPE_CHECKING:
    from docker import DockerClient

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.deep,
    pytest.mark.skipif(os.environ.get("DRYDOCK_TEST_ENGINE") != "dind", reason="needs an outer Docker"),
]
FOLDER = Path("/nowhere/dind-test")


@pytest.fixture
def outer() -> Iterator[DockerClient]:
    client = dind.outer_client()
    before = {container.id for container in client.containers.list(all=True)}
    yield client
    for container in client.containers.list(all=True):
        if container.id not in before:
            container.remove(force=True, v=True)
    DindEngine.forget(FOLDER)
    client.close()


def lab(limits: Limits | None = None, folder: Path | None = None) -> DindEngine:
    name = dind._kept_name(folder or FOLDER)
    return DindEngine(shares=[Path("/usr")], images=False, name=name, publish=True, folder=folder, limits=limits)


def ours(outer: DockerClient) -> list[str]:
    return [str(container.name) for container in outer.containers.list(all=True, filters={"label": LABEL})]


def test_a_lab_whose_container_has_ended_starts_again_on_its_data(outer: DockerClient) -> None:
    engine = lab()
    engine.start()
    engine.endpoint.client().volumes.create("work")
    outer.containers.get(engine._name).kill()
    assert DindEngine.attach(FOLDER) is None
    again = lab()
    again.start()
    assert [volume.name for volume in again.endpoint.client().volumes.list()] == ["work"]
    again.stop()


def test_a_running_container_of_the_same_name_may_be_another_places_and_stays(outer: DockerClient) -> None:
    first = lab()
    first.start()
    with pytest.raises(EngineError):
        lab().start()
    assert first.is_alive()
    first.stop()


def test_a_taken_port_is_said_each_time_and_leaves_no_container(outer: DockerClient) -> None:
    with socket.create_server(("127.0.0.1", dind.lab_ports()[3])):
        for _attempt in range(2):
            with pytest.raises(EngineError, match=str(dind.lab_ports()[3])):
                lab().start()
            assert ours(outer) == []


def test_a_container_that_ends_at_once_is_a_sentence(outer: DockerClient) -> None:
    ended = outer.containers.create(dind.image(), "true", ports={"2375/tcp": None})
    assert dind._address(ended).startswith("tcp://")
    with pytest.raises(EngineError, match=r"d(id|oes) not start"):
        lab(Limits(memory_bytes=24 * 2**20)).start()
    assert ours(outer) == []


def test_forgetting_removes_what_is_ours_and_says_what_it_can_not(outer: DockerClient) -> None:
    engine = lab()
    engine.start()
    outer.containers.get(engine._name).kill()
    users = outer.containers.create(dind.image(), "true", volumes={f"{engine._name}-data": {"bind": "/d"}})
    with pytest.raises(EngineError, match="can't be removed"):
        DindEngine.forget(FOLDER)
    users.reload()
    users.remove()
    DindEngine.forget(FOLDER)
    assert ours(outer) == []
    assert outer.volumes.list(filters={"label": LABEL}) == []


def test_in_a_labs_shell_the_docker_around_the_lab_is_found_and_the_lab_stays_where_it_is(
    outer: DockerClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", dind.outer_host())
    monkeypatch.delenv("DRYDOCK_OUTER_DOCKER_HOST")
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(tmp_path))
    folder = tmp_path / "lab"
    host = lab(folder=folder).start().host
    port = int(host.rpartition(":")[2])
    assert host == f"tcp://127.0.0.1:{port}"
    monkeypatch.setenv("DOCKER_HOST", host)
    for _reset in range(2):
        found = DindEngine.attach(folder)
        assert found is not None and found.endpoint.host == host
        found.stop()
        DindEngine.forget(folder)
        assert ours(outer) == []
        assert DindEngine.probe().works
        assert lab(folder=folder).start().host == host
    # Also from a shell with another Docker: the lab is where it was started.
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    found = DindEngine.attach(folder)
    assert found is not None
    found.stop()
    monkeypatch.setenv("DOCKER_HOST", host)
    with socket.create_server(("127.0.0.1", port)):
        moved = lab(folder=folder)
        assert moved.start().host != host
    moved.stop()
    DindEngine.forget(folder)


def test_only_engines_of_dead_processes_of_this_machine_are_swept(outer: DockerClient) -> None:
    done = subprocess.Popen(["true"])
    done.wait()
    mine, dead = dind_containers.owner_labels(), {"drydock.owner_pid": str(done.pid)}
    labels: dict[str, dict[str, str]] = {
        "left": {LABEL: "left", **mine, **dead},
        "alive": {LABEL: "alive", **mine},
        "kept": {LABEL: "kept"},
        "elsewhere": {LABEL: "elsewhere", **mine, **dead, "drydock.owner_machine": "another"},
        "users": {**mine, **dead},
    }
    for name, given in labels.items():
        outer.containers.create(dind.image(), "true", name=name, labels=given)
    with contextlib.closing(dind.outer_client()) as client:
        assert dind_containers.remove_orphans(client) == ["left"]
    assert {container.name for container in outer.containers.list(all=True)} >= set(labels) - {"left"}
