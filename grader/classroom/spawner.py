"""``DrydockSpawner``: a JupyterHub Spawner that starts each student's server inside an engine's walls.

In a jupyterhub_config.py of your own (the Hub runs as root):

    c.JupyterHub.spawner_class = "grader.classroom.spawner.DrydockSpawner"
    c.DrydockSpawner.course = "/srv/course"
    c.JupyterHub.cleanup_servers = False

docs/class-server.md has the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pwd
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

from jupyterhub import orm
from jupyterhub.spawner import Spawner
from jupyterhub.traitlets import ByteSpecification
from jupyterhub.utils import random_port
from sqlalchemy import event
from traitlets import Float, Integer, List, Set, Unicode, validate

from grader.classroom.declared_images import make_in_background
from grader.classroom.gate import Order
from grader.classroom.places import ClassFolder, checked_name
from grader.errors import ExpectedError
from grader.i18n import _
from grader.processes import start, start_time, state_of

#: Seconds that an end may take: the daemon's own, and the disk's.
_END_SECONDS = 120.0


class SpawnError(Exception):
    """JupyterHub shows ``jupyterhub_message`` on its page."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.jupyterhub_message = message


@event.listens_for(orm.Spawner.user_options, "set", retval=True)
def _nothing_kept(*_change: object) -> dict[str, object]:
    """Of what a request says of a server, which the Hub's database would keep, of any size, and give out with it."""
    return {}


def _shortened(_row: object, text: str | None, *_more: object) -> str | None:
    """As JupyterHub has declared it, which SQLite does not mind: a cookie of a student's has up to 64 KB."""
    return text and text[:255]


for _text in (orm.APIToken.session_id, orm.OAuthCode.session_id, orm.OAuthCode.code_challenge):
    event.listen(_text, "set", _shortened, retval=True)


