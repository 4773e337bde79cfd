"""Engines that run another Docker than this machine's (grader/engines/releases.py).

CI runs the tests of checks and all labs' solutions on the releases of Debian's suites; here is what needs no download.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.docker_api.environment import variables
from grader.engines import EngineError, best_engine, detached, releases, template
from grader.engines.choice import best_kind, engine_class, seen
from grader.engines.loaders import opaque_files
from grader.engines.native import NativeEngine
from grader.engines.protocol import Engine
from grader.engines.releases import HERE, VARIABLE, Release
from grader.locks import locked


def program(folder: Path, name: str, content: str = "") -> Path:
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(content)
    place.chmod(0o755)
    return place


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    """A folder as Docker's own archives unpack: the programs side by side."""
    for name in ("dockerd", "containerd", "runc"):
        program(tmp_path, name)
    return tmp_path


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("20.10", "20.10.24"),
        ("20", "20.10.24"),
        ("28.5.2", "28.5.2"),
        ("28+containerd", "28.5.2+containerd"),
        ("here", "here"),
        ("+containerd", "here+containerd"),
    ],
)
def test_a_name_is_written_down_in_full(said: str, meant: str) -> None:
    assert releases.normal(said) == meant
    assert releases.normal(meant) == meant


def test_a_folder_is_named_by_its_whole_path(flat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(flat.parent)
    assert releases.normal(f"./{flat.name}") == str(flat.resolve())
    assert releases.normal(f"{flat.name}+containerd") == f"{flat.resolve()}+containerd"


@pytest.mark.parametrize("said", ["19.03", "2", "28.5.", "latest"])
def test_an_unknown_version_is_told_those_that_there_are(said: str) -> None:
    with pytest.raises(EngineError, match=r"20\.10\.24, 26\.1\.5, 28\.5\.2") as raised:
        releases.normal(said)
    assert raised.value.remedy.startswith("drydock up --docker ")


def test_a_fetched_docker_is_there_when_a_power_cut_would_leave_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRYDOCK_CACHE", str(tmp_path))
    place, there = tmp_path / "docker" / "28.5.2", []
    monkeypatch.setattr(releases, "_fetch", lambda _version, work, _progress: program(work, releases._NOTES))
    monkeypatch.setattr(os, "sync", lambda: there.append(place.exists()))
    assert releases._fetched("28.5.2", print) == place and place.exists()
    assert there == [False]
    assert releases._fetched("28.5.2", print) == place and there == [False]


def test_a_folder_without_a_daemon_is_none(tmp_path: Path) -> None:
    # Those of the machine must not stand in for what the folder lacks.
    for name in ("dockerd", "containerd"):
        program(tmp_path, name)
    with pytest.raises(EngineError, match="no runc in"):
        releases.normal(str(tmp_path))


def test_a_home_of_nobody_is_a_folder_that_is_not_there() -> None:
    with pytest.raises(EngineError, match="no dockerd in ~nobody-here/docker"):
        releases.normal("~nobody-here/docker")


def test_who_gives_up_waiting_leaves_the_others_download_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRYDOCK_CACHE", str(tmp_path))
    monkeypatch.setenv(VARIABLE, "28.5.2")
    half = program(tmp_path / "docker" / ".28.5.2", "usr/bin/dockerd")
    said = []

    def interrupted(line: str) -> None:
        said.append(line)
        raise KeyboardInterrupt

    with locked(tmp_path / "docker" / "lock"), pytest.raises(KeyboardInterrupt):
        releases.chosen(interrupted)
    assert half.exists() and "waiting" in said[0]


def test_who_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(version: str, work: Path, _progress: object) -> None:
        program(work, "half")
        raise OSError(28, f"no room for {version}")

    monkeypatch.setenv("DRYDOCK_CACHE", str(tmp_path))
    monkeypatch.setenv(VARIABLE, "28.5.2")
    monkeypatch.setattr(releases, "_fetch", failing)
    with pytest.raises(EngineError, match="no room for 28"):
        releases.chosen()
    assert [path.name for path in (tmp_path / "docker").iterdir()] == ["lock"]


def test_a_static_program_is_opaque_by_itself_where_it_is_inside(flat: Path) -> None:
    assert opaque_files(["dockerd"], Release(folder=flat)) == ["/usr/sbin/dockerd"]
    tree = program(flat / "tree", "usr/bin/dockerd").parents[2]
    assert opaque_files(["dockerd"], Release(folder=tree)) == ["/usr/bin/dockerd"]


def test_who_says_nothing_runs_this_machines_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    for said in ("", HERE):
        monkeypatch.setenv(VARIABLE, said)
        assert releases.chosen() == Release()
        assert not releases.brings("dockerd")
    monkeypatch.setenv(VARIABLE, "here+containerd")
    assert not releases.brings("dockerd")
    monkeypatch.setenv(VARIABLE, "28.5.2")
    assert releases.brings("dockerd")
    assert not releases.brings("iptables")


def test_only_the_oldest_release_is_told_of_quick_resolvers_and_of_buildkit(flat: Path) -> None:
    assert Release("20.10.24", flat).daemon_json == {
        "features": {"containerd-snapshotter": False, "buildkit": True},
        "dns-opts": ["timeout:1", "attempts:2"],
    }
    for other in (Release("28.5.2+containerd", flat, containerd_store=True), Release(str(flat), flat)):
        assert other.daemon_json == {"features": {"containerd-snapshotter": other.containerd_store}}


def test_an_engine_that_has_its_own_docker_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seen("host") == "host"
    monkeypatch.setenv(VARIABLE, "28.5.2")
    with pytest.raises(EngineError, match="host engine can't run another Docker") as raised:
        seen("host")
    assert raised.value.remedy == "drydock up --docker here"


def test_releases_have_templates_of_their_own(flat: Path, tmp_path: Path) -> None:
    here, other = Release(), Release(str(flat), flat)
    assert template._prefix(NativeEngine, here) == "native"
    assert template._prefix(NativeEngine, Release("28.5.2+containerd", flat, True)) == "native-28.5.2+containerd"
    assert template._prefix(NativeEngine, other) == "native-folder"
    assert other.key != Release(str(flat), flat, containerd_store=True).key
    # One that a release doesn't know is none of its old ones.
    for name in ("native-1", "native-2", "native-3", "native-4", "native-28.5.2-1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "complete").touch()
    template._remove_old(NativeEngine, tmp_path, here, keep=0)
    assert [place.name for place in tmp_path.glob("native*")] == ["native-28.5.2-1"]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This machine's Docker in a folder whose name overlayfs would take apart."""
    folder = tmp_path_factory.mktemp("docker") / "a, b: c"
    folder.mkdir()
    for name in ("dockerd", "containerd", "runc", "containerd-shim-runc-v2", "docker-proxy"):
        if place := shutil.which(name, path=releases.SYSTEM_PATH):
            # With its time, so that each run of this test uses the same template.
            shutil.copy2(place, folder)
    program(folder, "docker", "#!/bin/sh\necho from the folder\n")
    return folder


@pytest.fixture(scope="module", params=["graph driver", "containerd"])
def other(request: pytest.FixtureRequest, copied: Path) -> Iterator[Engine]:
    name = f"{copied}+containerd" if request.param == "containerd" else str(copied)
    if not engine_class(best_kind()).runs_any_release:
        pytest.skip("no engine here runs another Docker")
    with releases.using(name), best_engine() as engine:
        yield engine


@pytest.mark.daemon
@pytest.mark.deep
def test_the_folders_docker_is_what_runs_and_what_students_type(other: Engine) -> None:
    client = other.endpoint.client()
    found = client.info()["Driver"]
    assert found == ("overlayfs" if releases.STORE in other._release.name else "overlay2")  # type: ignore[attr-defined]
    typed = subprocess.run(other.confine(["docker"]), capture_output=True, text=True, check=True)
    assert typed.stdout == "from the folder\n"
    assert client.containers.run("drydock/busybox:1", "echo ran", remove=True) == b"ran\n"
    client.close()


@pytest.mark.daemon
@pytest.mark.deep
def test_the_cloned_images_can_be_built_on_saved_and_removed(other: Engine) -> None:
    client = other.endpoint.client()
    made = client.containers.run("drydock/python:3", ["touch", "/new"], detach=True)
    made.wait()
    made.commit("mine")
    assert b"/new" in client.containers.run("mine", "ls -d /new", remove=True)
    # What a lower layer has is marked as removed: overlayfs needs its attributes for that (userxattr).
    gone = "rm -r /usr && mkdir /usr && ls -A /usr"
    assert client.containers.run("mine", ["sh", "-c", gone], remove=True) == b""
    # All of the image's layers go through here.
    assert sum(map(len, client.images.get("drydock/python:3").save())) > 10_000_000
    made.remove()
    for image in ("mine", "drydock/redis:8", "drydock/redis:latest"):
        client.images.remove(image)
    assert client.containers.run("drydock/nginx:1", "echo ran", remove=True) == b"ran\n"
    client.close()


@pytest.mark.daemon
@pytest.mark.deep
def test_buildkit_saves_what_it_built(other: Engine) -> None:
    recipe = "FROM drydock/busybox:1\nRUN echo one > /one\nRUN rm -r /usr && echo two > /two\n"
    environment = {**os.environ, **variables(other.endpoint.host)}
    built = subprocess.run(
        ["docker", "build", "--quiet", "-"], input=recipe, env=environment, capture_output=True, text=True, check=False
    )
    assert built.stdout.startswith("sha256:"), built.stderr


@pytest.mark.daemon
@pytest.mark.deep
def test_the_lab_daemon_keeps_its_docker_until_another_is_asked_for(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not engine_class(best_kind()).runs_any_release:
        pytest.skip("no engine here runs another Docker")
    runtime = Path(f"/var/tmp/dd-releases-{tmp_path.parent.parent.name[-3:]}-{tmp_path.name[-2:]}")
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(runtime))
    try:
        with releases.using(f"{copied}+containerd"):
            first = detached.up()
        assert first.engine.endpoint.client().info()["Driver"] == "overlayfs"
        first.engine.endpoint.client().volumes.create("work")
        assert detached.up().engine.endpoint.client().info()["Driver"] == "overlayfs"
        assert detached.down()
        again = detached.up()
        client = again.engine.endpoint.client()
        assert (client.info()["Driver"], [v.name for v in client.volumes.list()]) == ("overlayfs", ["work"])
        assert client.containers.run("drydock/busybox:1", "echo ran", remove=True) == b"ran\n"
        # The data lies in the store that it was made in.
        with releases.using(HERE), pytest.raises(EngineError, match="another image store") as raised:
            detached.up()
        assert raised.value.remedy == "drydock reset --docker here"
        with releases.using(HERE):
            fresh = detached.reset()
        assert fresh.engine.endpoint.client().info()["Driver"] == "overlay2"
    finally:
        detached.down(forget=True)
        shutil.rmtree(runtime, ignore_errors=True)


@pytest.mark.weekly
@pytest.mark.parametrize("version", releases.VERSIONS)
def test_debian_has_each_release_still(version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRYDOCK_CACHE", str(tmp_path))
    monkeypatch.setenv(VARIABLE, version)
    folder = releases.chosen().folder
    assert folder is not None
    for name in ("usr/sbin/dockerd", "usr/bin/docker"):
        said = subprocess.run([folder / name, "--version"], check=True, capture_output=True, text=True).stdout
        assert version in said
    assert (folder / "usr/bin/docker-init").exists()
