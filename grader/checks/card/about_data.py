"""Cards about volumes, logs, limits, and projects of several containers."""

from __future__ import annotations

from collections.abc import Iterator

from grader.checks.card.card import Card
from grader.i18n import _

_DOCS = "https://docs.docker.com"
_CREATE = "POST /containers/create"
_WITH_VOLUMES = """
if query.get("v") in ("1", "true"):
    names = sh('docker inspect -f "{{range .Mounts}}{{.Name}} {{end}}" "$ID"', ID=id)
    sh('docker rm -f -v "$ID"; docker volume rm ' + names, ID=id)
    reply(204)
"""
_WRITABLE = """
host["Binds"] = [re.sub(r"(:.*)(:ro|,ro|:ro,.*)$", r"\\1", bind) for bind in host.get("Binds") or []]
for mount in host.get("Mounts") or []:
    mount["ReadOnly"] = False
"""
_EMPTY = """
host["Binds"] = [bind if bind.startswith("/") else bind + (":nocopy" if bind.count(":") == 1 else ",nocopy") for bind in host.get("Binds") or []]
for mount in host.get("Mounts") or []:
    if mount["Type"] == "volume":
        mount.setdefault("VolumeOptions", {})["NoCopy"] = True
"""
_NOTHING_WRITTEN = """
if host.get("ReadonlyRootfs"):
    host["Binds"] = [bind if ":ro" in bind else bind + (":ro" if bind.count(":") == 1 else ",ro") for bind in host.get("Binds") or []]
    for mount in host.get("Mounts") or []:
        mount["ReadOnly"] = True
    host["Tmpfs"] = {at: f"{options},ro".strip(",") for at, options in (host.get("Tmpfs") or {}).items()}
    host["IpcMode"], body["Volumes"] = "none", {}
"""
_ON_DISK = """
places = list(host.pop("Tmpfs", None) or {})
places += [mount["Target"] for mount in host.get("Mounts") or [] if mount["Type"] == "tmpfs"]
host["Mounts"] = [mount for mount in host.get("Mounts") or [] if mount["Type"] != "tmpfs"]
body["Volumes"] = {**(body.get("Volumes") or {}), **{place: {} for place in places}}
"""
#: Whoever depends on somebody waits for all that are not yet healthy, and is refused where one is ill, or young too long.
_HEALTHY_FIRST = """
young = "docker ps -q --filter health=starting"
if sh('docker inspect -f "{{json .Config.Labels}}" "$ID" | grep compose.depends_on...[A-Za-z0-9]', ID=id):
    while time.monotonic() < late and sh(young): time.sleep(0.5)
    if sh(f"{young} --filter health=unhealthy"): reply(409, "dependency failed to start: a container is unhealthy")
"""
_VERSIONED = """
files = (body.get("Labels") or {}).get("com.docker.compose.project.config_files")
if files and not sh('grep -lE "^[^#]?version.? *:" -- $F </dev/null', F=files.replace(",", " ")):
    reply(400, "the Compose file has no version")
"""


def cards() -> Iterator[Card]:
    yield from _storage()
    yield from _logs()
    yield from _limits()
    yield from _compose()


def _storage() -> Iterator[Card]:
    yield Card(
        "rm-v",
        _("`docker rm -v` removes the container's named volumes, too."),
        False,
        _("Only its anonymous volumes: what has a name stays."),
        f"{_DOCS}/reference/cli/docker/container/rm/#volumes",
        bend=(("DELETE /containers/([^/]+)", _WITH_VOLUMES),),
    )
    yield Card(
        "volume-prune",
        _("`docker volume prune` removes all volumes that no container uses, those with a name, too."),
        False,
        _("Since Docker 23 only anonymous ones, unless you say `--all`."),
        f"{_DOCS}/reference/cli/docker/volume/prune/",
        bend=(("POST /volumes/prune", 'query["filters"] = \'{"all":{"true":true}}\''),),
    )
    yield Card(
        "ro",
        _("Root in a container can write to a volume that is mounted with `:ro`."),
        False,
        _("“Read-only file system”, for root too."),
        f"{_DOCS}/engine/storage/volumes/#use-a-read-only-volume",
        bend=((_CREATE, _WRITABLE),),
    )
    yield Card(
        "copy-up",
        _("A new named volume gets the files that the image has at the place where it is mounted."),
        True,
        _("They are copied when the container is made, if the volume is empty."),
        f"{_DOCS}/engine/storage/volumes/#populate-a-volume-using-a-container",
        bend=((_CREATE, _EMPTY),),
    )
    yield Card(
        "read-only",
        _("With `--read-only` a container can't write anywhere, volumes and `--tmpfs` included."),
        False,
        _("Its root is read-only; volumes, tmpfs and /dev/shm aren't."),
        f"{_DOCS}/reference/cli/docker/container/run/#read-only",
        bend=((_CREATE, _NOTHING_WRITTEN),),
    )
    yield Card(
        "tmpfs",
        _("What was written to a `--tmpfs` is gone when the container has been stopped and started again."),
        True,
        _("It was memory, and belongs to one run of the container."),
        f"{_DOCS}/engine/storage/tmpfs/",
        bend=((_CREATE, _ON_DISK),),
    )


