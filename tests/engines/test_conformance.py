"""What every engine promises, run against every engine that works on the machine.

`native` and `host` run in this process; `rootless` and `microvm` need an ordinary user and `dind` an outer Docker, so
this same file runs again for them in a process of theirs (test_other_users.py), with DRYDOCK_TEST_ENGINE set.
`walled` is the microvm engine as it is for grading, in walls.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.errors import NotFound

from grader.engines import Engine, EngineError, engine_class, engine_named

pytestmark = pytest.mark.daemon

WALLED = pytest.param("walled", marks=[pytest.mark.weekly, pytest.mark.timeout(1200)])
ASKED_FOR = os.environ.get("DRYDOCK_TEST_ENGINE", "")
KINDS = ASKED_FOR.split(",") if ASKED_FOR else ["native", pytest.param("host", marks=pytest.mark.deep), WALLED]


@pytest.fixture(scope="module", params=KINDS)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("Общая папка")
    folder.chmod(0o777)
    kind = request.param
    patch = pytest.MonkeyPatch()
    outer = None
    try:
        if kind == "host":
            outer = engine_named("native", images=False, shares=[folder])
            patch.setenv("DRYDOCK_OUTER_DOCKER_HOST", outer.start().host)
        extra = [Path("/usr")] if kind == "dind" else []
        with an_engine(kind, [folder, *extra]) as engine:
            yield engine
    finally:
        patch.undo()
        if outer is not None:
            outer.stop()


def an_engine(kind: str, shares: list[Path]) -> Engine:
    if kind == "walled":
        return engine_class("microvm").for_strangers(shares=shares)
    return engine_named(kind, shares=shares)


def has_walls(engine: Engine) -> bool:
    return engine._walls is not None if engine.kind == "microvm" else engine.offers_walls()


def another(running: Engine, *, images: bool = True) -> Engine:
    if running.kind == "microvm" and has_walls(running):
        return an_engine("walled", list(running._shares))
    return engine_named(running.kind, images=images, shares=running._shares)


def docker(engine: Engine, *argv: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["docker", *argv],
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "DOCKER_HOST": engine.endpoint.host},
        capture_output=True,
        text=True,
        check=False,
        # Emulated, a build takes half a minute even where nothing else runs.
        timeout=600 if engine.kind == "microvm" else 300,
    )
    assert not ok or done.returncode == 0, done.stderr
    return done


def shared_folder(engine: Engine) -> Path:
    return engine._shares[0]


def test_course_images_are_in_it_and_run(running: Engine) -> None:
    tags = {tag for image in running.endpoint.client().images.list() for tag in image.tags}
    names = ("busybox:1", "python:3", "toolchain:1", "nginx:1", "registry:2", "redis:8")
    assert {f"drydock/{name}" for name in names} <= tags
    assert docker(running, "run", "--rm", "drydock/busybox:1", "sh", "-c", "exit 7", ok=False).returncode == 7


def test_a_command_that_is_not_there_or_no_program(running: Engine) -> None:
    missing = docker(running, "run", "--rm", "drydock/busybox:1", "nosuch", ok=False)
    assert missing.returncode == 127
    assert 'exec: "nosuch": executable file not found in $PATH' in missing.stderr
    assert docker(running, "run", "--rm", "drydock/busybox:1", "/no/such", ok=False).returncode == 127
    assert docker(running, "run", "--rm", "drydock/busybox:1", "/etc/passwd", ok=False).returncode == 126
    docker(running, "run", "-d", "--rm", "--name", "conf-words", "drydock/busybox:1", "sleep", "1d")
    try:
        missing = docker(running, "exec", "conf-words", "nosuch", ok=False)
        assert missing.returncode in (126, 127)  # by the command line's version
        assert 'exec: "nosuch": executable file not found in $PATH' in missing.stdout + missing.stderr
        assert docker(running, "exec", "conf-words", "true").returncode == 0
    finally:
        docker(running, "rm", "-f", "conf-words")


def test_names_and_published_ports(running: Engine) -> None:
    docker(running, "network", "create", "conf-net")
    web = ["--network", "conf-net", "--network-alias", "api", "-p", "8091:80", "drydock/nginx:1"]
    docker(running, "run", "-d", "--name", "conf-web", *web)
    try:
        wget = "for i in $(seq 300); do wget -qO- http://api/ | grep nginx && exit; sleep 0.2; done; exit 1"
        docker(running, "run", "--rm", "--network", "conf-net", "drydock/busybox:1", "sh", "-c", wget)
        if running.kind in ("native", "rootless", "microvm"):
            code = "import urllib.request as u; print(u.urlopen('http://localhost:8091', timeout=60).read())"
            outside = subprocess.run(
                running.enter(["/usr/bin/python3", "-c", code]), capture_output=True, text=True, check=True
            )
            assert "nginx" in outside.stdout
    finally:
        docker(running, "rm", "-f", "conf-web")
        docker(running, "network", "rm", "conf-net")


def test_a_name_that_nobody_knows_fails_at_once_and_again_and_again(running: Engine) -> None:
    if running.kind in ("host", "dind"):
        pytest.skip("its name servers are the machine's own")
    # A resolver that gets no answer waits ten seconds: `timeout` would end it with 143.
    ask = "for i in 1 2 3 4 5 6; do timeout 9 ping -c 1 nobody; test $? = 1 || exit 9; done"
    docker(running, "run", "--rm", "drydock/busybox:1", "sh", "-c", ask)
    docker(running, "network", "create", "conf-names")
    try:
        docker(running, "run", "--rm", "--network", "conf-names", "drydock/busybox:1", "sh", "-c", ask)
    finally:
        docker(running, "network", "rm", "conf-names")


def test_a_shared_folder_is_the_same_inside(running: Engine) -> None:
    folder = shared_folder(running)
    (folder / "from-host").write_text("host")
    mount = f"{folder}:/data"
    # By its code, here and below: on a busy machine a container that ends at once was seen to take its output with it.
    script = "grep -qx host /data/from-host && echo container > /data/from-container"
    docker(running, "run", "--rm", "-v", mount, "drydock/busybox:1", "sh", "-c", script)
    assert (folder / "from-container").read_text() == "container\n"
    # A read-only mount must survive what docker cp does with a stopped container's mounts.
    docker(running, "create", "--name", "conf-cp", "-v", f"{mount}:ro", "drydock/busybox:1")
    docker(running, "cp", "conf-cp:/etc/passwd", "-")
    docker(running, "rm", "conf-cp")


def test_build_commit_save_and_volume(running: Engine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        "FROM drydock/toolchain:1 AS build\nRUN echo 'int main(void){return 7;}' > a.c && tcc -static -o /seven a.c\n"
        "FROM drydock/busybox:1\nCOPY --from=build /seven /seven\nRUN --mount=type=cache,target=/c touch /c/x\n"
    )
    docker(running, "build", "-q", "-t", "conf:1", str(tmp_path))
    assert docker(running, "run", "--rm", "conf:1", "/seven", ok=False).returncode == 7
    docker(running, "run", "--name", "conf-c", "-v", "conf-vol:/v", "conf:1", "sh", "-c", "echo 1 > /v/a; echo 2 > /b")
    docker(running, "commit", "conf-c", "conf:2")
    docker(running, "run", "--rm", "-v", "conf-vol:/w", "conf:2", "sh", "-c", "grep -qx 1 /w/a && grep -qx 2 /b")
    docker(running, "save", "-o", str(tmp_path / "saved.tar"), "conf:2", "drydock/nginx:1")
    assert (tmp_path / "saved.tar").stat().st_size > 10_000_000
    docker(running, "rm", "conf-c")
    docker(running, "volume", "rm", "conf-vol")
    docker(running, "rmi", "conf:1", "conf:2")


def test_a_new_layer_holds_only_what_is_new(running: Engine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM drydock/busybox:1\nWORKDIR /srv\nRUN echo 1 > /one\n")
    docker(running, "build", "-q", "-t", "conf:layers", str(tmp_path))
    client = running.endpoint.client()
    sizes = [step["Size"] for step in client.images.get("conf:layers").history()][:2]
    assert all(size < 1000 for size in sizes), sizes
    docker(running, "run", "--name", "conf-diff", "conf:layers", "sh", "-c", "echo 2 > /two; rm /etc/group")
    changed = client.containers.get("conf-diff").diff()
    assert {(change["Path"], change["Kind"]) for change in changed} == {("/two", 1), ("/etc", 0), ("/etc/group", 2)}
    docker(running, "rm", "conf-diff")
    docker(running, "rmi", "conf:layers")


def test_health_and_hardening(running: Engine) -> None:
    client = running.endpoint.client(timeout=120)
    docker(
        running, "run", "-d", "--name", "conf-health", "--read-only", "--cap-drop", "ALL", "--user", "1000",
        "--security-opt", "no-new-privileges", "--health-cmd", "true", "--health-interval", "200ms",
        "drydock/busybox:1", "sleep", "1d",
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while client.containers.get("conf-health").attrs["State"]["Health"]["Status"] != "healthy":
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        docker(running, "rm", "-f", "conf-health")


def test_limits_hold_where_the_engine_says_so(running: Engine) -> None:
    if running.kind == "rootless":
        assert "do not hold" in running.isolation
        return
    eat = "x = bytearray(200_000_000)"
    docker(running, "run", "--name", "conf-oom", "-m", "32m", "drydock/python:3", "python3", "-c", eat, ok=False)
    client = running.endpoint.client()
    # Of the kill the daemon hears apart from the end, and at times later.
    for _try in range(100):
        state = client.containers.get("conf-oom").attrs["State"]
        if state["OOMKilled"]:
            break
        time.sleep(0.1)
    docker(running, "rm", "conf-oom")
    assert (state["OOMKilled"], state["ExitCode"]) == (True, 137)


def test_student_code_is_confined_or_refused(running: Engine, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("gradebook")
    if not has_walls(running):
        with pytest.raises(EngineError, match="no walls"):
            running.confine(["true"])
        return
    script = (
        f"id -u; cat {secret}; touch /usr/x; docker run --rm drydock/busybox:1 echo ran; ls /proc | grep -c '^[0-9]'"
    )
    done = subprocess.run(
        running.confine(["sh", "-c", script]),
        env={"PATH": "/usr/bin:/bin", "HOME": "/home/student", "DOCKER_HOST": running.endpoint.host},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split()[:2] == ["1000", "ran"]
    assert int(done.stdout.split()[2]) < 8, "it sees processes that are not its own"
    assert "No such file" in done.stderr
    assert "Read-only" in done.stderr


def test_nobody_inside_writes_where_the_sockets_are(running: Engine) -> None:
    if running.kind not in ("native", "rootless"):
        pytest.skip("its socket is not on a disk of this machine, or there are no walls")
    place = Path(running.endpoint.host.removeprefix("unix://"))
    ways = ("touch new", f"mv {place.name} old", f"rm {place.name}", "chmod 777 .", "chown 0 .")
    tries = "; ".join(f"{way} && exit {code}" for code, way in enumerate(ways, start=2))
    script = f"cd /host{place.parent} || exit; {tries}; exit 7"
    root = ["run", "--rm", "--privileged", "--pid", "host", "-v", "/:/host", "drydock/busybox:1", "sh", "-c"]
    assert docker(running, *root, script, ok=False).returncode == 7
    # Nor from a container that is given the folder; and the daemon may be given as ever.
    share = ["run", "--rm", "-v", f"{place.parent}:/s", "drydock/busybox:1", "sh", "-c"]
    docker(running, *share, "! (: > /s/new)")
    ask = "import socket; c = socket.socket(socket.AF_UNIX); c.connect('/d'); c.send(b'?\\n\\n')"
    ask += "; assert b'HTTP/1.1 400' in c.recv(99)"
    given = ["run", "--rm", "-v", f"{place}:/d", "drydock/python:3", "python3", "-c", ask]
    docker(running, *given)


def test_prune_empties_this_engine_and_no_other_and_it_stops_twice(running: Engine) -> None:
    if running.kind == "host":
        pytest.skip("a prune on the machine's own Docker is what the host engine must never do")
    with another(running) as other:
        docker(other, "run", "-d", "--name", "conf-same", "-p", "8092:80", "drydock/nginx:1")
        if running.kind != "dind":
            docker(running, "run", "-d", "--name", "conf-same", "-p", "8092:80", "drydock/nginx:1")
            docker(running, "rm", "-f", "conf-same")
        docker(other, "rm", "-f", "conf-same")
        docker(other, "system", "prune", "-af")
        assert json.loads(docker(other, "image", "ls", "--format", "json", "-q").stdout or "[]") == []
        assert other.is_alive()
        other.stop()
        other.stop()
        assert not other.is_alive()
        with pytest.raises(EngineError):
            _ = other.endpoint
    docker(running, "run", "--rm", "drydock/redis:8", "true")


def test_only_labelled_objects_are_forgotten_on_the_host(running: Engine) -> None:
    if running.kind != "host":
        pytest.skip("the host engine's promise")
    client = running.endpoint.client()
    for name, labels in (("conf-mine", {}), ("conf-ours", {"drydock.check": "1"})):
        client.containers.create("drydock/busybox:1", name=name, labels=labels)
    engine_class("host").forget(Path("/nowhere"))
    client.containers.get("conf-mine").remove()
    with pytest.raises(NotFound):
        client.containers.get("conf-ours")


def test_what_is_in_use_on_the_host_is_said(running: Engine) -> None:
    if running.kind != "host":
        pytest.skip("the host engine's promise")
    client = running.endpoint.client()
    answer = client.volumes.create("conf-answer", labels={"drydock.answer": "1"})
    user = client.containers.create("drydock/busybox:1", volumes={"conf-answer": {"bind": "/a", "mode": "rw"}})
    with pytest.raises(EngineError, match="in use") as raised:
        engine_class("host").forget(Path("/nowhere"))
    assert raised.value.remedy
    user.remove()
    engine_class("host").forget(Path("/nowhere"))
    with pytest.raises(NotFound):
        answer.reload()
