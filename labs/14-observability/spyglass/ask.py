"""Sends one request to the lightship's daemon, and prints its answer: python3 ask.py METHOD PATH [JSON]"""

import sys

from daemon import Daemon

method, path, *body = sys.argv[1:]
daemon = Daemon("docker")
daemon.request(method, path, body[0] if body else None, {"Content-Type": "application/json"})
answer = daemon.getresponse()
print(answer.status, answer.read().decode().strip())
sys.exit(answer.status >= 400)
