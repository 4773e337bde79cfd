"""Cards about images, and about what a Dockerfile's lines come to when the image is run."""

from __future__ import annotations

from collections.abc import Iterator

from grader.checks.card.card import Card
from grader.i18n import _

_DOCS = "https://docs.docker.com"
_CREATE = "POST /containers/create"
_NEWEST = """
for name in $(docker images --format '{{.Repository}}' | sort -u | grep -v -e '^drydock/' -e none); do
    newest=$(docker images -q --no-trunc "$name" | sort -u | xargs docker image inspect -f '{{.Created}} {{.Id}}' | sort | tail -n 1)
    docker tag "${newest#* }" "$name:latest"
done
"""
_WRITTEN_ON = """
last=$(docker ps -aql --filter ancestor="$I")
[ -z "$last" ] || docker commit "$last" "$I"
"""
_BARE = """
name = query.get("repo") and f'{query["repo"]}:{query.get("tag") or "latest"}'
reply(201, {"Id": sh('docker export "$C" | docker import - $N', C=query["container"], N=name or "")})
"""


def cards() -> Iterator[Card]:
    yield from _images()
    yield from _dockerfile()


def _images() -> Iterator[Card]:
    yield Card(
        "latest",
        _("The tag `latest` is the image that was built last, whatever tags it was given."),
        False,
        _("`latest` is a name like any other, the one that is meant where none is given."),
        f"{_DOCS}/reference/cli/docker/image/tag/",
        bend=((f"{_CREATE}|GET /images/.*|POST /images/.*", f"sh({_NEWEST!r})"),),
    )
    yield Card(
        "rmi-used",
        _("`docker rmi` without `-f` removes an image's last name although a stopped container was made from it."),
        False,
        _("“conflict: unable to remove …, container … is using its referenced image”."),
        f"{_DOCS}/reference/cli/docker/image/rm/",
        bend=(("DELETE /images/(.*)", 'query["force"] = "1"'),),
    )
    yield Card(
        "commit-env",
        _("`docker commit` keeps the variables that the container was given with `-e`."),
        True,
        _("The new image has the container's configuration, its variables too."),
        f"{_DOCS}/reference/cli/docker/container/commit/",
        bend=(("POST /commit", _BARE),),
    )
    yield Card(
        "prune",
        _("`docker image prune` removes all images that no container uses."),
        False,
        _("Only dangling ones, which have no name. All unused ones: `--all`."),
        f"{_DOCS}/reference/cli/docker/image/prune/",
        bend=(("POST /images/prune", 'query["filters"] = \'{"dangling":{"false":true}}\''),),
    )
    yield Card(
        "second-run",
        _("A second container of the same image sees the files that the first one has written."),
        False,
        _("Each has a writable layer of its own; the image stays as it is."),
        f"{_DOCS}/engine/storage/drivers/#container-and-layers",
        bend=(
            (_CREATE, f'host["AutoRemove"] = False; sh({_WRITTEN_ON!r}, I=body["Image"])'),
            ("POST /containers/([^/]+)/wait", 'query["condition"] = "next-exit"'),
        ),
    )


def _dockerfile() -> Iterator[Card]:
    yield Card(
        "expose",
        _("A port in EXPOSE is published on the host when the image is run."),
        False,
        _("EXPOSE is a note for people and for `-P`; `-p` publishes."),
        f"{_DOCS}/reference/dockerfile/#expose",
        bend=((_CREATE, 'host["PublishAllPorts"] = True'),),
    )
    yield Card(
        "root",
        _("Without USER in the Dockerfile, and without `-u`, a container's process runs as root."),
        True,
        _("The user is 0 unless somebody says otherwise."),
        f"{_DOCS}/reference/dockerfile/#user",
        bend=((_CREATE, 'body["User"] = body.get("User") or "1000"'),),
    )
    yield Card(
        "cmd-args",
        _("What stands after the image's name in `docker run` takes the place of CMD."),
        True,
        _("CMD is only a default."),
        f"{_DOCS}/reference/dockerfile/#cmd",
        bend=((_CREATE, 'body["Cmd"] = None'),),
    )
    yield Card(
        "entrypoint-args",
        _("What stands after the image's name in `docker run` takes the place of ENTRYPOINT."),
        False,
        _("It becomes ENTRYPOINT's arguments. For another entrypoint there is `--entrypoint`."),
        f"{_DOCS}/reference/dockerfile/#entrypoint",
        bend=(
            (
                _CREATE,
                'if body.get("Cmd") and not body.get("Entrypoint"): body["Entrypoint"], body["Cmd"] = body["Cmd"], []',
            ),
        ),
    )
    yield Card(
        "p-expose",
        _("`-p` can't publish a port that the image's Dockerfile doesn't EXPOSE."),
        False,
        _("`-p` publishes any port, exposed or not."),
        f"{_DOCS}/engine/network/port-publishing/",
        bend=(
            (
                _CREATE,
                "if sh('docker image inspect -f \"{{len .Config.ExposedPorts}}\" \"$I\"', I=body['Image']) == '0':"
                " host['PortBindings'] = {}",
            ),
        ),
    )
