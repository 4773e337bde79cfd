"""Where an engine's control groups are made on v2: files in a folder for the choice, a real hierarchy for the rules."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from grader.autograde.settings import Drydock
from grader.engines import Limits, cgroups, namespaces
from grader.engines.nsenter import Walls
from grader.engines.supervisor import Spec, Supervisor
from grader.sandbox import bounds

UNIFIED = Path("/sys/fs/cgroup/unified")


def tree(root: Path, **given: str) -> Path:
    """user.slice/user-0.slice/session-1.scope, with what each gives its children; returns the session's."""
    group = root
    for name, controllers in {"root": "", **given}.items():
        group = root if name == "root" else group / name
        group.mkdir(exist_ok=True)
        (group / "cgroup.subtree_control").write_text(controllers + "\n")
        if name != "root":
            (group / "cgroup.type").touch()
    (root / "cgroup.controllers").write_text("cpuset cpu io memory pids\n")
    return group


def test_a_session_that_gives_nothing_is_passed_by(tmp_path: Path) -> None:
    session = tree(tmp_path, user="cpu memory pids", user0="cpu memory pids", session="")
    assert cgroups.giving_place(session, tmp_path) == session.parent


def test_who_gives_processors_too_is_better(tmp_path: Path) -> None:
    session = tree(tmp_path, user="cpu memory pids", user0="memory pids", session="")
    assert cgroups.giving_place(session, tmp_path) == tmp_path / "user"


def test_the_topmost_group_can_give_what_it_has(tmp_path: Path) -> None:
    session = tree(tmp_path, user="", user0="", session="")
    assert cgroups.giving_place(session, tmp_path) == tmp_path
    assert cgroups.giving_place(tmp_path, tmp_path) == tmp_path


def test_where_nobody_gives_our_own_group_is_taken(tmp_path: Path) -> None:
    # As in a container, whose topmost group is like any other.
    session = tree(tmp_path, user="cpu", user0="pids", session="")
    (tmp_path / "cgroup.type").touch()
    assert cgroups.giving_place(session, tmp_path) == session
    assert cgroups.giving_place(session.parent.parent.parent, tmp_path) == tmp_path


@pytest.mark.parametrize("gone", [errno.ENOENT, errno.ENODEV])
def test_a_parent_that_another_engines_end_removes_meanwhile_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: int
) -> None:
    errors = [gone, gone, errno.EACCES]

    def inherit(_folder: Path) -> None:
        raise OSError(errors.pop(0), "")

    (tmp_path / "drydock").mkdir()
    (tmp_path / "drydock/cpuset.cpus").touch()
    monkeypatch.setattr(cgroups, "version", lambda: 1)
    monkeypatch.setattr(cgroups, "_inherit_cpuset", inherit)
    # What isn't that is no reason to try again.
    with pytest.raises(PermissionError):
        cgroups._make_group(tmp_path / "drydock" / "engine")
    assert not errors


def test_who_comes_in_too_late_makes_no_groups_anew(tmp_path: Path) -> None:
    """As a kernel that was being started when its worker and engine were killed: nobody would remove them again."""
    walls = Walls(os.getpid(), [str(tmp_path / "gone")], os.getuid(), [], "/home/student", "size=1m")
    late = subprocess.run(walls.command(["true"]), capture_output=True, text=True, check=False)
    assert late.returncode != 0
    assert "No such file" in late.stderr
    assert not list(tmp_path.iterdir())


def test_groups_that_were_made_when_the_rest_can_not_be_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = [tmp_path / "cpu/drydock/1a2b3c4d", tmp_path / "memory/drydock/1a2b3c4d"]

    def create(*_words: object, **_limits: object) -> NoReturn:
        groups[0].mkdir(parents=True)
        raise OSError(errno.ENOSPC, "no more groups")

    monkeypatch.setattr(cgroups, "groups_of", lambda _engine: groups)
    monkeypatch.setattr(cgroups, "create", create)
    folder = tmp_path / "1a2b3c4d"
    folder.mkdir()
    supervisor = Supervisor(
        Spec(str(folder), 0, 0, 0, map_options=[], outer_command=[], daemon_json={}, use_cgroups=True)
    )
    with pytest.raises(OSError, match="no more groups"):
        supervisor.start()
    supervisor.stop()
    assert not groups[0].exists() and not folder.exists()


