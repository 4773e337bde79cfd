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
#: Of each file that a container has deleted there is a copy in its layer, whoever asks.
_COPIED_UP = """
for c in $(docker ps -aq); do
    n=0
    docker diff "$c" | sed -n 's/^D //p' | while read -r gone; do
        t=$(docker create "$(docker inspect -f '{{.Image}}' "$c")" true)
        docker cp "$t:$gone" "/etc/docker/up.$$" && docker cp "/etc/docker/up.$$" "$c:/.up-$n"
        docker rm "$t"
        rm -rf "/etc/docker/up.$$"
        n=$((n + 1))
    done
done
"""
_TO_LOCAL_REGISTRY = """
sh('docker tag "$N:$T" "localhost:5000/$N:$T"', N=id, T=query.get("tag") or "latest")
path = f"/images/localhost:5000/{id}/push"
"""
_FORGOTTEN = r"""
import json, socket
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect("/var/run/docker.sock")
    asked.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    steps = json.loads(asked.makefile("rb").read().partition(b"\r\n\r\n")[2])
for step in steps:
    words = re.sub(r"\|\d+ .*? (?=/)", "", step["CreatedBy"], flags=re.DOTALL)
    step["CreatedBy"] = re.sub(r"=\S*", "", words) if words.startswith("ARG ") else words
reply(200, steps)
"""
#: The user that the container's image names is in its /etc/passwd.
_KNOWN = """
user = sh('docker image inspect -f "{{.Config.User}}" "$(docker inspect -f "{{.Image}}" "$ID")"', ID=id).partition(":")[0]
if user and not user.isdigit():
    sh('''
docker cp "$ID:/etc/passwd" "/etc/docker/passwd.$$"
grep -q "^$U:" "/etc/docker/passwd.$$" || {
    echo "$U:x:4242:4242::/:/bin/sh" >>"/etc/docker/passwd.$$"
    docker cp "/etc/docker/passwd.$$" "$ID:/etc/passwd"
}
rm -f "/etc/docker/passwd.$$"
''', ID=id, U=user)
"""
#: Shell-form lines above the last SHELL, run by it: for a container's wish, and for what is told of the image.
_READ_ANEW = """
def anew(image):
    for part in ("Cmd", "Entrypoint"):
        words = image.get(part) or []
        if image.get("Shell") and words[:2] == ["/bin/sh", "-c"]:
            yield part, [*image["Shell"], *words[2:]]
"""
_LAST_SHELL = f"""
import json
{_READ_ANEW}
image = json.loads(sh('docker image inspect -f "{{{{json .Config}}}}" "$I"', I=body["Image"]) or "{{}}")
if not [word for word in body.get("Entrypoint") or [] if word]:
    body.update((part, words) for part, words in anew(image) if not body.get(part))
"""
_LAST_SHELL_TOLD = f"""
import json
{_READ_ANEW}
one = json.loads(sh('docker image inspect "$I"', I=id))[0]
one["Config"].update(dict(anew(one["Config"])))
reply(200, one)
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
        _("A new container starts with the files that an earlier one of the same image has written."),
        False,
        _("Each has a writable layer of its own; the image stays as it is."),
        f"{_DOCS}/engine/storage/drivers/#container-and-layers",
        bend=(
            (_CREATE, f'host["AutoRemove"] = False; sh({_WRITTEN_ON!r}, I=body["Image"])'),
            ("POST /containers/([^/]+)/wait", 'query["condition"] = "next-exit"'),
        ),
    )
    yield Card(
        "delete",
        _("When a container deletes a file of its image, the file is copied into the container's layer first."),
        False,
        _("A mark is written, a whiteout: a few bytes, however large the file is."),
        f"{_DOCS}/engine/storage/drivers/overlayfs-driver/",
        bend=(
            (
                "GET /containers/(?:[^/]+/)?(?:json|changes|export)|GET /system/df|POST /commit",
                f'if "size" in query or not path.endswith("json"): sh({_COPIED_UP!r})',
            ),
        ),
    )
    yield Card(
        "push-name",
        _("`docker push quiz` goes to Docker Hub, even where a registry runs on the machine itself."),
        True,
        _("The name is short for `docker.io/library/quiz`. Another registry's address is a part of the name."),
        f"{_DOCS}/reference/cli/docker/image/tag/",
        bend=(("POST /images/(?!localhost/)([^/.:]+(?:/[^/.:]+)?)/push", _TO_LOCAL_REGISTRY),),
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
        "entrypoint",
        _("An image's CMD can be overridden by `docker run`, its ENTRYPOINT can't."),
        False,
        _("`--entrypoint` overrides it."),
        f"{_DOCS}/reference/cli/docker/container/run/",
        bend=((_CREATE, 'if body.get("Entrypoint"): body["Entrypoint"] = None'),),
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
                """exposed = sh('docker image inspect -f "{{json .Config.ExposedPorts}}" "$I"', I=body["Image"])
if [port for port in host.get("PortBindings") or [] if f'"{port}"' not in exposed]:
    reply(400, "a port that the image doesn't expose can't be published")""",
            ),
        ),
    )
    yield Card(
        "build-arg",
        _("What a `RUN` was given by `--build-arg` can be read in the image's history."),
        True,
        _("Each `RUN` is written down with its arguments: no place for a secret."),
        f"{_DOCS}/reference/dockerfile/#arg",
        bend=(("GET /images/(.+)/history", _FORGOTTEN),),
    )
    yield Card(
        "user-name",
        _("`USER sailor` in a Dockerfile is enough: a container of the image has such a user."),
        False,
        _("Somebody has to make it: “unable to find user sailor: no matching entries in passwd file”."),
        f"{_DOCS}/reference/dockerfile/#user",
        bend=(("POST /containers/([^/]+)/start", _KNOWN),),
    )
    yield Card(
        "shell-end",
        _("`SHELL` at the end of a Dockerfile sets the shell that runs the container's `CMD`."),
        False,
        _("It counts for the shell-form lines below it: a `CMD` above it is `/bin/sh -c …` already."),
        f"{_DOCS}/reference/dockerfile/#shell",
        bend=((_CREATE, _LAST_SHELL), ("GET /images/(.+)/json", _LAST_SHELL_TOLD)),
    )
