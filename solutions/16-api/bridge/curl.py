"""A tiny curl: curl.py [-i] [-X METHOD] [-H 'NAME: VALUE'] [-d DATA] --unix-socket PATH URL …"""

import argparse
import http.client
import socket
import sys
import urllib.parse


class ThroughSocket(http.client.HTTPConnection):
    """HTTP, but what is connected to is a file: /var/run/docker.sock and the like."""

    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        if self.path.startswith("tcp://"):
            # An engine that has no socket on this machine.
            host, _colon, port = self.path.removeprefix("tcp://").rpartition(":")
            self.sock = socket.create_connection((host, int(port)), timeout=20)
            return
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.path)


def main():
    options = argparse.ArgumentParser(prog="curl")
    options.add_argument("-i", action="store_true", help="headers, too")
    options.add_argument("-s", action="store_true", help="says nothing of itself, as always here")
    options.add_argument("-X", metavar="METHOD", help="GET, POST, DELETE …")
    options.add_argument("-H", metavar="NAME: VALUE", action="append", default=[], help="one more header")
    options.add_argument("-d", metavar="DATA", help="send this (by POST)")
    options.add_argument("--unix-socket", metavar="PATH", help="connect to this file")
    options.add_argument("url", nargs="+")
    asked = options.parse_args()
    headers = dict(line.split(": ", 1) for line in asked.H)
    for url in asked.url:
        try:
            ask(asked, url, headers)
        except (OSError, http.client.HTTPException) as error:
            sys.exit(f"curl: {error}")


def ask(asked, url, headers):
    parts = urllib.parse.urlsplit(url)
    if asked.unix_socket:
        connection = ThroughSocket(asked.unix_socket)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=20)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    method = asked.X or ("POST" if asked.d else "GET")
    connection.request(method, target, asked.d.encode() if asked.d else None, headers)
    answer = connection.getresponse()
    if asked.i:
        print(f"HTTP/1.1 {answer.status} {answer.reason}")
        for name, value in answer.headers.items():
            print(f"{name}: {value}")
        print()
    text = answer.read().decode("utf-8", "replace").rstrip("\n")
    if text:
        print(text)


main()
