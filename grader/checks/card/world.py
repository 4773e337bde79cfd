"""A world for one experiment, in a host of its own: a Docker as it is, or one that is bent in one point.

It stands between the experiment and the host's daemon. The experiment's docker command talks to
a socket of this program's, which passes requests on, and changes those that the world's rules name. So the bend holds
for each way of asking: options, Compose, other clients. Standard library only, of Debian's smallest Python.

Whoever learns which world this is has told the two apart, so nothing but the daemon's answers may show it: what is bent
stands in a file that is gone before the experiment begins, both worlds read each request by the same code, and neither
lets an experiment become root of its host.

The file ABOUT has, as JSON: rules, bent (whether they are in force), seconds, experiment (the student's script). It
prints that it begins, and one line of JSON at the end.
"""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from typing import IO, Any
from urllib.parse import parse_qsl, urlencode

from grader.checks.card.policy import CLOSED, PLACE, STREAMED, too_much
from grader.checks.card.proxy import PIECE, Replied, answer, welcome

#: Only root may look into this folder, so nobody sees either how long what is in it is.
ABOUT = "/etc/docker/world.json"
BENT = "/run/world.sock"
#: The user that experiments are run as: no right but that of asking the daemon.
USER = 1000
#: Of what an experiment prints.
LONGEST = 64 * 1024
RULES: list[tuple[str, Any]] = []
#: Of fields that they look at.
NAMES: set[str] = set()
#: The first line that it prints.
BEGUN = "begun"
in_force = False
#: Rules wait no longer than until so much of the experiment's time is over: it still has to look what came of it. And
#: when that is.
PATIENCE = 0.75
late = 0.0
hits = 0


def sh(command: str, **variables: str) -> str:
    """What a command prints that asks the daemon itself."""
    global hits
    hits += 1
    done = subprocess.run(["sh", "-c", command], stdout=-1, stderr=-3, env={**os.environ, **variables}, check=False)
    return done.stdout.decode().strip()


def reply(status: int, body: Any = None) -> None:
    """End a request with this answer."""
    global hits
    hits += 1
    raise Replied(answer(status, body))


def asked_for(method: str, target: str, data: bytes) -> tuple[str, bytes]:
    """A request as the daemon shall get it: one that may be asked, and as the world's rules want it. Raises Replied.

    Whether rules are in force or not, those that name the request have it written anew.
    """
    path, _mark, asked = target.partition("?")
    version, path = re.fullmatch(r"(/v[\d.]+)?(.*)", path).groups()  # type: ignore[union-attr]
    # The daemon would read "%70lugins", and http://any/plugins, too.
    if not re.fullmatch(r"/[\w.:@/+-]*", path, re.ASCII):
        raise Replied(answer(400, "an experiment's request has a plain path"))
    body: Any = None
    try:
        body = json.loads(data) if data and not STREAMED.fullmatch(f"{method} {path}") else None
        wish = too_much(body, NAMES)
    except (ValueError, RecursionError, AttributeError, TypeError):
        raise Replied(answer(400, "what this request asks for can't be read")) from None
    if CLOSED.fullmatch(f"{method} {path}"):
        wish = path
    if wish:
        raise Replied(answer(403, f"an experiment needs no {wish}, and may not have it: the host is not yours"))
    if body is not None and not isinstance(body, dict):
        raise Replied(answer(400, "what this request asks for is no object"))
    for route, code in RULES:
        if found := re.fullmatch(route, f"{method} {path}"):
            path, asked, body = by_rule(code, found, path, asked, body)
    if body is not None:
        data = json.dumps(body).encode()
    return (version or "") + path + (f"?{asked}" if asked else ""), data


def by_rule(code: Any, found: "re.Match[str]", path: str, asked: str, body: Any) -> tuple[str, str, Any]:
    """Path, query and body after one rule. One that can't understand them leaves them as they are."""
    global hits
    query = dict(parse_qsl(asked, keep_blank_values=True))
    if body is not None and path == "/containers/create":
        body["HostConfig"] = body.get("HostConfig") or {}
    before = json.dumps([path, query, body])
    if in_force:
        wish = body if body is not None else {}
        names: dict[str, Any] = {"path": path, "query": query, "body": wish, "sh": sh, "reply": reply, "re": re}
        names |= {
            "time": time,
            "late": late,
            "id": found[1] if found.groups() else "",
            "host": wish.get("HostConfig", {}),
        }
        try:
            exec(code, names)
            path = names["path"]
        except Replied:
            raise
        except Exception:
            # What is wrong with such a request a daemon as it is says, too.
            path, query, body = json.loads(before)
        if json.dumps([path, query, body]) != before:
            hits += 1
    return path, urlencode(query), body


def read(pipe: IO[bytes], into: bytearray, child: subprocess.Popen[bytes]) -> None:
    while data := os.read(pipe.fileno(), PIECE):
        into += data
        if len(into) > LONGEST:
            kill(child)
            return


def kill(child: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except OSError:
        pass


def experiment(text: str, seconds: float) -> dict[str, Any]:
    """Run it as a user without rights, so long at most."""
    child = subprocess.Popen(
        # A container's root may leave a setuid program in a volume, which is a folder of this host's.
        ["setpriv", "--nnp", "sh", "-c", text, "experiment"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=PLACE,
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": PLACE,
            "DOCKER_HOST": f"unix://{BENT}",
            "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
            "BUILDKIT_PROGRESS": "quiet",
        },
        user=USER,
        group=USER,
        extra_groups=[],
        start_new_session=True,
    )
    assert child.stdout and child.stderr
    outputs = bytearray(), bytearray()
    readers = [
        threading.Thread(target=read, args=[pipe, into, child], daemon=True)
        for pipe, into in zip((child.stdout, child.stderr), outputs, strict=True)
    ]
    for reader in readers:
        reader.start()
    over = False
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        over = True
    kill(child)
    for reader in readers:
        reader.join(1)
    out, errors = (bytes(into[:LONGEST]).decode("utf-8", "replace") for into in outputs)
    return {"over": over, "out": out, "errors": errors, "hits": hits}


def prepare() -> None:
    """What an experiment sees of its host: its own folder, and no processes but its own."""
    os.mkdir(PLACE)
    memory = ["-t", "tmpfs", "-o", f"nosuid,nodev,mode=755,uid={USER},gid={USER}", "none", PLACE]
    for options in (memory, ["-o", "remount,nosuid,nodev,noexec,hidepid=2", "/proc"]):
        subprocess.run(["mount", *options], check=True)
    with open("/proc/mounts") as mounts:
        if not re.search(r"^proc /proc .*hidepid=(2|invisible)", mounts.read(), re.MULTILINE):
            raise OSError("processes can't be hidden here")


def main() -> None:
    global in_force, late
    with open(ABOUT) as file:
        world = json.load(file)
    os.unlink(ABOUT)
    in_force = world["bent"]
    for route, code in world["rules"]:
        RULES.append((route, compile(code, "rule", "exec")))
        NAMES.update(re.findall(r'"([A-Z][A-Za-z]+)"', code), ["HostConfig"])
    prepare()
    door = socket.socket(socket.AF_UNIX)
    door.bind(BENT)
    os.chmod(BENT, 0o666)
    door.listen(64)
    threading.Thread(target=welcome, args=[door, asked_for], daemon=True).start()
    # What goes wrong from here on may be the student's doing.
    print(BEGUN, flush=True)
    late = time.monotonic() + PATIENCE * world["seconds"]
    print(json.dumps(experiment(world["experiment"], world["seconds"])), flush=True)
    os._exit(0)
