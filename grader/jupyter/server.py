"""One JupyterLab server for one user's labs: start it, wait until it answers, find a running one again."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from grader import extras
from grader.errors import ExpectedError
from grader.i18n import _
from grader.locks import locked
from grader.processes import lives

_CONFIG = Path(__file__).parent / "config"
#: Where the kernel of the name that all notebooks ask for is one of ours.
_DATA = Path(__file__).parent / "data"
#: Seconds until a server that was just started must answer; a cold disk needs about ten.
START_SECONDS = 90.0
FIRST_PORT = 8888
_PORTS_TO_TRY = 50


class JupyterError(ExpectedError):
    """JupyterLab can't be started. ``str()`` is one sentence; ``remedy`` the next command."""


@dataclass(frozen=True)
class Server:
    """A running server as its own information file describes it."""

    pid: int
    url: str
    token: str
    root: Path

    def link(self, notebook: Path) -> str:
        """The address that opens ``notebook`` (a path in the server's folder)."""
        tree = quote(notebook.relative_to(self.root).as_posix())
        return f"{self.url}lab/tree/{tree}?token={self.token}"

    def answers(self, timeout: float = 5.0) -> bool:
        """Whether it is really this server that answers there, and not another that got its port."""
        request = Request(f"{self.url}api/status", headers={"Authorization": f"token {self.token}"})
        try:
            # A proxy that the environment names can't reach this machine's own localhost.
            with build_opener(ProxyHandler({})).open(request, timeout=timeout) as reply:
                return bool(reply.status == 200)
        except (URLError, OSError, ValueError, HTTPException):
            return False


def running(runtime: Path) -> Server | None:
    """The server that was started with this ``runtime`` folder and still answers, or None.

    Information files of servers that were killed are removed.
    """
    for file in sorted(runtime.glob("jpserver-*.json")):
        server = _read(file)
        if server is not None and server.answers():
            return server
        if server is None or not lives(server.pid):
            file.unlink(missing_ok=True)
    return None


def _read(file: Path) -> Server | None:
    try:
        info = json.loads(file.read_text())
        return Server(int(info["pid"]), str(info["url"]), str(info["token"]), Path(info["root_dir"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def find_or_start(
    root: Path, runtime: Path, environment: Mapping[str, str]
) -> tuple[Server, subprocess.Popen[bytes] | None]:
    """The server that runs already, or a new one on ``root`` with its process, once it answers.

    A new one is the caller's child and ends with it on a terminal's Ctrl-C. Raises JupyterError.
    """
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A second start waits for the first, then finds its server.
    with locked(runtime / "lock"):
        found = running(runtime)
        if found is None:
            return _start(root, runtime, environment)
        if found.root != root:
            raise JupyterError(
                _("JupyterLab runs already, on another folder: {folder}.").format(folder=found.root),
                _("Close it (Ctrl-C where it was started, or: kill {pid}), then run this again.").format(pid=found.pid),
            )
        return found, None


def _start(root: Path, runtime: Path, environment: Mapping[str, str]) -> tuple[Server, subprocess.Popen[bytes]]:
    if missing := extras.absent("jupyterlab"):
        raise missing
    log = runtime / "jupyter.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(root),
            cwd=root,
            env={**_environment(environment), "JUPYTER_RUNTIME_DIR": str(runtime)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        return _wait_for(process, runtime / f"jpserver-{process.pid}.json", log), process
    except BaseException:
        process.terminate()
        process.wait()
        raise


def _wait_for(process: subprocess.Popen[bytes], file: Path, log: Path) -> Server:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise JupyterError(_("JupyterLab did not start: {why}").format(why=_last_line(log)), f"less '{log}'")
        server = _read(file)
        if server is not None and server.answers(timeout=1.0):
            return server
        time.sleep(0.1)
    raise JupyterError(
        _("JupyterLab did not answer within {seconds:.0f} s.").format(seconds=START_SECONDS), f"less '{log}'"
    )


def _command(root: Path) -> list[str]:
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={FIRST_PORT}",
        f"--ServerApp.port_retries={_PORTS_TO_TRY}",
        f"--ServerApp.root_dir={root}",
        # Files of docker's build contexts begin with a dot: .dockerignore.
        "--ContentsManager.allow_hidden=True",
    ]
    return [*command, "--allow-root"] if os.geteuid() == 0 else command


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
    config = [str(_CONFIG), *filter(None, [inherited.get("JUPYTER_CONFIG_PATH")])]
    return {
        **inherited,
        # `drydock`, `nbgrader` and the right `python` for notebooks' ! commands and terminals.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{inherited.get('PATH', os.defpath)}",
        # A kernel of the same name in the user's home may belong to another Python.
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_CONFIG_PATH": os.pathsep.join(config),
        "JUPYTER_PATH": os.pathsep.join([str(_DATA), *filter(None, [inherited.get("JUPYTER_PATH")])]),
        "JUPYTER_TOKEN": secrets.token_hex(24),
        **environment,
    }


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else _("it said nothing")
