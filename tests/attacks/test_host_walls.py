"""A host inside a lab is a container: what runs on it gets no further than what runs on the engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from grader.engines import best_engine
from grader.engines.namespaces import NamespaceEngine
from grader.images import ensure
from tests.images.making import recipes

pytestmark = [pytest.mark.daemon, pytest.mark.deep, pytest.mark.timeout(400)]
PROGRAM = (Path(__file__).parent / "programs" / "reach_out.sh").read_text()


@pytest.fixture(scope="module")
def client() -> Iterator[docker.DockerClient]:
    (archive,) = ensure(recipes=recipes("host")).archives
    engine = best_engine()
    if not isinstance(engine, NamespaceEngine):
        pytest.skip("no walls of namespaces here")
    with engine:
        client = engine.endpoint.client(timeout=300)
        with archive.open("rb") as stream:
            client.images.load(stream)
        yield client
        client.close()


def lines_of(said: bytes) -> set[str]:
    return set(said.decode(errors="replace").splitlines())


def test_a_container_on_a_host_sees_no_more_than_one_on_the_engine(client: docker.DockerClient, tmp_path: Path) -> None:
    (tmp_path / "own").write_text("the machine's")
    command = ["sh", "-c", PROGRAM, "sh", str(tmp_path / "own")]
    everything = {"privileged": True, "pid_mode": "host", "network_mode": "host", "volumes": ["/:/host"]}
    here = lines_of(client.containers.run("drydock/busybox:1", command, **everything))
    host = client.containers.run("drydock/host", privileged=True, detach=True, name="wall", hostname="wall")
    try:
        assert host.exec_run("ready").exit_code == 0
        options = ["--privileged", "--pid=host", "--net=host", "-v", "/:/host"]
        there = host.exec_run(["docker", "run", "--rm", *options, "drydock/busybox:1", *command])
    finally:
        host.remove(force=True, v=True)
    assert there.exit_code == 0, there.output
    seen = lines_of(there.output)
    assert "done" in seen
    assert seen - here == set()
    # Nor does either see what is the machine's.
    assert not [line for line in seen | here if line.split()[0] in ("reads", "mknod", "shows", "writes")]
