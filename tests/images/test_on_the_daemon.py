"""Every image does its job on a real daemon."""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import docker
import pytest
from docker.errors import DockerException, NotFound
from docker.models.containers import Container
from docker.utils import parse_repository_tag

from grader.engines import best_engine
from grader.images import CourseImage, ImagesError, manifest, official
from grader.images.ensuring import wanted
from tests.images.making import recipes

pytestmark = [pytest.mark.daemon, pytest.mark.deep]

Run = Callable[..., Container]
#: What only some labs need is tried in test_on_request.py.
_IN_EVERY_LAB = [image for image in manifest() if image.name in {recipe.name for recipe in wanted()}]


@pytest.fixture
def run(daemon: docker.DockerClient) -> Iterator[Run]:
    """``docker run -d`` whose containers and their volumes are gone after the test."""
    started: list[Container] = []

    def start(image: str, *command: str, **options: object) -> Container:
        started.append(daemon.containers.run(image, list(command) or None, detach=True, **options))
        return started[-1]

    yield start
    for container in started:
        with suppress(NotFound):
            container.remove(force=True, v=True)


def output(daemon: docker.DockerClient, image: str, *command: str, **options: object) -> str:
    """What a command in a fresh container prints; raises ContainerError when it fails."""
    printed: bytes = daemon.containers.run(image, list(command), remove=True, stderr=True, **options)
    return printed.decode()


def address(container: Container) -> str:
    """The container's address on its first network."""
    container.reload()
    networks = container.attrs["NetworkSettings"]["Networks"]
    return str(next(iter(networks.values()))["IPAddress"])


def wait_for_log(container: Container, text: str, seconds: float = 20) -> None:
    """Return when the container has logged ``text``."""
    deadline = time.monotonic() + seconds
    while text.encode() not in container.logs():
        assert time.monotonic() < deadline, container.logs().decode()
        time.sleep(0.05)


@pytest.mark.parametrize("image", _IN_EVERY_LAB, ids=lambda image: image.name)
def test_every_image_has_its_names_labels_users_and_tools(daemon: docker.DockerClient, image: CourseImage) -> None:
    ours = daemon.images.get(image.reference)
    assert set(image.tags) <= set(ours.tags)
    assert ours.labels["drydock.course"] == "1"
    script = """set -e
        for user in root nobody app www-data nginx redis; do id $user >/dev/null; done
        [ "$(id -u app):$(id -g app)" = 1000:1000 ]
        su app -c 'cd && touch mine && [ "$(whoami)" = app ]'
        for tool in sh ls ps wget nc httpd ping vi find awk sed tar nslookup; do command -v $tool >/dev/null; done
        adduser -D -u 1001 ann; addgroup -S ops; adduser ann ops
        useradd -r -m -s /bin/sh svc; groupadd -g 1500 team; useradd -u 1234 -g team -G ops bob
        [ "$(id -u bob):$(id -g bob)" = 1234:1500 ]
        su ann -c 'id -Gn' | grep -qw ops
        ! adduser -D ann 2>/dev/null
        ls -ld /tmp | grep -q ^drwxrwxrwt
        grep -q Drydock /etc/os-release
        echo good"""
    assert output(daemon, image.reference, "-c", script, entrypoint="sh").strip() == "good"


def test_python_has_a_standard_library(daemon: docker.DockerClient, run: Run) -> None:
    program = """
import asyncio, bz2, ctypes, curses, dbm.sqlite3, email, hashlib, lzma, multiprocessing, readline, sqlite3, ssl, uuid
import xml.etree.ElementTree, zlib, zoneinfo
ssl.create_default_context()
connection = sqlite3.connect(":memory:")
print(connection.execute("select 6 * 7").fetchone()[0], zoneinfo.ZoneInfo("Europe/Paris"), "ж")
"""
    assert output(daemon, "drydock/python:3", "python", "-c", program, user="app") == "42 Europe/Paris ж\n"
    server = run("drydock/python:3", "python3", "-m", "http.server", "8000", user="app", working_dir="/etc")
    # Its log says nothing yet: what Python prints into a pipe is buffered, as in the official image.
    wait = "for i in $(seq 200); do wget -qO- localhost:8000 >/dev/null && exit; sleep 0.05; done; exit 1"
    assert server.exec_run(["sh", "-c", wait]).exit_code == 0
    page = output(daemon, "drydock/busybox:1", "wget", "-qO-", f"http://{address(server)}:8000/passwd")
    assert "app:x:1000:1000" in page
    assert server.diff() is None, "a server must not write byte code into its container"


def _context(**files: str) -> io.BytesIO:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name.replace("_", "."))
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    buffer.seek(0)
    return buffer


def test_toolchain_makes_static_programs_for_an_empty_image(daemon: docker.DockerClient, run: Run) -> None:
    context = _context(
        hello_c="""#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
static void *work(void *unused) { puts("thread"); return 0; }
int main(int count, char **words) {
    pthread_t thread;
    pthread_create(&thread, 0, work, 0);
    pthread_join(thread, 0);
    printf("%.3f\\n", sqrt(count + 1));
    return 0;
}
""",
        Dockerfile="""FROM drydock/toolchain:1 AS build
WORKDIR /src
COPY hello.c .
RUN cc -o hello hello.c && tcc -o needs-musl hello.c && ./needs-musl
FROM scratch
COPY --from=build /src/hello /src/needs-musl /
CMD ["/hello"]
""",
    )
    image, _log = daemon.images.build(fileobj=context, custom_context=True, tag="images-test-hello", rm=True)
    try:
        assert daemon.containers.run(image.id, remove=True) == b"thread\n1.414\n"
        assert image.attrs["Size"] < 100_000
        # Dynamically linked, it needs a linker that an empty image doesn't have.
        with pytest.raises(DockerException, match="no such file"):
            daemon.containers.run(image.id, ["/needs-musl"], remove=True)
    finally:
        daemon.images.remove(image.id, force=True)


