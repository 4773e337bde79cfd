"""The shorter way to a container's network (grader/engines/quick), without a daemon: that one is in the conformance."""

import json
import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

import grader.engines

QUICK = Path(grader.engines.__file__).parent / "quick"
HOOK = {"path": "/proc/336/exe", "args": ["libnetwork-setkey", "-exec-root=/run/docker", "7f", "c0"]}


@pytest.fixture
def runc(tmp_path):
    """Run quick/runc with these words; answers what the real one, found later in PATH, was called with."""
    real = tmp_path / "real/runc"
    real.parent.mkdir()
    real.write_text('#!/bin/sh\necho "$@"\nexit 7\n')
    real.chmod(0o755)

    def run(*words: str) -> str:
        path = f"{QUICK}:{real.parent}:{os.environ['PATH']}"
        done = subprocess.run(
            [QUICK / "runc", *words], env={"PATH": path}, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 7, done
        return done.stdout.strip()

    return run


def written(tmp_path: Path, config: dict) -> Path:
    bundle = tmp_path / "a bundle"
    bundle.mkdir()
    # As dockerd writes it.
    (bundle / "config.json").write_text(json.dumps(config, separators=(",", ":")))
    return bundle


@pytest.mark.parametrize("verb", ["create", "run"])
def test_the_hook_is_the_small_program_and_nothing_else_changes(runc, tmp_path, verb):
    config = {"process": {"args": ["true"]}, "hooks": {"prestart": [HOOK]}, "root": {"path": "rootfs"}}
    bundle = written(tmp_path, config)
    said = runc("--log", "x", verb, "--bundle", str(bundle), "c1")
    assert said == f"--log x {verb} --no-new-keyring --bundle {bundle} c1"
    config["hooks"]["prestart"][0] = {**HOOK, "path": str(QUICK / "setkey")}
    assert json.loads((bundle / "config.json").read_text()) == config


def test_what_a_user_writes_is_not_taken_for_the_hook(runc, tmp_path):
    hook = json.dumps(HOOK, separators=(",", ":"))
    config = {"process": {"env": [f"X={hook}", f"Y={hook[1:-1]}"]}, "hooks": {"prestart": [{**HOOK, "path": "/bin/x"}]}}
    bundle = written(tmp_path, config)
    runc("create", "--bundle", str(bundle), "c1")
    assert json.loads((bundle / "config.json").read_text()) == config


def test_other_commands_and_newer_daemons_are_left_alone(runc, tmp_path):
    assert runc("exec", "c1", "echo", "a  b") == "exec c1 echo a  b"
    bundle = written(tmp_path, {"process": {"args": ["true"]}})
    before = (bundle / "config.json").read_text()
    runc("create", "--bundle", str(bundle), "c1")
    assert (bundle / "config.json").read_text() == before


@pytest.mark.parametrize(("verb", "shown"), [("create", True), ("exec", True), ("start", False), ("delete", False)])
def test_only_what_becomes_a_process_in_a_container_has_a_view_of_its_own(tmp_path, verb, shown):
    """Others stay closed to everybody inside, and cost no mount namespace."""
    quick, tools = tmp_path / "quick", tmp_path / "tools"
    quick.mkdir()
    tools.mkdir()
    shutil.copy(QUICK / "runc", quick)
    (quick / "hidden").write_text("/usr/lib/loader.so\n/private\n")
    notes_of_the_daemon = tmp_path / "image"
    notes_of_the_daemon.mkdir()
    (quick / "covered").write_text(f"{notes_of_the_daemon}\n{tmp_path / 'not-there'}\n")
    for name, does in (
        ("unshare", 'echo "$0" "$1" >>"$NOTES"; shift 3; exec "$@"'),
        ("umount", 'echo "$0" "$@" >>"$NOTES"'),
        ("mount", 'echo "$0" "$@" >>"$NOTES"'),
        ("runc", 'echo "$0" "$@" >>"$NOTES"; exit 7'),
    ):
        (tools / name).write_text(f"#!/bin/sh\n{does}\n")
        (tools / name).chmod(0o755)
    notes = tmp_path / "notes"
    words = ["--root", "/run/moby", verb, "--log", "a  b", "c1"]
    environment = {"PATH": f"{quick}:{tools}:{os.environ['PATH']}", "NOTES": str(notes)}
    done = subprocess.run([quick / "runc", *words], env=environment, timeout=300, check=False)
    assert done.returncode == 7
    view = [
        f"{tools}/unshare --mount",
        f"{tools}/umount -l /usr/lib/loader.so /private",
        f"{tools}/mount --make-private /var/lib/docker",
        f"{tools}/mount -t tmpfs -o ro,mode=0 covered {notes_of_the_daemon}",
    ]
    view = view if shown else []
    if verb == "create":
        words.insert(3, "--no-new-keyring")
    assert notes.read_text().splitlines() == [*view, f"{tools}/runc {' '.join(words)}"]


@pytest.mark.parametrize("answer", ["success", "sandbox c0 is not there"])
def test_the_daemon_hears_of_the_network_namespace(tmp_path, answer):
    (tmp_path / "libnetwork").mkdir()
    heard = []
    with socket.socket(socket.AF_UNIX) as controller:
        controller.bind(str(tmp_path / "libnetwork/c0.sock"))
        controller.listen()

        def reply() -> None:
            connection, _ = controller.accept()
            with connection:
                heard.append(json.loads(connection.recv(1280)))
                connection.sendall(answer.encode())

        thread = threading.Thread(target=reply, daemon=True)
        thread.start()
        state = {"ociVersion": "1.1.0", "id": "7f", "status": "created", "pid": 4711, "bundle": "/b"}
        done = subprocess.run(
            [QUICK / "setkey", f"-exec-root={tmp_path}", "7f", "c0"],
            input=json.dumps(state, separators=(",", ":")), capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        thread.join(120)
    assert heard == [{"ContainerID": "7f", "Key": "/proc/4711/ns/net"}]
    assert (done.returncode, done.stderr.strip()) == ((0, "") if answer == "success" else (1, answer))
