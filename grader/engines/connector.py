"""Makes TCP connections inside an engine's network namespace and hands them out.

Runs there (``Engine.enter``) as ``python connector.py FD`` with one end of a socket pair: a port number comes in,
a connected socket goes back (SCM_RIGHTS, unix(7)), or the text of an error. Standard library only.
"""

import socket
import sys


def serve(channel: socket.socket) -> None:
    """Answer until the other end closes."""
    while request := channel.recv(16):
        try:
            with socket.create_connection(("127.0.0.1", int(request)), timeout=5) as made:
                made.settimeout(None)
                socket.send_fds(channel, [b"ok"], [made.fileno()])
        except OSError as error:
            channel.send(f"no: {error.strerror or error}".encode())


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
