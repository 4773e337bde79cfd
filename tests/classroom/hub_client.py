"""A JupyterHub of a test's own, and what a browser would do on it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from grader.classroom.hub import proxy_program
from grader.classroom.places import ClassFolder
from grader.classroom.running import stop_all
from grader.engines.folders import runtime_folder
from grader.files import cache_folder
from grader.processes import children_of, command_line

_COURSE = Path(__file__).parents[2]

#: Long, as the machine may be busy.
PATIENCE = 300.0
TOKEN = "0123456789abcdef" * 2
PASSWORD = "sea" * 8
_OF_THE_HUB = re.compile(rb"configurable-http-proxy|class_service")
USERS = f"""
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {PASSWORD!r}
c.Authenticator.allow_all = True
"""
_CONFIG = """
from tornado.httpserver import HTTPServer
c = get_config()
HTTPServer.configure(None, max_body_size=65536)
c.JupyterHub.spawner_class = "grader.classroom.spawner.DrydockSpawner"
c.DrydockSpawner.folder = {folder!r}
c.DrydockSpawner.course = {course!r}
c.DrydockSpawner.disk_limit = "1G"
c.DrydockSpawner.mem_limit = "1G"
c.DrydockSpawner.pids_limit = 600
c.DrydockSpawner.poll_interval = 3
c.DrydockSpawner.start_timeout = 600
{users}
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.db_url = "sqlite:///{folder}/hub/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/hub/cookie_secret"
c.JupyterHub.cleanup_servers = False
c.JupyterHub.services = [
    dict(name="test", api_token={token!r}),
    dict(
        name="class",
        url="http://127.0.0.1:{page_port}",
        command=[{python!r}, "-m", "grader.classroom.class_service", {folder!r}],
        oauth_no_confirm=True,
    ),
]
c.Authenticator.admin_users = {{"teacher"}}
c.JupyterHub.load_roles = [
    dict(name="test", services=["test"], scopes=["admin:users", "admin:servers", "access:servers", "access:services"]),
    dict(name="user", scopes=["read:users!user", "users:activity!user", "servers!user", "access:servers!user"]),
]
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Hub:
    """A Hub with the real proxy, in ``folder``."""

    def __init__(self, folder: Path, course: Path, proxy: str, users: str = USERS, domain: str = "") -> None:
        self.folder = folder
        self.port, self.hub_port, self.proxy_port = free_port(), free_port(), free_port()
        #: As browsers know it.
        self.address = f"http://{domain or '127.0.0.1'}:{self.port}"
        if domain:
            users += f"c.JupyterHub.subdomain_host = {self.address!r}\n"
        (folder / "hub").mkdir(parents=True, exist_ok=True)
        self._config = folder / "hub/jupyterhub_config.py"
        self._settings = _CONFIG.format(
            folder=str(folder),
            course=str(course),
            proxy=proxy,
            port=self.port,
            hub_port=self.hub_port,
            proxy_port=self.proxy_port,
            token=TOKEN,
            users=users,
            python=sys.executable,
            page_port=free_port(),
        )
        self.configure()
        self._process: subprocess.Popen[bytes] | None = None

    def configure(self, more: str = "") -> None:
        """From its next start on it has these settings, too."""
        self._config.write_text(self._settings + more)

    @property
    def log(self) -> Path:
        return self.folder / "hub/hub.log"

    def start(self) -> None:
        # JupyterHub gives its proxy ten seconds and then up, however busy the machine is.
        for _attempt in range(8):
            if self._starts():
                return
            assert "Failed to start proxy" in self.log.read_text()[-5000:], self.log.read_text()[-5000:]
        raise AssertionError(self.log.read_text()[-5000:])

    def _starts(self) -> bool:
        with self.log.open("ab") as log:
            before = log.tell()
            self._process = subprocess.Popen(
                # As `drydock serve`: what was started in a script's background ignores SIGINT, by which the Hub asks
                # its services to end.
                ["env", "--default-signal=INT", sys.executable, "-m", "jupyterhub", "-f", str(self._config)],
                cwd=self.folder / "hub",
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            # Its API answers before its services run and the proxy knows the way to it: browsers come by the proxy.
            if b"JupyterHub is now running at" in self.log.read_bytes()[before:]:
                return True
            if self._process.poll() is not None:
                return False
            time.sleep(0.3)
        raise AssertionError(self.log.read_text()[-5000:])

    def end(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
            self._process = None

    def kill(self) -> None:
        """With its proxy and its service, which would stay, and without the gates."""
        assert self._process is not None
        others = [pid for pid in children_of(self._process.pid) if _OF_THE_HUB.search(command_line(pid))]
        for pid in (self._process.pid, *others):
            os.kill(pid, signal.SIGKILL)
        self._process.wait(60)
        self._process = None

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The Hub's REST API, as its administrator."""
        return request(f"http://127.0.0.1:{self.hub_port}/hub/api{path}", method, body)

    def begin(self, name: str) -> None:
        """Ask for a student's server."""
        with contextlib.suppress(urllib.error.HTTPError):
            self.ask("POST", f"/users/{name}")
        self.ask("POST", f"/users/{name}/server")

    def is_ready(self, name: str) -> bool:
        servers = self.ask("GET", f"/users/{name}")["servers"]
        return bool(servers and servers[""]["ready"])

    def await_server(self, name: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not (self.is_ready(name) and self._is_shown(name)):
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.2)

    def _is_shown(self, name: str) -> bool:
        """Whether the proxy leads there; a Hub that has come back knows of a server before its proxy does."""
        with contextlib.suppress(urllib.error.HTTPError):
            return "version" in request(f"http://127.0.0.1:{self.port}/user/{name}/api")
        return False

    def stop(self, name: str) -> None:
        self.ask("DELETE", f"/users/{name}/server")
        deadline = time.monotonic() + PATIENCE
        while self.ask("GET", f"/users/{name}")["servers"]:
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.1)

    def sh(self, name: str, script: str) -> str:
        """What a shell script in a notebook of this student's prints, by way of the proxy."""
        run = f"s.run(['bash', '-c', {script!r}], stdin=s.DEVNULL, stdout=s.PIPE, stderr=s.STDOUT, text=True)"
        return self.run(name, f"import subprocess as s\nprint({run}.stdout, end='')")

    def run(self, name: str, code: str) -> str:
        """What a notebook's cell prints."""
        base = f"http://127.0.0.1:{self.port}/user/{name}/api/kernels"
        kernel = request(base, "POST", {"name": "python3"})["id"]
        try:
            return asyncio.run(_run(f"{base.replace('http', 'ws', 1)}/{kernel}/channels", code))
        finally:
            request(f"{base}/{kernel}", "DELETE")


def request(url: str, method: str = "GET", body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {"Authorization": f"token {TOKEN}"}, method=method)
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def page(url: str, token: str = TOKEN) -> str:
    """What a browser with this token is shown, be it the Hub's word that it may not."""
    asked = urllib.request.Request(url, headers={"Authorization": f"token {token}"} if token else {})
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()


def sign_in(page: Page, name: str) -> None:
    """On the Hub's page for logging in, which is shown."""
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


async def _run(url: str, code: str) -> str:
    headers = {"Authorization": f"token {TOKEN}"}
    channel = await websocket_connect(HTTPRequest(url, headers=headers, connect_timeout=60))
    header = {"msg_id": uuid.uuid4().hex, "username": "", "session": uuid.uuid4().hex, "msg_type": "execute_request"}
    content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
    message = {"header": {**header, "version": "5.3"}, "parent_header": {}, "metadata": {}, "content": content}
    await channel.write_message(json.dumps({**message, "channel": "shell", "buffers": []}))
    said: list[str] = []
    while True:
        text = await asyncio.wait_for(channel.read_message(), PATIENCE)
        assert text is not None, "the server closed the channel"
        answer = json.loads(text)
        if answer["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        if answer["msg_type"] == "stream":
            said.append(answer["content"]["text"])
        elif answer["msg_type"] == "error":
            said.append("\n".join(answer["content"]["traceback"]))
        elif answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
            channel.close()
            return "".join(said)


@contextlib.contextmanager
def open_hub(users: str = USERS, course: Path = _COURSE, *, domain: str = "") -> Iterator[Hub]:
    """A Hub that runs, on the course; at the end nothing is left of it. ``users``: who may log in, as its settings.

    With a ``domain`` each server has a name below it, by which alone the proxy knows it.
    """
    proxy = proxy_program()
    assert proxy is not None, "scripts/setup tests"
    # Short, for the sockets' sake (unix(7)).
    folder = runtime_folder() / "class"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o711)
    # The course images are made once for all tests.
    (folder / "cache").symlink_to(cache_folder())
    hub = Hub(folder, course, proxy, users, domain)
    try:
        hub.start()
        yield hub
    finally:
        hub.end()
        stop_all(ClassFolder(folder))
        assert not [line for line in Path("/proc/mounts").read_text().splitlines() if str(folder) in line]
        shutil.rmtree(folder)
