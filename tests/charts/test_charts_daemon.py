"""Charts and recordings of a real daemon."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from student_shell import Shell

from grader.charts import charts
from grader.charts.lab_docker import NotThere, TooLate
from grader.charts.record_health import HealthRecording
from grader.lab_daemon import NoDaemon

pytestmark = pytest.mark.daemon
_RUN = "docker run --label w=1 --detach"
#: A child takes more and more; who waits for it lives on: the news of a killed main process gets lost at times.
_HUNGRY = """
import os, sys, time
if os.fork():
    _child, how = os.wait()
    time.sleep(3)
    sys.exit(128 + os.WTERMSIG(how))
x = []
while True:
    x.append(b"x" * 1_000_000)
    time.sleep(0.2)
"""


def test_layers_that_two_images_share_are_marked(sh: Shell, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        "FROM drydock/busybox:1\nLABEL w=1\nRUN dd if=/dev/zero of=/big bs=1000 count=3000\nENV A=b\n"
        "ARG which\nRUN dd if=/dev/zero of=/$which bs=1000 count=1000\n"
    )
    for name in ("a", "b"):
        sh(f"docker build --quiet --tag w-{name} --build-arg which={name} {tmp_path}")
    chart = charts.layers("w-a", "w-b")
    rows = [row for row in chart.table.rows if row[0] == "w-a" and row[1]]
    assert [row[2:] for row in rows[-2:]] == [
        ("3MB", "RUN dd if=/dev/zero of=/big bs=1000 count=3000 (shared)"),
        ("1MB", "RUN dd if=/dev/zero of=/$which bs=1000 count=1000"),
    ]
    assert rows[0][3].endswith("(shared)"), "the base image"
    assert "are layers shared with another image here" in chart.says


def test_a_missing_thing_is_one_sentence(sh: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotThere, match="There is no image w-none on the lab daemon") as raised:
        charts.layers("drydock/busybox:1", "w-none")
    assert raised.value._render_traceback_() == [str(raised.value)]
    with pytest.raises(NotThere, match="docker ps --all"):
        charts.record_health("w-none")
    with pytest.raises(NotThere, match="docker ps --all"):
        charts.record_memory("w-none")
    with pytest.raises(NotThere, match="docker ps --all"):
        charts.record_cpu("w-none")
    with pytest.raises(NotThere):
        charts.layers("")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    for ask in (charts.network_map, lambda: charts.record_health("web")):
        with pytest.raises(NoDaemon, match=r"can't be reached.*drydock up"):
            ask()


def test_the_network_map_tells_addresses_names_and_ports(sh: Shell) -> None:
    sh("docker network create --label w=1 --internal w-back; docker network create --label w=1 w-front")
    sh("docker network create --label w=1 w-lonely")
    sh(f"{_RUN} --name w-api --network w-front --network-alias gate -p 127.0.0.1:18099:80 drydock/nginx:1")
    sh("docker network connect --alias store w-back w-api")
    sh(f"{_RUN} --name w-peek --network container:w-api drydock/busybox:1 sleep 600")
    sh(f"{_RUN} --name w-alone --network none drydock/busybox:1 sleep 600")
    address = sh("docker inspect --format '{{(index .NetworkSettings.Networks \"w-front\").IPAddress}}' w-api")
    chart = charts.network_map()
    rows = [row for row in chart.table.rows if row[0].startswith("w-") or row[2].startswith("w-")]
    assert ("w-api", "running", "w-front", address, "gate", "80/tcp -> 127.0.0.1:18099") in rows
    assert [row[4] for row in rows if row[2] == "w-back"] == ["store"]
    assert ("w-peek", "running", "(that of w-api)", "", "", "") in rows
    assert ("w-alone", "running", "none", "", "", "") in rows
    assert ("", "", "w-lonely", "", "", "") in rows
    assert "w-peek uses the network of w-api." in chart.says
    assert "Nobody on w-lonely." in chart.says
    some = charts.network_map("w-peek", "w-api")
    assert {row[0] for row in some.table.rows} == {"w-peek", "w-api"}
    assert some.says == "1 container on w-back: w-api. 1 container on w-front: w-api. w-peek uses the network of w-api."
    with pytest.raises(NotThere, match="docker ps --all"):
        charts.network_map("w-api", "w-none")


def test_the_volume_map_tells_kinds_places_and_access(sh: Shell, tmp_path: Path) -> None:
    sh("docker volume create --label w=1 w-data; docker volume create --label w=1 w-idle")
    sh(
        f"{_RUN} --name w-app -v w-data:/data -v /anonymous --tmpfs /tmp --mount type=tmpfs,target=/run "
        "-v /etc/hostname:/host:ro drydock/busybox:1 sleep 600"
    )
    sh("docker create --label w=1 --name w-backup -v w-data:/src:ro drydock/busybox:1 true")
    chart = charts.volume_map()
    rows = {(row[0], row[3], row[4]): (row[1], row[2], row[5]) for row in chart.table.rows}
    assert rows["w-app", "w-data", "/data"] == ("running", "volume", "read and write")
    assert rows["w-backup", "w-data", "/src"] == ("created", "volume", "read only")
    assert rows["w-app", "/etc/hostname", "/host"][2] == "read only"
    assert {"/tmp", "/run"} == {place for (name, what, place) in rows if what == "memory of w-app"}
    (anonymous,) = (what for (name, what, place) in rows if place == "/anonymous")
    assert rows["w-app", anonymous, "/anonymous"][1] == "volume without a name of its own"
    assert "In no container: w-idle" in chart.says
    assert "w-data is shared by w-app, w-backup." in chart.says
    some = charts.volume_map("w-backup")
    assert [(row[0], row[3]) for row in some.table.rows] == [("w-backup", "w-data")]
    assert "w-idle" not in some.text
    with pytest.raises(NotThere, match="docker ps --all"):
        charts.volume_map("w-app", "w-none")


@pytest.fixture
def no_recorder_left() -> Callable[[], bool]:
    """Says whether every thread of ours has ended; earlier tests of this process may have left some of theirs."""
    before = set(threading.enumerate())

    def none() -> bool:
        left = [thread for thread in threading.enumerate() if thread.name.startswith("drydock-")]
        for thread in left:
            if thread not in before:
                # One says that it is over a moment before it ends.
                thread.join(60)
        return not any(thread.is_alive() for thread in left if thread not in before)

    return none


def test_health_is_recorded_from_the_start_also_when_asked_late(
    sh: Shell, no_recorder_left: Callable[[], bool]
) -> None:
    sh(
        f"{_RUN} --name w-web --health-cmd 'test -f /ok && echo fine' --health-interval 0.3s --health-retries 2 "
        "drydock/busybox:1 sleep 600"
    )
    recording = charts.record_health("w-web")
    recording.wait("unhealthy", within=300)
    sh("docker exec w-web touch /ok")
    recording.wait("healthy", within=300)
    sh("docker kill w-web")
    recording.wait("stopped", within=300)
    assert "starting from 0.0 s, unhealthy from" in recording.chart.says
    late = charts.record_health("w-web")
    assert recording.is_over, "a cell that is run again replaces its recording"
    what = [row[1] for row in late.chart.table.rows]
    assert [state for state in what if state in ("starting", "unhealthy", "healthy", "stopped")] == [
        "starting",
        "unhealthy",
        "healthy",
        "stopped",
    ]
    assert "ended, exit code 137" in what
    assert any("fine" in row[2] for row in late.chart.table.rows), "the check's own output"
    sh("docker start w-web")
    late.wait("healthy", within=300)
    with pytest.raises(TooLate, match=r"w-web was not unhealthy within 0\.1 s\. Its state now: healthy"):
        late.wait("unhealthy", within=0.1)
    late.stop()
    assert late.is_over and no_recorder_left()


def test_health_is_of_one_container_not_of_others_whose_names_begin_alike(sh: Shell) -> None:
    quick = "--health-interval 0.2s --health-retries 1"
    sh(f"{_RUN} --name w-app --health-cmd false {quick} drydock/busybox:1 sleep 600")
    sh(f"{_RUN} --name w-app-ok --health-cmd true {quick} drydock/busybox:1 sleep 600")
    early = charts.record_health("w-app")
    sh("docker rm --force w-app-ok")
    sh(f"{_RUN} --name w-app-ok --health-cmd true {quick} drydock/busybox:1 sleep 600")
    early.wait("unhealthy", within=300)
    with pytest.raises(TooLate, match="Its state now: unhealthy"):
        early.wait("healthy", within=1)
    # What is asked late hears of the past: the other's end and its new start are in it.
    for recording in (early.stop(), charts.record_health("w-app").stop()):
        what = [row[1] for row in recording.chart.table.rows]
        assert "healthy" not in what and "removed" not in what and what.count("started") == 1


def test_health_goes_on_with_the_container_that_has_the_name_now(sh: Shell) -> None:
    run = f"{_RUN} --health-interval 0.2s --health-retries 1 --name w-web --health-cmd"
    sh(f"{run} false drydock/busybox:1 sleep 600")
    recording = charts.record_health("w-web")
    recording.wait("unhealthy", within=300)
    sh("docker rename w-web w-web-old")
    sh(f"{run} true drydock/busybox:1 sleep 600")
    recording.wait("healthy", within=300)
    sh("docker rm --force w-web-old")
    with pytest.raises(TooLate, match="Its state now: healthy"):
        recording.wait("stopped", within=0.5)
    recording.stop()


def test_the_last_state_is_not_drawn_beyond_the_end_of_the_recording(
    sh: Shell, no_recorder_left: Callable[[], bool]
) -> None:
    sh(f"{_RUN} --name w-quiet drydock/busybox:1 sleep 600")
    recording = HealthRecording("w-quiet", os.environ["DOCKER_HOST"], at_most=0.5).begin()
    with pytest.raises(
        TooLate, match=r"w-quiet was not stopped when the recording ended\. Its last state: no healthcheck\."
    ):
        recording.wait("stopped", within=300)
    drawn = recording._timeline().now
    time.sleep(0.1)
    assert recording._timeline().now == drawn < time.time() - 0.1
    assert "ended early" not in recording.chart.says and no_recorder_left()


def test_a_container_that_can_not_start_has_not_failed_to_end(sh: Shell) -> None:
    sh("docker create --label w=1 --name w-bad drydock/busybox:1 /no/such/program")
    with pytest.raises(TooLate, match=r"^The recording ended early: .*no such file"):
        charts.record_memory("w-bad", start=True).wait_exit(within=20)
    sh(f"{_RUN} --name w-long drydock/busybox:1 sleep 600")
    with pytest.raises(TooLate, match=r"^w-long had not ended when the recording ended\.$"):
        charts.record_memory("w-long").stop().wait_exit(within=20)


def test_memory_is_recorded_up_to_the_kill(sh: Shell, no_recorder_left: Callable[[], bool]) -> None:
    sh(f"docker create --label w=1 --name w-hungry --memory 40m drydock/python:3 python3 -c '{_HUNGRY}'")
    with pytest.raises(NotThere, match=r"is created.*start=True"):
        charts.record_memory("w-hungry")
    memory = charts.record_memory("w-hungry", start=True)
    assert memory.wait_exit(within=120) == 137
    says = memory.chart.says
    assert "of 40MiB allowed" in says and "killed a process in it 1 time" in says and "OOMKilled: true" in says
    used = [float(row[2].removesuffix(" %")) for row in memory.chart.table.rows if row[2]]
    assert len(used) >= 4 and max(used) > 70 and used[0] < 40
    assert memory.is_over and no_recorder_left()


def test_a_killed_child_does_not_end_the_recording(sh: Shell) -> None:
    """The kernel kills one process; the container's main process lives on and ends with 0."""
    sh(
        "docker create --label w=1 --name w-parent --memory 40m drydock/busybox:1 "
        "sh -c 'tail /dev/zero; sleep 3; exit 0'"
    )
    memory = charts.record_memory("w-parent", start=True)
    assert memory.wait_exit(within=120) == 0
    assert "killed a process in it 1 time" in memory.chart.says
    assert "exit code 0; OOMKilled: true" in memory.chart.says


