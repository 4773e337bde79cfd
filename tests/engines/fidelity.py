"""Questions to a Docker Engine, each with all that it answers: what test_fidelity.py asks two engines and compares.

An answer is any JSON; what must vary from daemon to daemon (IDs, times, addresses, its own paths) is made the same, so
that what is left over is a difference that a student could see.
"""

from __future__ import annotations

import io
import re
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import docker
from docker.errors import APIError, NotFound

BUSYBOX = "drydock/busybox:1"
#: Of what a question makes.
NAME = "fidelity"
Ask = Callable[[docker.DockerClient], Any]
QUESTIONS: dict[str, Ask] = {}

#: Figures of the moment, and names that a daemon makes up: they differ from run to run on one daemon, too.
_VARY = {
    "Pid", "PID", "SandboxID", "SandboxKey", "EndpointID", "LogPath", "ResolvConfPath", "HostnamePath", "HostsPath",
    "SystemTime", "NFd", "NGoroutines", "NEventsListener", "ID", "Created", "CreatedAt", "Containers", "Images",
    "ContainersRunning", "ContainersStopped", "ContainersPaused", "LayersSize", "BuildTime", "LastTagTime",
    # The plain one runs in namespaces of its own, and says so.
    "OperatingSystem",
}  # fmt: skip
_SAME = (
    (re.compile(r"(?<!sha256:)\b[0-9a-f]{64}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "<short id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)"), "<time>"),
    (re.compile(r"\b(172|192|10)\.\d+\.\d+\.\d+\b"), "<address>"),
    (re.compile(r"\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b"), "<mac>"),
)


_END = "and that was all"


def question(ask: Ask) -> Ask:
    QUESTIONS[ask.__name__] = ask
    return ask


@dataclass(frozen=True)
class Difference:
    """One place in an answer where two daemons say different things; a missing place is None."""

    place: str
    ours: Any
    plain: Any


def answer(name: str, client: docker.DockerClient) -> dict[str, Any]:
    """What this daemon answers, by place ("container/HostConfig/Privileged"). An error is an answer, too."""
    for tries_left in reversed(range(5)):
        try:
            said = QUESTIONS[name](client)
        except WordsLost:
            if not tries_left:
                raise
            continue
        except APIError as error:
            said = {"error": [error.status_code, error.explanation]}
        break
    root = client.info()["DockerRootDir"]
    return {f"{name}{place}": value for place, value in _flat(said, root)}


def differences(ours: Mapping[str, Any], plain: Mapping[str, Any]) -> list[Difference]:
    places = sorted({*ours, *plain})
    return [Difference(at, ours.get(at), plain.get(at)) for at in places if ours.get(at) != plain.get(at)]


def _flat(said: Any, root: str) -> Iterator[tuple[str, Any]]:
    if isinstance(said, Mapping):
        for key, value in said.items():
            if key not in _VARY:
                # A network's containers are listed by their ID.
                yield from ((f"/{_made_same(str(key), root)}{place}", what) for place, what in _flat(value, root))
        if said:
            return
    if isinstance(said, list):
        yield "", [_made_same(str(one), root) for one in said]
    else:
        yield "", _made_same(said, root) if isinstance(said, str) else said


def _made_same(text: str, root: str) -> str:
    text = text.replace(root, "<data-root>")
    for pattern, same in _SAME:
        text = pattern.sub(same, text)
    return text


# -- what the questions share


class WordsLost(Exception):
    """A daemon gives up a container's last words two seconds after its end, as a busy machine's does at times."""


def inside(client: docker.DockerClient, script: str, **options: Any) -> list[str]:
    """What a container prints that runs this, a line each."""
    # docker-py's own waiting reads the log when the container is gone, and at times only a part of it.
    container = client.containers.run(BUSYBOX, ["sh", "-c", f"( {script} ) 2>&1; echo {_END}"], detach=True, **options)
    try:
        container.wait()
        said, end, _rest = container.logs().decode().rpartition(_END)
        if not end:
            raise WordsLost(script)
        return said.splitlines()
    finally:
        container.remove(force=True, v=True)


def run_in(container: Any, command: list[str], **options: Any) -> list[Any]:
    """The exit code and the output of `docker exec`; tests/whole_outputs.py sees to it that nothing of it is lost."""
    code, output = container.exec_run(command, **options)
    return [code, output.decode()]


def refused(call: Callable[[], Any]) -> list[Any]:
    """The daemon's refusal, or "done"."""
    try:
        call()
    except APIError as error:
        return [error.status_code, error.explanation]
    return ["done"]


class Running:
    """A container that sleeps, and is gone afterwards."""

    def __init__(self, client: docker.DockerClient, **options: Any) -> None:
        wanted: dict[str, Any] = {"command": ["sleep", "1d"], "init": True, "detach": True, **options}
        self.container = client.containers.run(BUSYBOX, **wanted)

    def __enter__(self) -> Any:
        return self.container

    def __exit__(self, *_what: object) -> None:
        self.container.remove(force=True, v=True)


@contextmanager
def on_network(client: docker.DockerClient, **options: Any) -> Iterator[Any]:
    """A network of this name, gone afterwards."""
    made = client.networks.create(NAME, **options)
    try:
        yield made
    finally:
        made.remove()


def until[T](look: Callable[[], T], good: Callable[[T], bool]) -> T:
    """What is seen as soon as it is good, or at last."""
    for _try in range(300):
        seen = look()
        if good(seen):
            break
        time.sleep(0.1)
    return seen


def run_refused(client: docker.DockerClient, **options: Any) -> Any:
    """The daemon's refusal of a `docker run`, or "done"; nothing of it is left."""
    name = f"{NAME}-refused"
    try:
        return refused(
            lambda: client.containers.run(BUSYBOX, "true", name=name, detach=True, **options).wait(timeout=60)
        )
    finally:
        with suppress(NotFound):
            client.containers.get(name).remove(force=True, v=True)


# -- the daemon


@question
def info(client: docker.DockerClient) -> Any:
    return client.info()


@question
def version(client: docker.DockerClient) -> Any:
    return client.version()


@question
def networks(client: docker.DockerClient) -> Any:
    return {one.name: one.attrs for one in client.networks.list()}


@question
def image(client: docker.DockerClient) -> Any:
    inspected = client.images.get(BUSYBOX)
    return {"attrs": inspected.attrs, "history": [line["CreatedBy"] for line in inspected.history()]}


# -- containers


@question
def inspect(client: docker.DockerClient) -> Any:
    with Running(client, name="fidelity", ports={"80/tcp": None}, environment={"A": "1"}) as container:
        container.reload()
        return container.attrs


@question
def limited(client: docker.DockerClient) -> Any:
    options = {"mem_limit": "64m", "nano_cpus": 500_000_000, "pids_limit": 50, "cap_drop": ["ALL"], "read_only": True}
    with Running(client, **options) as container:
        container.reload()
        return {
            "settings": container.attrs["HostConfig"],
            "written": container.exec_run("touch /here").exit_code,
            "rights": run_in(container, ["grep", "CapEff", "/proc/self/status"])[1],
            "processes": run_in(
                container, ["sh", "-c", "i=0; while [ $i -lt 60 ]; do sleep 9 & i=$((i+1)); done; echo all"]
            )[1][-60:],
        }


@question
def killed_for_memory(client: docker.DockerClient) -> Any:
    script = "i=0; x=x; while [ $i -lt 30 ]; do x=$x$x; i=$((i+1)); done"
    container = client.containers.create(BUSYBOX, ["sh", "-c", script], mem_limit="16m", memswap_limit="16m")
    try:
        container.start()
        code = container.wait(timeout=60)["StatusCode"]
        state = until(lambda: client.api.inspect_container(container.id)["State"], lambda one: one["OOMKilled"])
        return {"code": code, "killed": state["OOMKilled"]}
    finally:
        container.remove(force=True)


@question
def ends(client: docker.DockerClient) -> Any:
    """Exit codes and the daemon's words, for what can go wrong at the start and at the end."""
    said: dict[str, Any] = {}
    for name, command in {"3": ["sh", "-c", "exit 3"], "127": ["nothing-here"], "126": ["/etc"]}.items():
        container = client.containers.create(BUSYBOX, command)
        said[name] = {"start": refused(container.start), "state": None}
        if said[name]["start"] == ["done"]:
            container.wait(timeout=60)
        container.reload()
        state = container.attrs["State"]
        said[name]["state"] = [state["Status"], state["ExitCode"], state["Error"]]
        container.remove(force=True)
    with Running(client) as container:
        # Before its program is there, a signal finds the runtime's own.
        until(lambda: str(container.top(ps_args="-eo pid,comm")["Processes"]), lambda all_: "sleep" in all_)
        container.stop(timeout=60)
        container.reload()
        said["stopped"] = [container.status, container.attrs["State"]["ExitCode"]]
        container.start()
        container.kill()
        said["killed"] = container.wait(timeout=60)["StatusCode"]
    return said


@question
def restarted(client: docker.DockerClient) -> Any:
    policy = {"Name": "on-failure", "MaximumRetryCount": 2}
    container = client.containers.run(BUSYBOX, ["sh", "-c", "exit 4"], detach=True, restart_policy=policy)
    try:
        for _try in range(600):
            container.reload()
            if container.attrs["RestartCount"] == 2 and container.status == "exited":
                break
            time.sleep(0.1)
        return [container.status, container.attrs["RestartCount"], container.attrs["State"]["ExitCode"]]
    finally:
        container.remove(force=True)


@question
def exec_logs_top(client: docker.DockerClient) -> Any:
    with Running(client, command=["sh", "-c", "echo out; echo err >&2; exec sleep 1d"]) as container:
        for _try in range(100):
            if len(container.logs().splitlines()) == 2:
                break
            time.sleep(0.1)
        ran = container.exec_run(["sh", "-c", "echo o; echo e >&2; exit 5"], demux=True, workdir="/tmp", user="1000")
        return {
            "stdout": container.logs(stderr=False).decode(),
            "stderr": container.logs(stdout=False).decode(),
            "exec": [ran.exit_code, *((part or b"").decode() for part in ran.output)],
            "unknown": container.exec_run(["nothing-here"]).exit_code,
            "top": sorted(line[-1] for line in container.top(ps_args="-eo pid,comm")["Processes"]),
            "stats": sorted(container.stats(stream=False)),
        }


@question
def files(client: docker.DockerClient) -> Any:
    """cp both ways, diff, export, commit."""
    with Running(client) as container:
        container.put_archive("/tmp", tar({"note": b"hello"}, uid=4711))
        stream, about = container.get_archive("/tmp/note")
        (member,) = members(stream)
        owner = run_in(container, ["stat", "-c", "%u %a", "/tmp/note"])[1]
        made = container.commit("fidelity-copy", changes=["ENV B=2"])
        try:
            return {
                "owner": owner,
                "member": [member.name, member.uid, oct(member.mode), member.size],
                "about": [about["name"], about["size"], about["linkTarget"]],
                "diff": sorted(f"{change['Kind']} {change['Path']}" for change in container.diff()),
                "exported": "tmp/note" in {one.name for one in members(container.export())},
                "committed": [made.attrs["Config"]["Env"], len(made.attrs["RootFS"]["Layers"])],
                "ghost": refused(lambda: container.get_archive("/nowhere")),
            }
        finally:
            client.images.remove("fidelity-copy")


@question
def events(client: docker.DockerClient) -> Any:
    since = int(time.time())
    with Running(client, name="watched") as container:
        container.exec_run(["true"])
        container.stop(timeout=60)
    seen = client.events(since=since, until=int(time.time()) + 3, decode=True, filters={"container": "watched"})
    # Of `die` and `stop`, and of `exec_die` and what follows, either may come first: dockerd tells of a process's end
    # where it waits for it, and of a request's where it answers.
    return sorted(event["Action"] for event in seen)


# -- what is inside


@question
def seen_inside(client: docker.DockerClient) -> Any:
    """What a process in a container sees of itself, of its devices and of the kernel's doors.

    Nothing here may harm this machine: the plain daemon's containers are root of it. (SYS_TIME sets its clock.)
    """
    status = "grep -E '^(Cap|NoNewPrivs|Seccomp:|Uid|Gid)' /proc/self/status"
    return {
        "ordinary": inside(client, f"id; {status}; ls /dev; ulimit -n; cat /proc/1/comm; ls -A /"),
        "privileged": inside(client, "ls -d /dev/null /dev/kmsg; grep Seccomp: /proc/self/status", privileged=True),
        "owners": inside(client, "cat /proc/self/uid_map"),
        "as user": inside(client, f"id; {status}; touch /x", user="1000:1000"),
        "mounts": inside(client, "awk '{print $5}' /proc/self/mountinfo"),
        "read-only": inside(client, "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /sys/kernel/x"),
        "mount": inside(client, "mount -t tmpfs tmpfs /mnt; echo $?"),
        "mount with the right": inside(client, "mount -t tmpfs tmpfs /mnt; echo $?", cap_add=["SYS_ADMIN"]),
        "tmpfs": inside(client, "grep ' /scratch ' /proc/mounts", tmpfs={"/scratch": "size=1m"}),
        "sysctl": inside(client, "cat /proc/sys/net/core/somaxconn", sysctls={"net.core.somaxconn": "77"}),
        "ulimit": inside(client, "ulimit -n", ulimits=[docker.types.Ulimit(name="nofile", soft=99, hard=99)]),
        "resolv.conf": [line.split()[0] for line in inside(client, "cat /etc/resolv.conf") if line[:1].isalpha()],
    }


# -- volumes and networks


@question
def volumes(client: docker.DockerClient) -> Any:
    volume = client.volumes.create("fidelity", labels={"a": "1"})
    try:
        mounted = {"fidelity": {"bind": "/data", "mode": "rw"}}
        inside(client, "echo kept > /data/f", volumes=mounted)
        with Running(client, volumes=mounted):
            used = refused(volume.remove)
        return {
            "attrs": volume.attrs,
            "kept": inside(client, "cat /data/f; stat -c %u:%a /data", volumes=mounted),
            "read-only": inside(client, "touch /data/x", volumes={"fidelity": {"bind": "/data", "mode": "ro"}}),
            "in use": used,
            "bind": inside(client, "ls -d /w/shadow", volumes={"/etc": {"bind": "/w", "mode": "ro"}}),
        }
    finally:
        volume.remove(force=True)


@question
def network(client: docker.DockerClient) -> Any:
    made = client.networks.create("fidelity", labels={"a": "1"})
    inner = client.networks.create("fidelity-inner", internal=True)
    try:
        with Running(client, name="far", network="fidelity", hostname="farhost"):
            made.reload()
            return {
                "attrs": {key: value for key, value in made.attrs.items() if key != "Containers"},
                "by name": inside(client, "ping -c1 -W2 far >/dev/null; echo $?", network="fidelity"),
                "elsewhere": inside(client, "ping -c1 -W2 far >/dev/null; echo $?"),
                "own name": inside(client, "hostname; grep -c own /etc/hosts", hostname="own"),
                "interfaces": inside(client, "ls /sys/class/net", network="fidelity-inner"),
                "none": inside(client, "ls /sys/class/net", network="none"),
                "host": inside(client, "ls /sys/class/net | grep -c docker0", network_mode="host"),
                "in use": refused(made.remove),
                "twice": refused(lambda: client.networks.create("fidelity", check_duplicate=True)),
            }
    finally:
        made.remove()
        inner.remove()


# -- images


@question
def built(client: docker.DockerClient) -> Any:
    dockerfile = f"FROM {BUSYBOX}\nARG WHO=me\nRUN echo $WHO > /who && adduser -D sailor\nUSER sailor\nCMD cat /who\n"
    context = tar({"Dockerfile": dockerfile.encode()}).getvalue()
    made, lines = client.images.build(fileobj=io.BytesIO(context), custom_context=True, tag="fidelity-built")
    try:
        again, _lines = client.images.build(fileobj=io.BytesIO(context), custom_context=True)
        steps = [line["stream"].strip() for line in lines if line.get("stream", "").startswith("Step")]
        return {
            "steps": steps,
            "cached": again.id == made.id,
            "config": {key: value for key, value in made.attrs["Config"].items() if key != "Image"},
            "says": client.containers.run("fidelity-built", remove=True).decode(),
            "wrong": refused(lambda: client.images.get("fidelity-never")),
            "unknown from": refused(lambda: client.containers.create("fidelity-never")),
        }
    finally:
        client.images.remove("fidelity-built")


@question
def saved(client: docker.DockerClient) -> Any:
    archive = b"".join(client.images.get(BUSYBOX).save(named=True))
    names = [one.name for one in members([archive])]
    (loaded,) = client.images.load(archive)
    return {"names": sorted(name for name in names if "/" not in name), "loaded": loaded.id, "tags": loaded.tags}


@question
def mistakes(client: docker.DockerClient) -> Any:
    """The daemon's own words for a student's mistakes."""
    with Running(client, name="there") as container:
        return {
            "name taken": refused(lambda: client.containers.create(BUSYBOX, name="there")),
            "no such": refused(lambda: client.containers.get("nowhere")),
            "bad name": refused(lambda: client.containers.create(BUSYBOX, name="a b")),
            "remove running": refused(container.remove),
            "no network": refused(lambda: client.containers.run(BUSYBOX, network="nowhere")),
            "no memory": refused(lambda: client.containers.create(BUSYBOX, mem_limit=1000)),
            "image in use": refused(lambda: client.images.remove(container.image.id)),
            "bad port": refused(lambda: client.containers.create(BUSYBOX, ports={"80/tcp": 99999})),
        }


def members(stream: Iterable[bytes]) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
        return archive.getmembers()


def tar(content: Mapping[str, bytes], uid: int = 0) -> io.BytesIO:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size, member.uid, member.gid = len(data), uid, uid
            archive.addfile(member, io.BytesIO(data))
    made.seek(0)
    return made
