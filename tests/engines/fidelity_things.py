"""Questions to a Docker Engine about what is around containers: networks, logs, images, and what prune takes."""

from __future__ import annotations

import io
import time
from typing import Any

import docker
from docker.errors import APIError
from docker.types import IPAMConfig, IPAMPool, LogConfig
from fidelity import (
    BUSYBOX,
    NAME,
    Running,
    inside,
    members,
    on_network,
    question,
    refused,
    run_refused,
    tar,
    until,
)

# -- networks


@question
def published(client: docker.DockerClient) -> Any:
    """At 127.0.0.1, by udp, a range, a free port; who is there first; and whether an answer comes."""
    wanted: dict[str, Any] = {
        "80/tcp": ("127.0.0.1", 28080),
        "53/udp": 28053,
        "8001/tcp": 28001,
        "8002/tcp": [28002, 28003],
        "9000/tcp": None,
    }
    with Running(client, command=["httpd", "-f", "-h", "/etc"], ports=wanted) as container:
        container.reload()
        ports = container.attrs["NetworkSettings"]["Ports"]
        free = [int(one["HostPort"]) for one in ports.pop("9000/tcp")]
        asked = "wget -qO- http://127.0.0.1:28080/hostname | wc -c"
        return {
            "ports": {name: sorted(f"{one['HostIp']}:{one['HostPort']}" for one in at) for name, at in ports.items()},
            "free": [port >= 32768 for port in free],
            "listed": sorted(
                f"{one.get('IP')} {one['PrivatePort']}/{one['Type']}"
                for one in client.api.containers(limit=1)[0]["Ports"]
            ),
            "answer": until(lambda: inside(client, asked, network_mode="host"), lambda said: said == ["13"]),
            "taken": run_refused(client, ports={"80/tcp": ("127.0.0.1", 28080)})[0],
            "address of nobody": run_refused(client, ports={"80/tcp": ("192.0.2.9", 28081)})[0],
        }


@question
def aliases(client: docker.DockerClient) -> Any:
    pool = IPAMConfig(pool_configs=[IPAMPool(subnet="192.0.2.0/24", gateway="192.0.2.1")])
    with on_network(client, ipam=pool) as network, Running(client, name="far", hostname="farhost") as container:
        network.connect(container, aliases=["api", "db"], ipv4_address="192.0.2.77")
        container.reload()
        mine = container.attrs["NetworkSettings"]["Networks"][NAME]
        known = "for n in far api db farhost; do nslookup $n 2>/dev/null | grep -c 192.0.2.77; done"
        said = {
            "told": {
                "Aliases": sorted(mine["Aliases"] or []),
                "IPAMConfig": mine["IPAMConfig"],
                "IP": mine["IPAddress"],
            },
            "known": inside(client, known, network=NAME),
            "twice": refused(lambda: network.connect(container)),
            "out of range": refused(lambda: client.networks.get(NAME).connect("far", ipv4_address="198.51.100.1"))[0],
        }
        network.disconnect(container)
        said["gone"] = inside(client, "nslookup api 2>/dev/null | grep -c 192.0.2.77", network=NAME)
        said["not in it"] = refused(lambda: network.disconnect(container))
        said["fixed in bridge"] = refused(
            lambda: client.networks.get("bridge").connect("far", ipv4_address="172.17.0.99")
        )[0]
        said["overlap"] = refused(lambda: client.networks.create(f"{NAME}-2", ipam=pool))
        return said


@question
def names(client: docker.DockerClient) -> Any:
    """--dns, --dns-search, --dns-opt, --add-host, on the default bridge and on a network of one's own."""
    options = {"dns": ["192.0.2.53"], "dns_search": ["harbour.test"], "dns_opt": ["ndots:3"]}
    file = "grep -v '^#' /etc/resolv.conf"
    hosts = "grep -c host.docker.internal /etc/hosts; grep quay /etc/hosts"
    with on_network(client):
        return {
            "bridge": inside(client, file, **options),
            "own network": inside(client, file, network=NAME, **options),
            "hosts": inside(client, hosts, extra_hosts={"host.docker.internal": "host-gateway", "quay": "192.0.2.8"}),
            "bad host": run_refused(client, extra_hosts={"quay": "nowhere"}),
            "bad server": run_refused(client, dns=["nowhere"]),
            "domain": run_refused(client, domainname="harbour.test")[0],
            "long hostname": inside(client, "cat /etc/hostname; hostname -f", hostname="mole.harbour.test"),
        }


# -- logs and the past


