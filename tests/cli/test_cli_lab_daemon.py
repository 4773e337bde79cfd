"""One student's day with the lab daemon, told in order."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import time
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

import docker
import pytest
from student_desk import Desk

from grader.checks import Checks
from grader.panel import parts
from grader.panel.feed import PanelFeed
from tests.engines.engine_tests import eventually

pytestmark = pytest.mark.daemon
_PAGE = "<h1>tiny</h1>\n"


def test_nothing_runs_yet(desk: Desk) -> None:
    assert desk.drydock("status").returncode == 1
    for words in (["env"], ["check", "00"]):
        done = desk.drydock(*words)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr == "Error: No lab daemon is running.\nNext: drydock up\n"
    assert desk.drydock("down").stdout == "No lab daemon was running.\n"


def test_up_twice_is_one_daemon(desk: Desk) -> None:
    first = desk.drydock("up")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("export DOCKER_HOST=unix://")
    assert desk.drydock("up").stdout == first.stdout == desk.drydock("env").stdout
    status = json.loads(desk.drydock("status", "--json").stdout)
    assert status["running"]
    assert status["shares"] == [str(desk.root / "workspace")]


def test_check_says_what_is_missing_then_that_it_is_done(desk: Desk) -> None:
    before = desk.drydock("check", "tiny")
    assert before.returncode == 1, before.stderr
    assert "00-tiny: 0 of 2 tasks passed, 0 of 5 points." in before.stdout
    # A kept wrong answer, as somebody gives it.
    assert desk.docker("run", "--name", "hello", "drydock/busybox:1", "true").returncode == 0
    wrong = desk.drydock("check", "tiny", "--task", "hello").stdout
    shown = re.search(r"Container hello is running\n(.*)\n  .*made from", wrong, re.DOTALL)
    assert shown is not None, wrong
    assert "      Another one: `true` ends at once, and a container ends with its command." in shown[1], wrong
    assert wrong.count("One way to get here: ") == 1
    (desk.root / "course.toml").write_text("why_wrong = false\n")
    assert "One way to get here" not in desk.drydock("check", "tiny", "--task", "hello").stdout
    (desk.root / "course.toml").unlink()
    assert desk.docker("rm", "--force", "hello").returncode == 0
    assert desk.docker("run", "-d", "--name", "hello", "drydock/busybox:1", "sleep", "600").returncode == 0
    after = desk.drydock("check", "tiny", "--task", "hello")
    assert after.returncode == 0, after.stdout
    assert "1 of 1 tasks passed, 2 of 2 points." in after.stdout
    assert "sleep 600" not in after.stdout
    assert "Passed before" not in after.stdout
    assert desk.docker("kill", "hello").returncode == 0
    gone = desk.drydock("check", "tiny", "--task", "hello").stdout
    assert "Passed before, and not now: hello. What grading finds: drydock check 00-tiny --fresh" in gone
    assert desk.docker("start", "hello").returncode == 0


def test_an_unknown_lab_or_task_is_said_with_those_that_exist(desk: Desk) -> None:
    lab = desk.drydock("check", "99")
    assert (lab.returncode, lab.stderr) == (3, "Error: There is no lab “99”.\nNext: Name one of: 00-tiny\n")
    task = desk.drydock("check", "00", "--task", "nope")
    assert task.returncode == 2
    assert "00-tiny has no task nope; it has: hello, site" in task.stderr


def test_the_workspace_can_be_mounted(desk: Desk) -> None:
    site = desk.root / "workspace" / "labs" / "00-tiny" / "site"
    site.mkdir(parents=True)
    (site / "index.html").write_text(_PAGE)
    done = desk.docker("run", "--rm", "-v", f"{site}:/www", "drydock/busybox:1", "cat", "/www/index.html")
    assert done.stdout == _PAGE, done.stderr


def test_a_check_looks_into_the_students_copy(desk: Desk) -> None:
    notebook = desk.root / "labs" / "00-tiny" / "00-tiny.ipynb"
    released = notebook.read_text()
    asked = "hello.is_running()"
    assert released.count(asked) == 1
    notebook.write_text(released.replace(asked, rf"t.folder(\"site\").exists()\n    {asked}"))
    try:
        done = desk.drydock("check", "tiny", "--task", "hello")
    finally:
        notebook.write_text(released)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The folder site exists" in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody else's engine makes files of root's")
def test_a_setuid_program_in_the_workspace_makes_nobody_root(desk: Desk) -> None:
    folder = desk.root / "workspace" / "trap"
    folder.mkdir(mode=0o755)
    shutil.copy("/usr/bin/id", folder)
    trap = "cp /trap/id /trap/whoami; chmod 4755 /trap/whoami; mkdir -m 777 /trap/open; touch /trap/open/file"
    assert desk.docker("run", "--rm", "-v", f"{folder}:/trap", "drydock/busybox:1", "sh", "-c", trap).returncode == 0
    assert (folder / "whoami").stat().st_mode & 0o4001 == 0o4001
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    assert desk.run([*nobody, "ls", str(desk.root)]).returncode == 0, "the stage: others may come this far"
    # By a shell: setpriv itself still has root's capabilities when it looks for a program.
    done = desk.run([*nobody, "sh", "-c", 'exec "$0" -u', str(folder / "whoami")])
    assert "Permission denied" in done.stderr and done.stdout != "0\n", done.stdout
    # A container's other users come to what is mounted, as ever.
    words = ["run", "--rm", "--user", "1234", "-v", f"{folder}:/trap", "drydock/busybox:1"]
    assert desk.docker(*words, "sh", "-c", "ls /trap/open && touch /trap/open/mine").stdout == "file\n"


def test_a_port_that_another_student_has_is_told_with_another_address(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In `status` and, when `docker run` was typed, in the panel; and there is the student's own page."""
    monkeypatch.setenv("DRYDOCK_RUNTIME", desk.environment["DRYDOCK_RUNTIME"])
    monkeypatch.setenv("DOCKER_HOST", shlex.split(desk.drydock("env").stdout)[1].removeprefix("DOCKER_HOST="))
    said: list[str] = []
    feed = PanelFeed(lambda overview: said.append(parts.status(overview).as_text()), lambda why, gone: said.append(why))
    feed.start()
    try:
        # The first student's page.
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert desk.docker("run", "-d", "--name", "second", "-p", f"{port}:80", "drydock/nginx:1").returncode == 0
            eventually(lambda: bool(said) and "is somebody else's" in said[-1])
            (address,) = set(re.findall(rf"http://127\.0\.0\.[0-9]+:{port}/", said[-1]))
            eventually(lambda: shows_nginx(address))
            assert address in desk.drydock("status").stdout
            # A check asks there, too.
            with Checks(os.environ["DOCKER_HOST"], deadline=300).task("page", hint="Look.") as t:
                t.container("second").answers_http(port, containing="nginx", within=100)
            status = json.loads(desk.drydock("status", "--json").stdout)
            assert f"http://{status['ports_elsewhere'][str(port)]}:{port}/" == address
            assert "in use" in status["refused_ports"][str(port)]
        desk.docker("rm", "-f", "second")
        eventually(lambda: "somebody else's" not in said[-1])
        eventually(lambda: "somebody else's" not in desk.drydock("status").stdout)
    finally:
        feed.close()


