"""The course's Binder image, and a container of it under the rules of Binder's pods, on a native engine."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import base_image
from outside import way_out

from grader.engines.folders import runtime_folder
from grader.engines.native import NativeEngine
from grader.engines.protocol import Engine
from grader.engines.relay import Connector, Relay

ROOT = Path(__file__).parents[2]
IMAGE = "drydock-binder"
REPO2DOCKER = "jupyter-repo2docker==2026.4.0"
#: The Hub's version in Zero to JupyterHub's chart that binder/values.yaml is for. Binder's sessions don't use it.
JUPYTERHUB = "5.5.0"
#: Where a student's copies lie in the image; in Kubernetes a volume.
WORKSPACE = "/home/jovyan/drydock/workspace"
MIB = 2**20
#: Control groups as a container sees its own, of either version.
_GROUPS = "/sys/fs/cgroup"
BASE_URL = "/user/visitor/"
_SETTINGS = (f"base_url={BASE_URL}", "token={token}", "trust_xheaders=True", "allow_origin=*", "allow_origin_pat=.*")
#: What mybinder.org gives a session: an ordinary user and 2 GiB. Kubernetes masks the same paths as Docker.
RULES = (
    "--user", "1000:1000", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
    "--memory", "2g", "--memory-swap", "2g", "--pids-limit", "4096",
)  # fmt: skip


@contextmanager
def builder() -> Iterator[Engine]:
    """A native engine whose data lies on the disk: what a container writes must not count as its memory."""
    folder = runtime_folder() / "binder"
    NativeEngine.forget(folder)
    engine = NativeEngine(images=False, folder=folder)
    try:
        engine.start()
        yield engine
    finally:
        engine.stop()
        NativeEngine.forget(folder)


def docker(engine: Engine, *words: str, timeout: float = 60) -> str:
    """What a docker command prints; its failure is the test's, with all it said."""
    command = ["docker", "--host", engine.endpoint.host, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def bring_base(engine: Engine) -> None:
    """Debian 13, by the name that the Dockerfile asks for."""
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "debian.tar"
        base_image.make(archive)
        base_image.bring(archive, engine.endpoint.host)


def build(engine: Engine) -> None:
    """As mybinder.org does it: by repo2docker. The build is given a way to Debian's and Python's packages."""
    gateway = docker(engine, "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}").strip()
    with way_out(engine) as port:
        proxy = f"http://{gateway}:{port}"
        options = [word for name in ("http_proxy", "https_proxy") for word in ("--build-arg", f"{name}={proxy}")]
        done = subprocess.run(
            [
                f"{sys.prefix}/bin/uv", "tool", "run", "--from", REPO2DOCKER, "repo2docker", "--no-run",
                "--user-name", "jovyan", "--user-id", "1000", "--image-name", IMAGE,
                "--build-arg", f"JUPYTERHUB={JUPYTERHUB}", *options, ".",
            ],
            cwd=ROOT,
            env={**os.environ, "DOCKER_HOST": engine.endpoint.host},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=2400,
            check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]


def carry(engine: Engine) -> None:
    """What a registry does to an image: its layers are packed and unpacked as new files."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
        archive = str(Path(scratch) / "image.tar")
        docker(engine, "save", "--output", archive, IMAGE, timeout=1500)
        docker(engine, "builder", "prune", "--all", "--force", timeout=300)
        docker(engine, "image", "rm", IMAGE, base_image.NAME, timeout=300)
        docker(engine, "load", "--input", archive, timeout=1500)


@dataclass(frozen=True)
class Session:
    """A container of the image, as BinderHub starts it for one visitor."""

    engine: Engine
    name: str
    port: int
    token: str

    @contextmanager
    def reachable(self) -> Iterator[None]:
        """Its port on this machine's localhost, as an engine's published ports are for students."""
        loop = asyncio.new_event_loop()
        connector = Connector(self.engine.enter)
        with tempfile.TemporaryDirectory() as scratch:
            relay = Relay(connector, Path(scratch) / "ports.json")
            loop.run_until_complete(relay.follow({self.port}))
            thread = threading.Thread(target=loop.run_forever, daemon=True)
            thread.start()
            try:
                yield
            finally:
                asyncio.run_coroutine_threadsafe(relay.follow(set()), loop).result()
                loop.call_soon_threadsafe(loop.stop)
                thread.join()
                connector.close()

    def link(self, page: str) -> str:
        """The address where Binder's link with this ``urlpath`` ends."""
        return f"http://127.0.0.1:{self.port}{BASE_URL}{page}?token={self.token}"

    def run(self, *words: str, timeout: float = 120) -> str:
        """What a command in it prints."""
        return docker(self.engine, "exec", self.name, *words, timeout=timeout)

    def fails(self, *words: str) -> bool:
        command = ["docker", "--host", self.engine.endpoint.host, "exec", self.name, *words]
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode != 0

    def status_of_process_1(self) -> Mapping[str, str]:
        """What the kernel says of its rights."""
        lines = self.run("cat", "/proc/1/status").splitlines()
        return {name: value.strip() for name, _colon, value in (line.partition(":") for line in lines)}

    def log(self) -> str:
        command = ["docker", "--host", self.engine.endpoint.host, "logs", self.name]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.stdout

    def wait_until_it_serves(self, seconds: float) -> float:
        """How long that took from the container's start."""
        container = self.engine.endpoint.client(timeout=seconds).containers.get(self.name)
        said = b""
        for chunk in container.logs(stream=True, follow=True):
            said += chunk
            if b"is running at" in said:
                break
        assert b"is running at" in said, said.decode(errors="replace")
        began = datetime.fromisoformat(container.attrs["State"]["StartedAt"][:26].rstrip("Z") + "+00:00")
        return time.time() - began.timestamp()

    def was_killed_for_memory(self) -> bool:
        """Whether the kernel ended any process in it for its limit."""
        text = self.run(
            "sh", "-c", f"cat {_GROUPS}/memory/memory.oom_control {_GROUPS}/memory.events 2>/dev/null; true"
        )
        kills = [int(line.split()[1]) for line in text.splitlines() if line.startswith("oom_kill ")]
        assert kills, "the kernel counts them in every version"
        return any(kills)

    def memory(self) -> Mapping[str, int]:
        """MiB: the most it ever took with cached files, what programs hold now, and what the large ones have."""
        text = self.run("sh", "-c", f"cat {_GROUPS}/memory.stat {_GROUPS}/memory/memory.stat 2>/dev/null; true")
        numbers = {key: int(value) for key, value in (line.split() for line in text.splitlines())}
        held = numbers.get("total_rss", numbers.get("anon", 0)) + numbers.get("total_shmem", numbers.get("shmem", 0))
        peaks = f"cat {_GROUPS}/memory/memory.max_usage_in_bytes {_GROUPS}/memory.peak 2>/dev/null; true"
        peak = int(self.run("sh", "-c", peaks).split()[0])
        processes = self.run("ps", "-e", "-o", "rss=,comm=", "--sort=-rss").splitlines()[:4]
        large = {line.split()[1]: int(line.split()[0]) // 1024 for line in reversed(processes)}
        return {"peak": peak // MIB, "held": held // MIB} | large


@contextmanager
def session(engine: Engine, image: str, *, cpus: str = "2") -> Iterator[Session]:
    """A session of one visitor, serving."""
    name, port, token = f"jupyter-{secrets.token_hex(3)}", free_port(), secrets.token_hex(16)
    # BinderHub's own launcher and arguments (binderhub/binderspawner_mixin.py and its chart's singleuser.cmd).
    launcher = "import os, sys; os.execvp('jupyter-lab', sys.argv)"
    arguments = [f"{app}.{setting}" for setting in _SETTINGS for app in ("--NotebookApp", "--ServerApp")]
    docker(
        engine, "run", "--detach", "--name", name, *RULES, "--cpus", cpus, "--publish", f"127.0.0.1:{port}:8888", image,
        "python3", "-c", launcher, "--ip=0.0.0.0", "--port=8888",
        *(argument.format(token=token) for argument in arguments),
    )  # fmt: skip
    running = Session(engine, name, port, token)
    try:
        print(f"JupyterLab served after {running.wait_until_it_serves(300):.1f} s")
        yield running
    finally:
        docker(engine, "rm", "--force", "--volumes", name)


@contextmanager
def new_volume(engine: Engine, image: str) -> Iterator[tuple[str, ...]]:
    """As Kubernetes mounts a claim for the first time: root's, empty, to be written to by the pod's group (fsGroup).
    Gives the words that put it where a student's copies lie."""
    name = docker(engine, "volume", "create").strip()
    # Docker would copy what the image has there; Kubernetes does not.
    mount = ("--mount", f"type=volume,source={name},target={WORKSPACE},volume-nocopy")
    try:
        docker(
            engine, "run", "--rm", "--user", "0:0", *mount, "--entrypoint", "sh", image,
            "-c", f"chgrp 1000 {WORKSPACE} && chmod 2775 {WORKSPACE}",
        )  # fmt: skip
        yield mount
    finally:
        docker(engine, "volume", "rm", name)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as made:
        return int(made.getsockname()[1])
