"""HTTP over Docker's socket by hand: the few lines that lab 16 needs, and no more."""

import json
import os
import socket


def connect():
    """A connection to the daemon that DOCKER_HOST names."""
    place = os.environ["DOCKER_HOST"]
    if place.startswith("unix://"):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(place.removeprefix("unix://"))
    else:
        host, _colon, port = place.removeprefix("tcp://").rpartition(":")
        connection = socket.create_connection((host, int(port)))
    connection.settimeout(20)
    return connection


def send(connection, method, path, body=None, *headers):
    """Send a request, with the body as JSON."""
    data = b"" if body is None else json.dumps(body).encode()
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: docker",
        "Content-Type: application/json",
        f"Content-Length: {len(data)}",
        *headers,
        "",
        "",
    ]
    connection.sendall("\r\n".join(lines).encode() + data)


def head(connection):
    """The answer's status and headers; what comes after them is still to be read."""
    text = b""
    while not text.endswith(b"\r\n\r\n"):
        piece = connection.recv(1)
        if not piece:
            break
        text += piece
    return text.decode()


def exactly(connection, size):
    """So many bytes; fewer if the other side has ended the connection."""
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            break
        data += piece
    return data


def call(method, path, body=None):
    """A request whose answer is JSON, on a connection of its own."""
    with connect() as connection:
        send(connection, method, path, body, "Connection: close")
        status = head(connection).splitlines()[0]
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    if not status.split()[1].startswith("2"):
        raise OSError(f"{status}: {answer.decode()}")
    return json.loads(answer) if answer else None
