"""A way to the Docker API of a host, for a helper container of ours that sees the engine's processes.

``python3 -I -S -c THIS PID SOCKET PROGRAM [KNOWN]`` waits for a byte, connects to SOCKET of the host with this first
process, says in a line whether PROGRAM listens there, and then passes bytes on. Nothing of the host's is run or
imported: PROGRAM lies in this container, which nobody but us has touched, as in the host. KNOWN is the process that an
earlier call found to be a daemon, as that one said: it is not compared anew.
Standard library only, of Debian's smallest Python.
"""

import os
import socket
import struct
import sys

SECONDS = 5
PIECE = 1 << 20


def connected(first: str, place: str) -> socket.socket:
    """The host's links lead where they lead in the host, and nowhere else: its root is ours meanwhile."""
    here = os.open("/", os.O_PATH | os.O_DIRECTORY)
    daemon = socket.socket(socket.AF_UNIX)
    daemon.settimeout(SECONDS)
    os.chroot(f"/proc/{first}/root")
    try:
        daemon.connect(place)
    finally:
        os.fchdir(here)
        os.chroot(".")
        os.close(here)
    return daemon


def same(one: str, other: str) -> bool:
    with open(one, "rb", 0) as left, open(other, "rb", 0) as right:  # noqa: PTH123 - pathlib would take its time
        while True:
            piece = left.read(PIECE)
            if piece != right.read(PIECE):
                return False
            if not piece:
                return True


def read_link(place: str) -> str:
    return os.readlink(f"/proc/{place}")  # noqa: PTH115


def listener(daemon: socket.socket, first: str, wanted: str, known: str) -> str:
    """Who listens: "daemon" and which process, where it is the daemon's program, in this host; "stranger" and what.

    unix(7), SO_PEERCRED: the process that began to listen.
    """
    (pid, _user, _group) = struct.unpack("3i", daemon.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123
            # proc_pid_stat(5): the start is field 22, and the name before it may hold anything.
            process = f"{pid}:{int(file.read().rpartition(b')')[2].split()[19])}"
        if process == known:
            return f"daemon {process}"
        program, space, hosts = (read_link(f"{pid}/exe"), read_link(f"{pid}/ns/pid"), read_link(f"{first}/ns/pid"))
        if space != hosts:
            return f"stranger {program + ' of another container'!a}"
        return f"daemon {process}" if same(f"/proc/{pid}/exe", wanted) else f"stranger {program!a}"
    except OSError:
        return "stranger 'a program that has ended'"


def found(first: str, place: str, wanted: str, known: str) -> "tuple[str, socket.socket | None]":
    """What is there, in a word, and the connection."""
    try:
        daemon = connected(first, place)
    except ConnectionRefusedError:
        return "refused", None
    except (TimeoutError, BlockingIOError):
        return "silent", None
    except OSError:
        return "absent", None
    word = listener(daemon, first, wanted, known)
    return word, daemon if word.startswith("daemon") else None


def pass_on(source: int, target: int) -> None:
    try:
        while data := os.read(source, 1 << 16):
            while data:
                data = data[os.write(target, data) :]
    except OSError:
        pass


def main(first: str, place: str, wanted: str, known: str = "") -> None:
    os.read(0, 1)
    word, daemon = found(first, place, wanted, known)
    os.write(1, word.encode() + b"\n")
    if daemon is None:
        return
    daemon.setblocking(True)
    child = os.fork()
    if child == 0:
        pass_on(0, daemon.fileno())
        daemon.shutdown(socket.SHUT_WR)
        os._exit(0)
    pass_on(daemon.fileno(), 1)
    os.kill(child, 9)


if __name__ == "__main__":
    main(*sys.argv[1:])