def test_nginx_serves_in_the_foreground(daemon: docker.DockerClient, run: Run) -> None:
    web = run("drydock/nginx:1")
    read_only = run("drydock/nginx:1", read_only=True, tmpfs={"/var/cache/nginx": "", "/run": ""})
    for server in (web, read_only):
        wait_for_log(server, "start worker process")
        page = output(daemon, "drydock/busybox:1", "wget", "-qO-", f"http://{address(server)}/")
        assert "<title>Welcome to nginx!</title>" in page
    wait_for_log(web, '"GET / HTTP/1.1" 200')
    config = daemon.images.get("drydock/nginx:1").attrs["Config"]
    assert (config["StopSignal"], list(config["ExposedPorts"])) == ("SIGQUIT", ["80/tcp"])
    assert config["Cmd"] == ["nginx", "-g", "daemon off;"]
    code, tested = web.exec_run("nginx -T")
    assert code == 0 and b"/etc/nginx/conf.d/default.conf" in tested
    web.stop(timeout=60)
    assert web.wait()["StatusCode"] == 0


def test_redis_answers_other_containers(daemon: docker.DockerClient, run: Run) -> None:
    network = daemon.networks.create("images-test-redis")
    try:
        server = run("drydock/redis:8", name="images-test-store", network=network.name)
        wait_for_log(server, "Ready to accept connections")
        ask = ("redis-cli", "-h", "images-test-store")
        assert output(daemon, "drydock/redis:8", *ask, "ping", network=network.name) == "PONG\n"
        assert output(daemon, "drydock/redis:8", *ask, "set", "a", "1", network=network.name) == "OK\n"
        assert server.exec_run("ps -o user,args").output.decode().splitlines()[1].startswith("redis ")
        server.stop(timeout=60)
        assert server.wait()["StatusCode"] == 0
        server.start()
        wait_for_log(server, "DB loaded from disk")
        server.remove(force=True, v=True)
    finally:
        network.remove()


def test_registry_takes_and_gives_images_and_knows_users(daemon: docker.DockerClient, run: Run) -> None:
    registry = run("drydock/registry:2", ports={"5000/tcp": ("127.0.0.1", 0)})
    wait_for_log(registry, "listening on")
    reference = f"localhost:{_published(registry)}/copy:1"
    try:
        _push(daemon, "drydock/toolchain:1", reference)
        digest = daemon.images.get(reference).id
        daemon.images.remove(reference)
        assert daemon.images.pull(reference).id == digest
        catalogue = f"http://{address(registry)}:5000/v2/_catalog"
        assert "copy" in output(daemon, "drydock/busybox:1", "wget", "-qO-", catalogue)
    finally:
        daemon.images.remove(reference, force=True)
    line = output(daemon, "drydock/registry:2", "-Bbn", "ann", "secret", entrypoint="htpasswd")
    assert line.startswith("ann:$2y$")


def _published(container: Container) -> str:
    container.reload()
    return str(container.ports["5000/tcp"][0]["HostPort"])


def _push(daemon: docker.DockerClient, source: str, reference: str) -> None:
    repository, tag = parse_repository_tag(reference)
    daemon.images.get(source).tag(repository, tag)
    said = daemon.images.push(repository, tag=tag)
    assert "error" not in said, said


def test_official_route_from_a_mirror(tmp_path: Path) -> None:
    # Our own images stand in for the official ones, in a registry on an engine of this test alone. What this proves:
    # the daemon's pull, the Dockerfiles, the archives. What it can't prove without internet: Docker Hub's content.
    with best_engine() as engine:
        daemon = engine.endpoint.client()
        registry = daemon.containers.run("drydock/registry:2", detach=True, ports={"5000/tcp": ("127.0.0.1", 5000)})
        wait_for_log(registry, "listening on")
        mirror = "localhost:5000/library"
        for name in ("busybox", "nginx"):
            (recipe,) = recipes(name)
            _push(daemon, recipe.reference, f"{mirror}/{recipe.official}")
            for reference in (*recipe.tags, f"{mirror}/{recipe.official}"):
                daemon.images.remove(reference)
        lines: list[str] = []
        made = official.ensure(
            tmp_path, lines.append, host=engine.endpoint.host, mirror=mirror, recipes=recipes("busybox", "nginx")
        )
        assert f"Pulling {mirror}/nginx:1" in lines
        assert [image.source for image in made.images] == ["official", "official"]
        for image, archive in zip(made.images, made.archives, strict=True):
            daemon.images.remove(image.reference, force=True)
            daemon.images.load(archive.read_bytes())
            loaded = daemon.images.get(image.reference)
            assert set(loaded.tags) == set(image.tags)
            assert loaded.labels["drydock.course"] == "1"
        web = daemon.containers.run("drydock/nginx:1", detach=True)
        wait_for_log(web, "start worker process")
        assert "nginx" in output(
            daemon, "drydock/busybox:latest", "wget", "-qO-", f"http://{address(web)}/", user="app"
        )
        with pytest.raises(ImagesError, match="can't be pulled"):
            official.ensure(tmp_path, host=engine.endpoint.host, mirror=mirror, recipes=recipes("redis"))
        daemon.close()