def test_a_killed_daemon_is_noticed_and_starts_again_on_its_data(desk: Desk) -> None:
    folder = Path(desk.environment["DRYDOCK_RUNTIME"]) / "lab"
    state = json.loads((folder / "state.json").read_text())
    for process in (state["supervisor"], state["pid1"]):
        os.kill(process, signal.SIGKILL)
    _wait_until_gone(state["pid1"])
    assert "has ended (killed, or the machine restarted)" in desk.drydock("status").stdout
    check = desk.drydock("check", "00")
    assert check.returncode == 3
    assert check.stderr.endswith("Next: drydock up\n")
    # What a killed daemon leaves: a socket file that nobody answers.
    assert (folder / "s" / "docker.sock").exists()
    up = desk.drydock("up")
    assert up.returncode == 0, up.stderr
    assert "starting it on its data" in up.stderr
    assert "hello" in desk.docker("ps", "-a", "--format", "{{.Names}}").stdout


def shows_nginx(address: str) -> bool:
    # Until it listens, a connection ends without an answer.
    with contextlib.suppress(OSError, HTTPException), urlopen(address, timeout=60) as page:
        return b"nginx" in page.read()
    return False


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return
        # The second where it goes between the file's opening and its reading.
        except (FileNotFoundError, ProcessLookupError):
            return
        time.sleep(0.02)
    pytest.fail(f"process {pid} was killed and still runs")


def test_reset_touches_nothing_but_the_lab_daemon(desk: Desk, daemon: docker.DockerClient) -> None:
    other = daemon.containers.create("drydock/busybox:1", name="not-the-labs")
    try:
        notebook = desk.root / "workspace" / "labs" / "00-tiny" / "00-tiny.ipynb"
        mine = json.loads((desk.root / "labs" / "00-tiny" / "00-tiny.ipynb").read_text())
        mine["cells"][0]["source"] = "my notes"
        notebook.write_text(json.dumps(mine))
        host = desk.drydock("env").stdout
        done = desk.drydock("reset", "00", "--notebook")
        assert done.returncode == 0, done.stderr
        (kept,) = notebook.parent.glob("00-tiny 2*.ipynb")
        assert f"Yours is kept: {kept}" in done.stdout
        assert json.loads(kept.read_text()) == mine
        assert notebook.read_bytes() == (desk.root / "labs" / "00-tiny" / "00-tiny.ipynb").read_bytes()
        assert (notebook.parent / "site" / "index.html").read_text() == _PAGE
        # Open notebooks and terminals go on with the address they know.
        assert desk.drydock("env").stdout == host
        assert desk.docker("ps", "-aq").stdout == ""
        assert "drydock/busybox:1" in desk.docker("images", "--format", "{{.Repository}}:{{.Tag}}").stdout
        other.reload()
    finally:
        other.remove()


def test_down_ends_it(desk: Desk) -> None:
    done = desk.drydock("down", "--forget")
    assert done.returncode == 0, done.stderr
    assert desk.drydock("env").returncode == 3
    assert not (Path(desk.environment["DRYDOCK_RUNTIME"]) / "lab").exists()
