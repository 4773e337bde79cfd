"""Where no container can run, nobody gets an engine: a real mount namespace without control groups, or without some."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from engine_tests import empty_at_the_end
from grading_course import LAB, SOLUTIONS, Course

from grader.checks.history import daemons_memory, is_ours
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.engines import canary, engine_named

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.deep,
    pytest.mark.skipif(os.geteuid() != 0, reason="makes mount namespaces"),
]

#: As inside `ip netns exec`, which mounts /sys anew: /sys/fs/cgroup is there, and empty.
EMPTY = "mount -t sysfs sysfs /sys"
#: Groups that look usable, and that runc has no use for.
HALF = """
mount -t tmpfs half /sys/fs/cgroup
mkdir /sys/fs/cgroup/pids /sys/fs/cgroup/systemd
mount -t cgroup -o pids half /sys/fs/cgroup/pids
mount -t cgroup -o none,name=systemd half /sys/fs/cgroup/systemd
"""
#: The daemon starts, and no container does, under any version of control groups.
NO_RUNTIME = 'mount --bind /bin/false "$(PATH=$PATH:/usr/sbin command -v runc)"'
NO_CONTAINER = "No container runs on this engine: "
needs_v1 = pytest.mark.skipif(not Path("/sys/fs/cgroup/pids").is_dir(), reason="a machine with cgroup v1")
DAMAGES = [
    pytest.param(EMPTY, "No control groups are mounted", id="empty"),
    pytest.param(NO_RUNTIME, NO_CONTAINER, id="runtime"),
    pytest.param(HALF, NO_CONTAINER, id="half", marks=needs_v1),
]


def drydock(damage: str, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    code = "from grader.cli import main; main()"
    return subprocess.run(
        ["unshare", "--mount", "sh", "-ec", f'{damage}\nexec "$@"', "sh", sys.executable, "-c", code, *words],
        capture_output=True, text=True, check=False, cwd=cwd, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize(("damage", "why"), DAMAGES)
def test_no_lab_daemon_starts_where_no_container_would(damage: str, why: str) -> None:
    with empty_at_the_end("canary"):
        done = drydock(damage, "up", "--engine", "native")
        assert done.returncode != 0
        assert why in done.stderr and "Traceback" not in done.stderr, done.stderr
        assert "drydock doctor" in done.stderr
        assert drydock("true", "status").returncode == 1
        drydock("true", "down", "--forget")


@pytest.mark.parametrize(("damage", "why"), DAMAGES)
def test_the_doctor_recommends_no_such_engine(damage: str, why: str) -> None:
    done = drydock(damage, "doctor", "--json")
    found = json.loads(done.stdout)
    (native,) = [engine for engine in found["engines"] if engine["kind"] == "native"]
    assert not native["works"] and why in native["reason"]
    assert found["best_engine"] != "native"
    assert "native ★" not in drydock(damage, "doctor").stdout


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("damage", "why"), DAMAGES)
def test_nothing_is_graded_on_it(damage: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # nbgrader starts alembic, by its name.
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    course = Course(tmp_path)
    course.release()
    course.hand_in("anna", course.answered(SOLUTIONS))
    done = drydock(damage, "grade", LAB, "--engine", "native", cwd=tmp_path)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode != 0
    assert why in said and "drydock doctor" in said and "Traceback" not in said, said
    assert not list(tmp_path.glob("autograded/anna"))
    with course.gradebook() as book:
        assert book.assignment_submissions(LAB) == []


@pytest.mark.timeout(600)
def test_nothing_is_proved_on_it(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.release()
    done = drydock(NO_RUNTIME, "author", "check", LAB, "--engine", "native", cwd=tmp_path)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode != 0
    assert NO_CONTAINER in said and "drydock doctor" in said and "Traceback" not in said, said


def test_of_the_canary_nothing_is_left_and_its_events_are_no_students() -> None:
    with engine_named("native") as engine:
        client = engine.endpoint.client()
        daemon = Daemon(Connection(engine.endpoint.host), Deadline(600))
        usage = client.df()
        assert client.containers.list(all=True) == [] and usage["Volumes"] == [] and not usage["BuildCache"]
        assert sorted(network.name for network in client.networks.list()) == ["bridge", "host", "none"]
        events = daemons_memory(daemon)
        assert {"create", "start", "die", "destroy", "connect"} <= {event["Action"] for event in events}
        assert all(is_ours(event, set()) for event in events), events
        # A student's first container is as it would have been.
        address = client.containers.run("drydock/busybox:1", ["hostname", "-i"], remove=True)
        assert address.split() == [b"172.17.0.2"]
        theirs = [event for event in daemons_memory(daemon) if not is_ours(event, set())]
        assert {"create", "connect", "die"} <= {event["Action"] for event in theirs}
        client.close()


def test_what_a_student_did_to_the_course_images_keeps_nobody_out() -> None:
    """On a kept engine: a name of the course's on something else, which has no such program."""
    with engine_named("native") as engine:
        client = engine.endpoint.client()
        client.images.get("drydock/nginx:1").tag("drydock/busybox", "1")
        nothing = client.api.import_image_from_data(b"\0" * 10240, repository="drydock/busybox", tag="1")
        assert "sha256" in nothing
        canary.prove(engine.endpoint)
        for image in client.images.list():
            client.images.remove(str(image.id), force=True)
        canary.prove(engine.endpoint)
        assert client.containers.list(all=True) == []
        client.close()
