"""Asks the Docker daemon whose socket is at /socket. Standard library only."""

import http.client
import json
import socket


class Daemon(http.client.HTTPConnection):
    """A connection to the socket."""

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(5)
        self.sock.connect("/socket/docker.sock")


def get(path):
    """The daemon's answer to GET path, read as JSON."""
    daemon = Daemon("docker")
    try:
        daemon.request("GET", path)
        answer = daemon.getresponse()
        body = json.load(answer)
    finally:
        daemon.close()
    if answer.status != 200:
        raise RuntimeError(f"GET {path}: {answer.status} {body}")
    return body
