"""The images that are hosts themselves, on a real daemon: what a lab about hosts would do with them."""

# ruff: noqa: E501 (a line of shell)

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import docker
import pytest
from docker.models.containers import Container

from grader.engines import best_engine, engine_named
from grader.images import ensure
from tests.images.making import recipes

pytestmark = [pytest.mark.daemon, pytest.mark.deep]


@pytest.fixture(scope="module")
def client() -> Iterator[docker.DockerClient]:
    archives = ensure(recipes=recipes("podman")).archives
    # test_other_users.py runs this in dind, whose image takes its programs from the machine's /usr.
    kind = os.environ.get("DRYDOCK_TEST_ENGINE")
    engine = engine_named(kind, shares=[Path("/usr")]) if kind else best_engine()
    # There is a template with this one for labs 17 and 22.
    engine.more_images = ["host"]
    with engine:
        client = engine.endpoint.client(timeout=300)
        for archive in archives:
            with archive.open("rb") as stream:
                client.images.load(stream)
        yield client
        client.close()


@contextmanager
def host(client: docker.DockerClient, image: str, name: str) -> Iterator[Container]:
    container = client.containers.run(image, name=name, hostname=name, privileged=True, detach=True)
    try:
        run(container, "ready")
        yield container
    finally:
        container.remove(force=True, v=True)


def run(container: Container, script: str, user: str = "") -> str:
    home = "/home/app" if user else "/root"
    code, said = container.exec_run(["sh", "-ec", script], user=user, workdir=home)
    assert code == 0, said.decode()
    return said.decode().strip()


def test_hosts_build_limit_publish_and_compose(client: docker.DockerClient) -> None:
    with host(client, "drydock/host", "im-one") as one:
        assert (
            run(one, "printf 'FROM drydock/busybox:1\nRUN echo hi >/x\n' | docker build -q -t own - | cut -c1-7")
            == "sha256:"
        )
        run(one, "docker run -d -p 8080:80 -m 64m --name web drydock/nginx:1")
        assert "nginx" in run(one, "until wget -qO- localhost:8080 2>/dev/null; do sleep 0.2; done")
        assert run(one, "docker inspect -f '{{.HostConfig.Memory}}' web") == str(64 << 20)
        compose = "services:\n  tide:\n    image: drydock/busybox:1\n    command: sleep 1000\n"
        run(one, f"mkdir shop; printf '{compose}' > shop/compose.yaml; cd shop; docker compose up -d --quiet-pull")
        assert run(one, "cd shop; docker compose ps --services") == "tide"


def test_three_hosts_are_a_swarm_that_outlives_one_of_them(client: docker.DockerClient) -> None:
    with ExitStack() as stack:
        one, two, three = (stack.enter_context(host(client, "drydock/host", f"im-{name}")) for name in "abc")
        run(one, "docker swarm init")
        token = run(one, "docker swarm join-token -q worker")
        one.reload()
        address = next(iter(one.attrs["NetworkSettings"]["Networks"].values()))["IPAddress"]
        for worker in (two, three):
            joined = "[ $(docker info -f '{{.Swarm.LocalNodeState}}') = active ]"
            # It goes on with it when its twenty seconds are over.
            run(
                worker,
                f"docker swarm join --token {token} {address}:2377 || true;"
                f"for i in $(seq 300); do {joined} && exit; sleep 0.5; done; exit 1",
            )
        run(one, "docker network create -d overlay --attachable mesh")
        run(
            one, "docker service create -d --name web --replicas 3 --network mesh --endpoint-mode dnsrr drydock/nginx:1"
        )
        running = "docker service ps -f desired-state=running --format '{{.Node}} {{.CurrentState}}' web | grep -c Running || true"
        run(
            one, f"for i in $(seq 300); do [ $({running}) = 3 ] && exit; sleep 0.5; done; docker service ps web; exit 1"
        )
        assert set(run(one, "docker service ps --format '{{.Node}}' web").split()) == {"im-a", "im-b", "im-c"}
        # Across hosts, by the overlay network.
        asked = run(
            two,
            # What a host knows of the others' tasks comes by and by.
            "docker run --rm --network mesh drydock/busybox:1 sh -c 'for i in $(seq 300); do"
            " said=$(wget -T 5 -qO- tasks.web; nslookup tasks.web 127.0.0.11);"
            ' case $said in *nginx*Address:*Address:*Address:*) break;; esac; sleep 0.2; done; echo "$said"\'',
        )
        assert "nginx" in asked
        assert asked.count("Address:") >= 3
        three.kill()
        status = "docker node ls --format '{{.Hostname}} {{.Status}}' | grep -q 'im-c Down'"
        run(one, f"for i in $(seq 300); do {status} && exit; sleep 0.5; done; docker node ls; exit 1")
        moved = f"{running} && docker service ps -f desired-state=running --format '{{{{.Node}}}}' web | grep -c im-c || true"
        run(
            one,
            f"for i in $(seq 300); do [ \"$(echo $({moved}))\" = '3 0' ] && exit; sleep 0.5; done; docker service ps web; exit 1",
        )


def test_podman_runs_for_root_and_rootless_with_a_network(client: docker.DockerClient) -> None:
    with host(client, "drydock/podman", "im-pod") as pod:
        run(pod, "podman run -d --name web -p 8081:80 drydock/nginx:1")
        assert "nginx" in run(pod, "until wget -qO- localhost:8081 2>/dev/null; do sleep 0.2; done")
        # The device of its network is /dev/net/tun, opened by an ordinary user.
        ids = run(
            pod, "podman run --rm drydock/busybox:1 sh -c 'cat /proc/self/uid_map; ip addr show eth0'", user="app"
        )
        assert ids.split()[:6] == ["0", "1000", "1", "1", "10000", "50000"]
        assert "eth0" in ids
        run(pod, "podman run -d --name mine -p 8082:80 drydock/nginx:1", user="app")
        assert "nginx" in run(pod, "until wget -qO- localhost:8082 2>/dev/null; do sleep 0.2; done")
        run(
            pod,
            "podman pod create --name harbour; podman run -d --pod harbour drydock/busybox:1 sleep 1000",
            user="app",
        )
        assert run(pod, "podman pod ps --format '{{.Name}} {{.Status}}'", user="app") == "harbour Running"