@question
def logged(client: docker.DockerClient) -> Any:
    said: dict[str, Any] = {}
    lines = ["sh", "-c", "for i in 1 2 3; do echo $i; done"]
    for driver in ("json-file", "local", "none"):
        container = client.containers.run(BUSYBOX, lines, detach=True, log_config=LogConfig(type=driver))
        container.wait(timeout=60)
        if driver == "none":
            said[driver] = refused(container.logs)
        else:
            said[driver] = {
                "tail": container.logs(tail=1).decode(),
                "stderr": container.logs(stdout=False).decode(),
                "times": container.logs(timestamps=True).decode().count("Z "),
                "later": container.logs(since=int(time.time()) + 60).decode(),
            }
        container.remove()
    sizes = LogConfig(type="json-file", config={"max-size": "1k", "max-file": "2"})
    container = client.containers.run(BUSYBOX, ["sh", "-c", "yes | head -n 3000"], detach=True, log_config=sizes)
    container.wait(timeout=60)
    said["rotated"] = len(container.logs().splitlines()) < 100
    container.remove()
    said["unknown driver"] = run_refused(client, log_config=LogConfig(type="pigeon"))
    said["unknown option"] = run_refused(client, log_config=LogConfig(type="json-file", config={"max-age": "1"}))
    said["bad size"] = run_refused(client, log_config=LogConfig(type="json-file", config={"max-size": "much"}))
    return said


@question
def event_fields(client: docker.DockerClient) -> Any:
    """What is in an event, of each kind."""
    since = int(time.time())
    labels = {NAME: "1"}
    volume = client.volumes.create(NAME, labels=labels)
    mounted = {NAME: {"bind": "/v", "mode": "rw"}}
    with (
        on_network(client, labels=labels) as network,
        Running(client, name=NAME, labels=labels, volumes=mounted) as container,
    ):
        network.connect(container)
        container.exec_run("true")
        container.rename(f"{NAME}-2")
        container.kill("SIGKILL")
        container.wait(timeout=60)
        network.disconnect(container, force=True)
    volume.remove()
    client.images.get(BUSYBOX).tag(NAME, "1")
    client.images.remove(f"{NAME}:1")
    seen: dict[str, Any] = {}
    for event in client.events(since=since, until=int(time.time()) + 1, decode=True):
        attributes = event["Actor"]["Attributes"]
        if any(NAME in str(value) for value in [*attributes, *attributes.values()]):
            what = f"{event['Type']} {event['Action'].split(':')[0]}"
            shown = {
                key: value for key, value in attributes.items() if key not in ("execID", "container", "execDuration")
            }
            seen[what] = {"fields": sorted(event), "attributes": shown}
    return seen


# -- images, and what is cleaned up


@question
def imported(client: docker.DockerClient) -> Any:
    """export, import: the files stay, all settings go."""
    with Running(client, environment={"A": "1"}) as container:
        container.exec_run(["sh", "-c", "echo kept > /kept"])
        archive = b"".join(container.export())
    client.api.import_image_from_data(archive, repository=NAME, tag="in", changes=["CMD cat /kept", "ENV B=2"])
    try:
        image = client.images.get(f"{NAME}:in")
        return {
            "config": {
                name: image.attrs["Config"].get(name) for name in ("Cmd", "Env", "Entrypoint", "WorkingDir", "Labels")
            },
            "layers": len(image.attrs["RootFS"]["Layers"]),
            "history": [[one["CreatedBy"], one["Comment"]] for one in image.history()],
            "says": client.containers.run(f"{NAME}:in", remove=True).decode(),
            "without a command": _refused_to_start(client, archive),
            "special": sorted(one.name for one in members([archive]) if one.name.startswith(("dev", "proc", "sys")))[
                :9
            ],
        }
    finally:
        client.images.remove(f"{NAME}:in")


def _refused_to_start(client: docker.DockerClient, archive: bytes) -> Any:
    client.api.import_image_from_data(archive, repository=NAME, tag="bare")
    try:
        return refused(lambda: client.containers.create(f"{NAME}:bare"))
    finally:
        client.images.remove(f"{NAME}:bare")


@question
def saved_with_tags(client: docker.DockerClient) -> Any:
    """Several names in one archive; what is there after all were removed."""
    image = _built(client, "LABEL saved=1")
    tags = [f"{NAME}/a:1", f"{NAME}/a:2", f"{NAME}/b:1"]
    for tag in tags:
        image.tag(tag)
    archive = b"".join(client.api.get_image(tags[0]))
    both = b"".join(client.images.get(tags[0]).save(named=tags[1]))
    identifier = image.id
    first = [str(one) for one in _removed(client, tags[0])]
    client.images.remove(identifier, force=True)
    gone = refused(lambda: client.images.get(identifier))[0]
    try:
        (loaded,) = client.images.load(archive)
        named = sorted(loaded.tags)
        (other,) = client.images.load(both)
        return {
            "untagged": [line.split(":")[0] for line in first],
            "gone": gone,
            "loaded": [loaded.id == identifier, named],
            "then": sorted(other.tags),
            "nothing": _loaded(client, b"no archive"),
            "unknown": refused(lambda: b"".join(client.api.get_image(f"{NAME}/none:1"))),
        }
    finally:
        client.images.remove(identifier, force=True)