def test_cpu_shows_a_limit_that_holds(sh: Shell, no_recorder_left: Callable[[], bool]) -> None:
    sh(f"{_RUN} --name w-busy --cpus 0.1 drydock/busybox:1 sh -c 'while :; do :; done'")
    sh(f"{_RUN} --name w-idle drydock/busybox:1 sleep 600")
    cpu = charts.record_cpu("w-busy", "w-idle", seconds=5)
    cpu.show()
    assert cpu.is_over and no_recorder_left()
    assert 0.01 < cpu.mean["w-busy"] < 0.2
    assert cpu.mean["w-idle"] < 0.05
    row = next(row for row in cpu.chart.table.rows if row[0] == "w-busy")
    assert row[1] == "--cpus 0.1"
    throttled, periods = map(int, row[4].split("/"))
    assert 0 < throttled <= periods


def test_an_interrupted_wait_leaves_no_thread_and_no_connection(
    sh: Shell, no_recorder_left: Callable[[], bool]
) -> None:
    sh(f"{_RUN} --name w-web --health-cmd false --health-interval 60s drydock/busybox:1 sleep 600")
    before = _sockets()
    # A shell that starts tests in the background makes them ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    recording = charts.record_health("w-web")
    with pytest.raises(KeyboardInterrupt):
        threading.Timer(0.7, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        recording.wait("healthy", within=60)
    assert recording.is_over and no_recorder_left()
    memory = charts.record_memory("w-web")
    with pytest.raises(KeyboardInterrupt):
        threading.Timer(0.7, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        memory.wait_exit(within=60)
    assert no_recorder_left()
    assert _sockets() <= before


def _sockets() -> int:
    """How many sockets this process has open, without those that only garbage of earlier tests still holds."""
    gc.collect()
    found = 0
    for link in Path("/proc/self/fd").iterdir():
        # The folder's own file descriptor is in the list, and gone.
        with suppress(FileNotFoundError):
            found += link.readlink().name.startswith("socket:")
    return found


def test_a_program_with_a_forgotten_recording_ends(sh: Shell) -> None:
    sh(f"{_RUN} --name w-web drydock/busybox:1 sleep 600")
    code = "from grader.widgets import charts; charts.record_health('w-web'); charts.record_memory('w-web')"
    # A recording ends by itself after 900 seconds.
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)


def test_a_daemon_that_goes_away_is_said_in_the_chart() -> None:
    from grader.engines import best_engine

    with best_engine() as engine, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", engine.endpoint.host)
        client = engine.endpoint.client()
        client.containers.run("drydock/busybox:1", "sleep 600", name="w-web", detach=True)
        # It doesn't run: the daemon's last news is then not of it, and nobody asks a daemon that is going.
        client.containers.create("drydock/busybox:1", "true", name="w-idle")
        client.close()
        health, memory = charts.record_health("w-idle"), charts.record_memory("w-web")
        end = time.monotonic() + 60
        while health._stream is None or not memory._samples:
            assert time.monotonic() < end
            time.sleep(0.05)
        engine.stop()
        for recording in (health, memory):
            recording._thread.join(120)
            assert recording.is_over
    assert "went away" in health.chart.says
    assert "The recording ended early" in memory.chart.says
