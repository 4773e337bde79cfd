"""Debian's dockerd as it is, started by hand in namespaces of its own so that it touches nothing of the machine's."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker

from grader import images
from grader.engines import cgroups

_API = "1.41"
_START_SECONDS = 60


@dataclass(frozen=True)
class PlainDocker:
    """``host`` is its DOCKER_HOST; ``pid`` a process in the network namespace where it publishes ports."""

    host: str
    pid: int

    def client(self) -> docker.DockerClient:
        return docker.DockerClient(base_url=self.host, timeout=120, version=_API)

    def load_images(self) -> None:
        """``docker load`` of every course image."""
        with closing(self.client()) as client:
            for archive in images.ensure().archives:
                with archive.open("rb") as stream:
                    client.images.load(stream)

    def wipe(self) -> None:
        """Take away what a student left, so that the next one finds the names free; the course images stay."""
        with closing(self.client()) as client:
            api = client.api
            for container in api.containers(all=True):
                api.remove_container(container["Id"], v=True, force=True)
            for network in api.networks():
                if network["Name"] not in ("bridge", "host", "none"):
                    api.remove_network(network["Id"])
            for volume in api.volumes()["Volumes"] or []:
                api.remove_volume(volume["Name"], force=True)
            course = {image.reference for image in images.manifest()}
            for image in api.images():
                names = set(image["RepoTags"] or [])
                if not names & course:
                    api.remove_image(image["Id"], force=True)
                for name in names - course if names & course else ():
                    api.remove_image(name)
            missing = course - {name for image in api.images() for name in image["RepoTags"] or []}
        if missing:
            self.load_images()


@contextmanager
def plain_docker(cgroup_parent: str = "") -> Iterator[PlainDocker]:
    """A running one, on an empty data-root. ``cgroup_parent``: the group its containers are put below."""
    folder = Path(tempfile.mkdtemp(prefix="dd-plain-", dir="/var/tmp"))
    parent = cgroup_parent or f"/{folder.name}"
    script = (
        "ip link set lo up; mount -t tmpfs tmpfs /run; "
        f"exec dockerd --data-root {folder}/data --exec-root {folder}/exec --pidfile {folder}/pid "
        f"--host unix://{folder}/docker.sock --cgroup-parent {parent} --log-level error"
    )
    namespaces = ["unshare", "--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child=KILL"]
    daemon = subprocess.Popen(
        [*namespaces, "--mount-proc", "sh", "-c", script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        found = PlainDocker(f"unix://{folder}/docker.sock", daemon.pid)
        _wait(found)
        yield found
    finally:
        daemon.kill()
        daemon.wait()
        if not cgroup_parent:
            cgroups.remove([*cgroups.ROOT.glob(f"*{parent}"), *cgroups.ROOT.glob(parent[1:])])
        shutil.rmtree(folder, ignore_errors=True)


def _wait(daemon: PlainDocker) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        try:
            with closing(daemon.client()) as client:
                client.ping()
        except (docker.errors.DockerException, OSError):
            time.sleep(0.01)
        else:
            return
    raise SystemExit("plain dockerd did not start")
