"""A world for one experiment, in a host of its own: a Docker as it is, or one that is bent in one point.

``python3 -I -S -c THIS`` stands between the experiment and the host's daemon. The experiment's docker command talks to
a socket of this program's, which passes requests on, and changes those that the world's rules name. So the bend holds
for each way of asking: options, Compose, other clients. Standard library only, of Debian's smallest Python.

Variables: WORLD (JSON: rules, seconds), EXPERIMENT (the student's script). It prints that it
begins, and one line of JSON at the end.
"""

import json
import os
import re
import signal
import socket
import subprocess
import threading
from typing import IO, Any
from urllib.parse import parse_qsl, urlencode

REAL = "/var/run/docker.sock"
BENT = "/run/world.sock"
PLACE = "/tmp/experiment"
#: The user that experiments are run as: no right but that of asking the daemon.
USER = 1000
PIECE = 64 * 1024
#: Of what an experiment prints.
LONGEST = 64 * 1024
RULES: list[tuple[str, Any]] = []
#: The first line that it prints.
BEGUN = "begun"
hits = 0


class Replied(Exception):
    """A rule has answered in the daemon's place."""


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
    data = b"" if body is None else json.dumps({"message": body} if isinstance(body, str) else body).encode()
    kind = b"Content-Type: application/json\r\nApi-Version: 1.40\r\n"
    raise Replied(b"HTTP/1.1 %d Bent\r\n%bContent-Length: %d\r\n\r\n%b" % (status, kind, len(data), data))


def bent(method: str, target: str, data: bytes) -> tuple[str, bytes]:
    """A request as the world's rules want it. Raises Replied."""
    global hits
    path, _mark, asked = target.partition("?")
    version, path = re.fullmatch(r"(/v\d[\d.]*)?(.*)", path).groups()  # type: ignore[union-attr]
    for route, code in RULES:
        found = re.fullmatch(route, f"{method} {path}")
        if not found:
            continue
        query = dict(parse_qsl(asked, keep_blank_values=True))
        try:
            body = json.loads(data) if data else {}
        except ValueError:
            body = {}
        names: dict[str, Any] = {"path": path, "query": query, "body": body, "sh": sh, "reply": reply, "re": re}
        names |= {"id": found[1] if found.groups() else "", "host": (body or {}).get("HostConfig") or {}}
        before = json.dumps([path, query, body])
        exec(code, names)
        if json.dumps([names["path"], query, body]) != before:
            hits += 1
        path, asked = names["path"], urlencode(query)
        data = json.dumps(body).encode() if data else data
    return (version or "") + path + (f"?{asked}" if asked else ""), data


def serve(client: socket.socket) -> None:
    """One connection, request after request."""
    daemon = socket.socket(socket.AF_UNIX)
    daemon.connect(REAL)
    back = threading.Thread(target=copy, args=[daemon, client], daemon=True)
    back.start()
    source = client.makefile("rb")
    try:
        while line := source.readline():
            method, target, version = line.decode().split()
            head: list[bytes] = []
            while (one := source.readline()) not in (b"\r\n", b""):
                head.append(one)
            names = {one.partition(b":")[0].lower(): one.partition(b":")[2].strip() for one in head}
            data = source.read(int(names.get(b"content-length", 0)))
            try:
                target, data = bent(method, target, data)
            except Replied as answer:
                client.sendall(answer.args[0])
                continue
            head = [one for one in head if not one.lower().startswith(b"content-length:")]
            if b"content-length" in names:
                head.append(b"Content-Length: %d\r\n" % len(data))
            daemon.sendall(f"{method} {target} {version}\r\n".encode() + b"".join(head) + b"\r\n" + data)
            if b"upgrade" in names:
                pass_on(source, daemon)
            elif names.get(b"transfer-encoding") == b"chunked":
                pass_chunks(source, daemon)
    except (OSError, ValueError):
        pass
    finally:
        end(daemon)
        back.join()
        client.close()
        daemon.close()


def pass_on(source: Any, daemon: socket.socket) -> None:
    while data := source.read1(PIECE):
        daemon.sendall(data)


def pass_chunks(source: Any, daemon: socket.socket) -> None:
    while line := source.readline():
        size = int(line.split(b";")[0], 16)
        daemon.sendall(line + source.read(size + 2))
        if not size:
            return


def copy(daemon: socket.socket, client: socket.socket) -> None:
    try:
        while data := daemon.recv(PIECE):
            client.sendall(data)
    except OSError:
        pass
    end(client)


def end(side: socket.socket) -> None:
    try:
        side.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def welcome(door: socket.socket) -> None:
    while True:
        threading.Thread(target=serve, args=[door.accept()[0]], daemon=True).start()


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
    os.mkdir(PLACE)
    os.chown(PLACE, USER, USER)
    child = subprocess.Popen(
        ["sh", "-c", text, "experiment"],
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


def main() -> None:
    world, script = json.loads(os.environ.pop("WORLD")), os.environ.pop("EXPERIMENT")
    RULES.extend((route, compile(code, "rule", "exec")) for route, code in world["rules"])
    door = socket.socket(socket.AF_UNIX)
    door.bind(BENT)
    os.chmod(BENT, 0o666)
    door.listen(64)
    threading.Thread(target=welcome, args=[door], daemon=True).start()
    # What goes wrong from here on may be the student's doing.
    print(BEGUN, flush=True)
    print(json.dumps(experiment(script, world["seconds"])), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
