"""Makes TCP sockets inside an engine's network namespace and hands them out.

Runs there (``Engine.enter``) as ``python connector.py FD`` with one end of a socket pair. ``connect PORT`` comes in and
a socket connected to localhost goes back (SCM_RIGHTS, unix(7)), for ``listen PORT`` one that listens there; or the text
of an error. A socket stays in the namespace it was made in, whoever uses it. Standard library only.
"""

import socket
import sys


def connect(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=5)
    made.settimeout(None)
    return made


def listen(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port), backlog=100)


WAYS = {"connect": connect, "listen": listen}


def serve(channel: socket.socket) -> None:
    """Answer until the other end closes."""
    while request := channel.recv(100):
        way, port = request.decode().split()
        try:
            with WAYS[way](int(port)) as made:
                socket.send_fds(channel, [b"ok"], [made.fileno()])
        except OSError as error:
            channel.send((error.strerror or str(error)).encode())


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