class DrydockSpawner(Spawner):  # type: ignore[misc]  # JupyterHub has no types
    """Each student a JupyterLab, a Docker, a disk and a localhost of their own; see the module.

    The Hub must run as root. ``mem_limit`` and ``cpu_limit`` are JupyterHub's own settings and hold for the whole of a
    student's: server, kernels, daemon and containers.
    """

    folder = Unicode(
        "/srv/drydock", config=True, help="Where the class lies: students' disks, exchange, course images."
    )
    course = Unicode(config=True, help="The course's folder, with labs/ and course.toml. Its solutions stay unseen.")
    disk_limit = ByteSpecification(
        "10G", allow_none=True, config=True, help="Size of a student's disk. It grows with this, it never shrinks."
    )
    pids_limit = Integer(4096, allow_none=True, config=True, help="How many processes and threads a student may have.")
    images = List(Unicode(), config=True, help="Images besides the course's own that new students' Docker has.")
    stop_seconds = Float(1.0, config=True, help="Seconds that containers have at a server's end.")
    teachers = Set(
        Unicode(), config=True, help="Users whose server runs outside of the walls, as the machine's user of that name."
    )

    mem_limit = ByteSpecification("2G", allow_none=True, config=True, help="Memory that a student may have.")
    cpu_limit = Float(2.0, allow_none=True, config=True, help="Processors that a student may have.")
    start_timeout = Integer(600, config=True, help="Seconds. The first start of all makes the course images.")
    http_timeout = Integer(300, config=True, help="Seconds for JupyterLab to answer: it may be a busy machine.")
    poll_interval = Integer(5, config=True, help="Seconds until the Hub knows of a server that ended by itself.")
    env_keep = List(
        Unicode(), ["LANG", "LC_ALL", "TZ"], config=True, help="What of the Hub's environment a student's server has."
    )
    default_url = Unicode("/lab/tree/index.ipynb", config=True, help="The page of the course that opens first.")
    port = Integer(0)
    pid = Integer(0)
    _started = Unicode("")
    #: Once in the life of a Hub.
    _images_looked_for = False
    _process: subprocess.Popen[bytes] | None = None

    @validate("user_options")  # type: ignore[untyped-decorator]  # nor has traitlets here
    def _no_options(self, _proposal: object) -> dict[str, object]:
        """There are none to choose; nor is kept what a request says of some."""
        return {}

    # -- what JupyterHub remembers of a server while the Hub is down

    def load_state(self, state: dict[str, Any]) -> None:
        super().load_state(state)
        self.pid, self._started = state.get("pid", 0), state.get("started", "")

    def get_state(self) -> dict[str, Any]:
        state: dict[str, Any] = super().get_state()
        return {**state, "pid": self.pid, "started": self._started} if self.pid else state

    def clear_state(self) -> None:
        super().clear_state()
        self.pid, self._started, self._process = 0, "", None

    # -- its life

    async def start(self) -> tuple[str, int]:
        """Returns where the server listens, once it was started. Raises SpawnError."""
        self.port = self.port or random_port()
        self.ip = "127.0.0.1"
        try:
            if self.user.name in self.teachers:
                self.default_url = "/lab"
                self._note(self._start_teacher(self.user.name))
                return self.ip, self.port
            order = self._order()
        except ExpectedError as error:
            raise SpawnError(str(error), error.remedy) from None
        process = self._start_gate(order)
        self._note(process)
        assert process.stdout is not None
        line = await _first_line(process.stdout)
        answer = json.loads(line) if line else {"error": f"the gate ended without a word (gate.log of {order.name})"}
        if "error" in answer:
            raise SpawnError(str(answer["error"]), str(answer.get("remedy", "")))
        return self.ip, self.port

    def _order(self) -> Order:
        return Order(
            folder=str(Path(self.folder).resolve()),
            course=str(Path(self.course).resolve()),
            name=checked_name(self.user.name),
            port=self.port,
            arguments=self.get_args(),
            environment=self.get_env(),
            memory_bytes=self.mem_limit or None,
            cpus=self.cpu_limit or None,
            pids=self.pids_limit,
            disk_bytes=self.disk_limit or None,
            images=list(self.images),
            stop_seconds=self.stop_seconds,
        )

    def _start_gate(self, order: Order) -> subprocess.Popen[bytes]:
        place = ClassFolder(Path(order.folder))
        place.make()
        if not DrydockSpawner._images_looked_for:
            DrydockSpawner._images_looked_for = True
            make_in_background(place, Path(order.course))
        student = place.student(order.name)
        student.make()
        with student.log.open("wb") as log:
            process = start(
                "grader.classroom.gate", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=_PLAIN
            )
        assert process.stdin is not None
        # By a pipe, which nobody else reads: the server's token is in it.
        process.stdin.write(order.dump().encode())
        process.stdin.close()
        return process

    def _start_teacher(self, name: str) -> subprocess.Popen[bytes]:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            raise SpawnError(
                _("There is no user {name} on this machine.").format(name=name), f"adduser {name}"
            ) from None
        place = ClassFolder(Path(self.folder).resolve())
        place.make()
        place.give_exchange(account.pw_uid)
        place.also_called_as_in(Path(self.course).resolve())
        command = [sys.executable, "-m", "jupyterhub.singleuser", *self.get_args()]
        command.append(f"--ServerApp.root_dir={self.course}")
        environment = {
            **self.get_env(),
            "HOME": account.pw_dir,
            "USER": name,
            "LOGNAME": name,
            "SHELL": account.pw_shell,
            "PATH": f"{Path(sys.executable).parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "JUPYTER_CONFIG_PATH": ":".join(map(str, (place.teacher, *_TEACHERS_CONFIG))),
        }
        with (place.hub / f"{name}.log").open("wb") as log:
            try:
                return subprocess.Popen(
                    [*command, "--allow-root"] if account.pw_uid == 0 else command,
                    cwd=self.course,
                    env=environment,
                    user=account.pw_uid,
                    group=account.pw_gid,
                    extra_groups=os.getgrouplist(name, account.pw_gid),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            except PermissionError:
                # Below /root, say.
                raise SpawnError(
                    _("The account {name} can't run {program}: Drydock lies where it may not look.").format(
                        name=name, program=sys.executable
                    ),
                    f"namei -l {shlex.quote(sys.executable)}",
                ) from None

    def _note(self, process: subprocess.Popen[bytes]) -> None:
        self._process, self.pid, self._started = process, process.pid, start_time(process.pid) or ""

    async def poll(self) -> int | None:
        """None while it runs."""
        if self._process is not None:
            return self._process.poll()
        # A number alone may be another process's by now.
        runs = self.pid and start_time(self.pid) == self._started and state_of(self.pid) not in "ZX"
        return None if runs else 0

    async def stop(self, now: bool = False) -> None:
        """Ask it to end, and wait until it did."""
        if await self.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        for _look in range(int(_END_SECONDS / 0.1)):
            if await self.poll() is not None:
                return
            await asyncio.sleep(0.1)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


async def _first_line(pipe: IO[bytes]) -> bytes:
    """Its first line, or nothing; then it is closed.

    Not in a thread: the loop has a few for all, logins among them, and a gate may take minutes.
    """
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _protocol = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
    try:
        return await reader.readline()
    finally:
        transport.close()


_PACKAGE = Path(__file__).parents[1]
#: Without formgrader's tab, in which no page of a Hub may be shown (JupyterHub's frame-ancestors 'none'). Terminals
#: find the programs of this environment, as students' do.
_TEACHERS_CONFIG = (_PACKAGE / "classroom/teacher_config", _PACKAGE / "jupyter/config")
#: A gate's environment: none of the Hub's secrets.
_PLAIN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
