"""A host inside a lab is a container: what runs on it gets no further than what runs on the engine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from grader.engines import best_engine
from grader.engines.namespaces import NamespaceEngine
from grader.images import ensure
from tests.images.making import recipes

pytestmark = [pytest.mark.daemon, pytest.mark.deep, pytest.mark.timeout(400)]
PROGRAMS = Path(__file__).parent / "programs"
PROGRAM = (PROGRAMS / "reach_out.sh").read_text()


@pytest.fixture(scope="module")
def client() -> Iterator[docker.DockerClient]:
    archives = ensure(recipes=recipes("podman")).archives
    engine = best_engine()
    # There is a template with this one for labs 17 and 22.
    engine.more_images = ["host"]
    if not isinstance(engine, NamespaceEngine):
        pytest.skip("no walls of namespaces here")
    with engine:
        client = engine.endpoint.client(timeout=300)
        for archive in archives:
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


def test_a_container_that_took_all_keys_stops_no_host(client: docker.DockerClient) -> None:
    """The kernel counts keys for the id of all roots of all engines, and of the hosts on them."""
    take = ["python3", "-c", (PROGRAMS / "take_all.py").read_text()]
    taker = client.containers.run("drydock/python:3", take, entrypoint=[], privileged=True, detach=True)
    names = {"docker": "drydock/host", "podman": "drydock/podman"}
    made = [taker]
    try:
        assert re.fullmatch(rb"taken \d+ \d+ EDQUOT\n", next(iter(taker.logs(stream=True, follow=True))))
        for command, image in names.items():
            host = client.containers.run(image, privileged=True, detach=True, hostname=command)
            made.append(host)
            assert host.exec_run("ready").exit_code == 0, command
            begun = host.exec_run([command, "run", "--rm", "drydock/busybox:1", "echo", "well"])
            assert (begun.exit_code, begun.output) == (0, b"well\n"), command
        build = "printf 'FROM drydock/busybox:1\nRUN echo well\n' | docker build -q -"
        built = made[1].exec_run(["sh", "-ec", build])
        assert built.exit_code == 0, built.output
    finally:
        for container in made:
            container.remove(force=True, v=True)