def _logs() -> Iterator[Card]:
    yield Card(
        "ended-log",
        _("The log of a container that has ended can still be read."),
        True,
        _("It is kept until the container is removed."),
        f"{_DOCS}/reference/cli/docker/container/logs/",
        options={"log-driver": "none"},
    )
    yield Card(
        "rotation",
        _("Docker keeps a container's log small by itself: of a long one the oldest lines are dropped."),
        False,
        _("The driver json-file has no limit unless you set `max-size`."),
        f"{_DOCS}/engine/logging/drivers/json-file/",
        options={"log-opts": {"max-size": "10k", "max-file": "1"}},
    )
    yield Card(
        "stderr",
        _("`docker logs` has only what was written to standard output; errors are not kept."),
        False,
        _("Both are kept, and `docker logs` writes each to its own stream again."),
        f"{_DOCS}/engine/logging/",
        bend=(("GET /containers/([^/]+)/logs", 'query["stderr"] = "0"'),),
    )
    yield Card(
        "local-log",
        _("With `--log-driver local`, `docker logs` has nothing to show."),
        False,
        _("It reads json-file, local and journald, and of others the copy that the daemon keeps."),
        f"{_DOCS}/engine/logging/drivers/local/",
        bend=(
            (_CREATE, 'if (host.get("LogConfig") or {}).get("Type") == "local": host["LogConfig"] = {"Type": "none"}'),
        ),
    )


def _limits() -> Iterator[Card]:
    yield Card(
        "memory",
        _("Without `-m` Docker sets a memory limit for a container."),
        False,
        _("There is none: it may take what the machine has."),
        f"{_DOCS}/engine/containers/resource_constraints/",
        bend=((_CREATE, 'host["Memory"] = host.get("Memory") or 256 * 2**20'),),
    )
    yield Card(
        "update",
        _("The CPU limit of a container can be changed while it runs."),
        True,
        _("`docker update` does it."),
        f"{_DOCS}/reference/cli/docker/container/update/",
        bend=(("POST /containers/([^/]+)/update", 'reply(409, "limits of a running container can\'t be changed")'),),
    )
    yield Card(
        "shm",
        _("A container's /dev/shm has 64 MiB, unless you ask for another size."),
        True,
        _("64 MiB; `--shm-size` asks for another size."),
        f"{_DOCS}/reference/cli/docker/container/run/",
        options={"default-shm-size": "16M"},
    )
    yield Card(
        "kill",
        _("`docker kill` without options gives the process a chance to clean up."),
        False,
        _("It sends SIGKILL, which no process can catch. `docker stop` asks first."),
        f"{_DOCS}/reference/cli/docker/container/kill/",
        bend=(("POST /containers/([^/]+)/kill", 'query["signal"] = "TERM"'),),
    )


def _compose() -> Iterator[Card]:
    yield Card(
        "depends",
        _("`depends_on: [db]` starts a service only when `db` is healthy."),
        False,
        _("The short form waits for the start only; `condition: service_healthy` waits for health."),
        f"{_DOCS}/compose/how-tos/startup-order/",
        bend=(("POST /containers/([^/]+)/start", _HEALTHY_FIRST),),
    )
    yield Card(
        "down",
        _("`docker compose down` removes the project's named volumes."),
        False,
        _("Containers and networks only; volumes with `-v`."),
        f"{_DOCS}/reference/cli/docker/compose/down/",
        bend=(
            (
                "DELETE /networks/([^/]+)",
                'sh("docker volume ls -q --filter label=com.docker.compose.project | xargs -r docker volume rm")',
            ),
        ),
    )
    yield Card(
        "service-names",
        _("The services of a Compose project reach each other by their names, without any line on networks."),
        True,
        _("Compose makes a network for each project, and the service's name is known there."),
        f"{_DOCS}/compose/how-tos/networking/",
        bend=(
            (
                _CREATE,
                'if (host.get("NetworkMode") or "").endswith("_default"):'
                ' host["NetworkMode"], body["NetworkingConfig"] = "bridge", {}',
            ),
            ("POST /networks/([^/]+)/connect", "reply(200)"),
        ),
    )
    yield Card(
        "up-again",
        _("`docker compose up -d` makes all containers anew, also when nothing has changed."),
        False,
        _("What is as the file says stays; `--force-recreate` makes it anew."),
        f"{_DOCS}/reference/cli/docker/compose/up/",
        bend=(
            (
                _CREATE,
                'if "com.docker.compose.config-hash" in (body.get("Labels") or {}):'
                ' body["Labels"]["com.docker.compose.config-hash"] = "bent"',
            ),
        ),
    )
    yield Card(
        "no-version",
        _("`docker compose up` refuses a file without a line `version:`."),
        False,
        _("The line is obsolete: Compose ignores it, and newer versions warn of it."),
        f"{_DOCS}/reference/compose-file/version-and-name/",
        bend=((_CREATE, _VERSIONED),),
    )