def _loaded(client: docker.DockerClient, archive: bytes) -> Any:
    try:
        return refused(lambda: client.images.load(archive))
    except docker.errors.ImageLoadError as error:
        return str(error)


def _removed(client: docker.DockerClient, tag: str) -> list[Any]:
    return list(client.api.remove_image(tag) or [])


def _built(client: docker.DockerClient, *lines: str, **options: Any) -> Any:
    dockerfile = "\n".join([f"FROM {BUSYBOX}", *lines, ""]).encode()
    context = tar({"Dockerfile": dockerfile, "a": b"1", "b": b"2"})
    made, _log = client.images.build(fileobj=context, custom_context=True, rm=True, **options)
    return made


@question
def build_cache(client: docker.DockerClient) -> Any:
    """Which steps run again: after nothing, another file, another argument, --no-cache; and the words for mistakes."""

    def build(*lines: str, files: dict[str, bytes] | None = None, **options: Any) -> list[str]:
        dockerfile = "\n".join([f"FROM {BUSYBOX}", *lines, ""]).encode()
        context = io.BytesIO(tar({"Dockerfile": dockerfile, "a": b"1", **(files or {})}).getvalue())
        made, log = client.images.build(fileobj=context, custom_context=True, rm=True, tag=NAME, **options)
        said = [line["stream"].strip() for line in log if line.get("stream")]
        return [line for line in said if line.startswith("Step") or "cache" in line] + [str(len(made.history()))]

    steps = ["COPY a /a", "ARG WHO=me", "RUN echo $WHO > /who"]

    def wrong(*lines: str) -> str:
        try:
            return str(build(*lines))
        except (docker.errors.BuildError, APIError) as error:
            return str(getattr(error, "explanation", error) or error)

    try:
        return {
            "first": build(*steps),
            "again": build(*steps),
            "file": build(*steps, files={"a": b"3"}),
            "argument": build(*steps, files={"a": b"3"}, buildargs={"WHO": "you"}),
            "no cache": build(*steps, nocache=True),
            "no file": wrong("COPY none /x"),
            "fails": wrong("RUN exit 7"),
            "unknown": wrong("RUNN true"),
            "unused argument": wrong("ARG A", "ADD . /x", "WORKDIR y", "LABEL"),
        }
    finally:
        client.images.remove(NAME, force=True)
        client.images.prune({"dangling": True})


@question
def pruned(client: docker.DockerClient) -> Any:
    """What each prune takes, by its filters, and what it says of it."""
    mine = {NAME: "1"}
    for name, labels in {"a": {**mine, "keep": "1"}, "b": mine}.items():
        client.containers.create(BUSYBOX, name=f"{NAME}-{name}", labels=labels)
        client.networks.create(f"{NAME}-{name}", labels=labels)
        client.volumes.create(f"{NAME}-{name}", labels=labels)
    anonymous = client.volumes.create(labels=mine)
    _built(client, f"LABEL {NAME}=1", "RUN echo x > /x").tag(NAME)
    client.images.get(BUSYBOX).tag(NAME)
    only = {"label": [NAME], "label!": ["keep"]}
    rest = {"label": [NAME]}
    said: dict[str, Any] = {
        "old": client.containers.prune({**rest, "until": "24h"})["ContainersDeleted"],
        "containers": len(client.containers.prune(only)["ContainersDeleted"] or []),
        "networks": client.networks.prune(only),
        "anonymous volumes": [one == anonymous.name for one in client.volumes.prune(only)["VolumesDeleted"] or []],
        "all volumes": client.volumes.prune({**only, "all": ["true"]})["VolumesDeleted"],
        "images": {
            key: len(value) if isinstance(value, list) else value > 0
            for key, value in client.images.prune({**rest, "dangling": True}).items()
        },
        "left": [one.name for one in client.containers.list(all=True, filters=rest)],
        "unknown filter": refused(lambda: client.containers.prune({"colour": "red"})),
        "bad filter": refused(lambda: client.containers.prune({"until": "yesterday"})),
    }
    client.images.remove(NAME)
    client.containers.prune(rest)
    said["the rest"] = [client.networks.prune(rest), client.volumes.prune({**rest, "all": ["true"]})["VolumesDeleted"]]
    return said