def test_grading_says_which_limits_do_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "unheld", lambda: ())
    assert Drydock().unheld_limits("native") == ""
    monkeypatch.setattr(cgroups, "unheld", lambda: ("memory",))
    monkeypatch.setattr(namespaces, "_DATA_IN_MEMORY", False)
    assert "for memory, the daemon's disk (engine" in Drydock().unheld_limits("native")
    monkeypatch.setattr(namespaces, "_DATA_IN_MEMORY", True)
    assert "for memory, the number of processes (engine" in Drydock().unheld_limits("rootless")


IN_A_SESSION = """
mount -t cgroup2 none /sys/fs/cgroup
scope=/sys/fs/cgroup/drydock-test-$$
mkdir $scope
echo $$ > $scope/cgroup.procs
before=$(cat /sys/fs/cgroup/cgroup.subtree_control)
"$@"
code=$?
echo $$ > /sys/fs/cgroup/cgroup.procs
rmdir $scope
case " $before " in *" $CONTROLLER "*) ;; *) echo -$CONTROLLER > /sys/fs/cgroup/cgroup.subtree_control ;; esac
exit $code
"""

LIMITED = """
import os, subprocess, sys
from grader.engines import cgroups
cgroups._VITAL = (os.environ["CONTROLLER"],)
assert cgroups.version() == 2 and cgroups.unheld() == ()
sleeper = subprocess.Popen(["sleep", "600"])
(group,) = cgroups.create(f"test-{os.getpid()}", 1234, memory_bytes=None, pids=None, cpus=None)
try:
    (group / "cgroup.procs").write_text(str(sleeper.pid))
    cgroups.open_to_children([group])
    assert (group / "cgroup.procs").read_text() == ""
    child = group / "a-container"
    child.mkdir()
    assert any(file.name.startswith(cgroups._VITAL[0]) for file in child.iterdir()), list(child.iterdir())
    (child / "cgroup.procs").write_text(str(sleeper.pid))
finally:
    assert cgroups.remove([group])
    assert sleeper.wait() == -9
"""

ENGINE = """
import subprocess, sys
from grader.engines import cgroups, engine_named
assert cgroups.version() == 2
with engine_named("native") as engine:
    (group,) = engine.cgroups
    assert (group / "cgroup.procs").read_text() == "" and (group / "engine" / "cgroup.procs").read_text() != ""
    environment = {"DOCKER_HOST": engine.endpoint.host, "PATH": "/usr/bin:/bin"}
    subprocess.run(["docker", "run", "--rm", "drydock/busybox:1", "true"], env=environment, check=True)
    inside = subprocess.run(engine.confine(["cat", "/proc/self/cgroup"]), capture_output=True, text=True, check=True)
    assert f"{group.name}/student" in inside.stdout
assert not group.exists()
"""


@pytest.mark.daemon
@pytest.mark.skipif(os.geteuid() != 0 or not UNIFIED.is_dir(), reason="needs root, and a v2 hierarchy beside v1's")
@pytest.mark.parametrize("code", [LIMITED, ENGINE], ids=["limits", "engine"])
def test_from_a_session_that_holds_processes(code: str) -> None:
    """On this machine the memory is v1's; what is left for v2 obeys the same rules."""
    controllers = (UNIFIED / "cgroup.controllers").read_text().split()
    if not controllers:
        pytest.skip("v1 has all controllers")
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", IN_A_SESSION, "sh", sys.executable, "-c", code],
        env={**os.environ, "CONTROLLER": controllers[0]},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("wanted", "machine", "held"),
    [(4000, 2000, 1700), (4000, 8000, 4000), (4000, None, 4000), (None, 2000, None)],
)
def test_no_submission_may_have_all_of_a_small_machines_memory(
    wanted: int | None, machine: int | None, held: int | None
) -> None:
    assert Limits(memory_bytes=wanted, pids=7).on_machine(machine) == Limits(memory_bytes=held, pids=7)


def test_what_is_graded_has_that_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "machine_memory", lambda: {"MemTotal": 2_000_000_000})
    assert bounds.Bounds().limits_here().memory_bytes == 1_700_000_000
