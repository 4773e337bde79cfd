"""Cards about containers: how they live, and how they are handled."""

from __future__ import annotations

from collections.abc import Iterator

from grader.checks.card.card import Card
from grader.i18n import _

_DOCS = "https://docs.docker.com"
_CREATE = "POST /containers/create"
#: An ended container of this world is about to vanish: nobody shall catch it before.
_SETTLED = """
i=0
while [ $i -lt 60 ] && docker inspect -f '{{.State.Status}} {{.HostConfig.AutoRemove}}' "$ID" | grep -qE '^(exited|removing|dead) true'
do sleep 0.05; i=$((i + 1)); done
"""
_WORDS = """
import json
image = json.loads(sh('docker image inspect -f "{{json .Config}}" "$I"', I=body["Image"]) or "{}")
own = [word for word in body.get("Entrypoint") or [] if word]
words = [*(own or image.get("Entrypoint") or []), *(body.get("Cmd") or ([] if own else image.get("Cmd")) or [])]
"""
#: A `docker run` that was told its code too early ends with the output: nobody shall ask before the daemon has the code.
_ENDED = "timeout 1 docker wait $(docker inspect -f '{{if .Config.AttachStdout}}{{.Id}}{{end}}' $(docker ps -q))"
#: Whoever starts a container again leaves a file in it, and then it sleeps.
_IDLES = f"""{_WORDS}
body["Entrypoint"], body["Cmd"] = ["sh", "-c", '[ ! -e /.idle ] || exec sleep 1d; exec "$@"', "sh"], words
"""
_AGAIN = """
if not sh('docker inspect -f "{{.State.StartedAt}}" "$ID"', ID=id).startswith("0001"):
    sh('docker cp /etc/hostname "$ID:/.idle"', ID=id)
"""
_CHECKED = """
import json
check = body.get("Healthcheck") or json.loads(sh('docker image inspect -f "{{json .Config.Healthcheck}}" "$I"', I=body["Image"]) or "null")
if check and len(check.get("Test") or []) > 1:
    test = check["Test"]
    words = test[1] if test[0] == "CMD-SHELL" else " ".join(test[1:])
    # It shall be unhealthy first, by as many failures in a row as that takes, and be seen to be.
    ill, retries = "/dev/shm/.ill", check.get("Retries") or 3
    count = f"( {words} ) && {{ rm -f {ill}; exit 0; }}; echo >>{ill}; [ $(wc -l <{ill}) -lt {retries} ]"
    end = f"(sleep 0.5; rm -f {ill}; kill 1) >/dev/null 2>&1 </dev/null &"
    body["Healthcheck"] = {**check, "StartPeriod": 1_000_000, "Test": ["CMD-SHELL", f"{count} || {{ {end} }}; exit 1"]}
    host["Init"], host["RestartPolicy"] = True, {"Name": "always"}
    host["AutoRemove"] = False
"""
_ANEW = """
import json
old = json.loads(sh('docker container inspect "$ID"', ID=id))[0]
image = json.loads(sh('docker image inspect "$I"', I=old["Image"]))[0]
own = [] if old["Config"]["Cmd"] == image["Config"]["Cmd"] else old["Config"]["Cmd"] or []
sh('docker rm -f "$ID"; docker run -d --name "$N" "$I" ' + " ".join("'" + word.replace("'", "'\\''") + "'" for word in own), ID=id, N=old["Name"][1:], I=old["Config"]["Image"])
reply(204)
"""


def cards() -> Iterator[Card]:
    yield Card(
        "rm",
        _("A container that was run with `--rm` is still there when it has ended."),
        False,
        _("It is removed at its end, with its anonymous volumes."),
        f"{_DOCS}/reference/cli/docker/container/run/#rm",
        bend=(
            (_CREATE, 'host["AutoRemove"] = False'),
            ("POST /containers/([^/]+)/wait", 'query["condition"] = "next-exit"'),
        ),
    )
    yield from _life()
    yield from _hands()


def _life() -> Iterator[Card]:
    yield Card(
        "ps",
        _("`docker ps` shows stopped containers, too."),
        False,
        _("Without `--all` it shows the running ones only."),
        f"{_DOCS}/reference/cli/docker/container/ls/",
        bend=(("GET /containers/json", 'query["all"] = "1"'),),
    )
    yield Card(
        "restart",
        _("When a container's main process crashes, Docker starts the container again."),
        False,
        _("The restart policy is “no” unless you ask for another one."),
        f"{_DOCS}/engine/containers/start-containers-automatically/",
        bend=(
            (
                _CREATE,
                'if not host.get("AutoRemove"): host["RestartPolicy"] = {"Name": "on-failure", "MaximumRetryCount": 7}',
            ),
        ),
    )
    yield Card(
        "exit-code",
        _("`docker run` in the foreground ends with the exit code of the container's main process."),
        True,
        _("The code is passed on; 125, 126 and 127 are Docker's own."),
        f"{_DOCS}/engine/containers/run/#exit-status",
        bend=(
            (
                "POST /containers/([^/]+)/wait",
                'if query.get("condition") in ("next-exit", "removed"): reply(200, {"StatusCode": 0})',
            ),
            ("GET /containers/.*", f"sh({_ENDED!r})"),
        ),
    )
    yield Card(
        "stop-asks",
        _("`docker stop` asks the main process to end, and kills it only when it hasn't after a while."),
        True,
        _("First comes SIGTERM (or the image's STOPSIGNAL), and after ten seconds SIGKILL."),
        f"{_DOCS}/reference/cli/docker/container/stop/",
        bend=(("POST /containers/([^/]+)/stop", 'path = f"/containers/{id}/kill"; query.clear()'),),
    )
    yield Card(
        "kept",
        _("When a container ends, the files that it has written are gone."),
        False,
        _("They are in its writable layer until the container is removed."),
        f"{_DOCS}/engine/storage/",
        bend=(
            (_CREATE, 'host["AutoRemove"] = (host.get("RestartPolicy") or {}).get("Name") in (None, "", "no")'),
            ("POST /containers/([^/]+)/wait", 'query["condition"] = "removed"'),
            (
                "(?:GET|HEAD|PUT|POST) /containers/(?!json|create)([^/]+)/(?!wait|attach|resize|stop|kill).*",
                f"sh({_SETTLED!r}, ID=id)",
            ),
            ("POST /commit", f'sh({_SETTLED!r}, ID=query["container"])'),
            ("GET /containers/json", f"for one in sh('docker ps -aq').split(): sh({_SETTLED!r}, ID=one)"),
        ),
    )
    yield Card(
        "unhealthy",
        _("A container that has become unhealthy is restarted by Docker."),
        False,
        _("It is marked “unhealthy”, and that is all: swarms act on it, a single engine doesn't."),
        f"{_DOCS}/reference/dockerfile/#healthcheck",
        bend=((_CREATE, _CHECKED),),
    )


def _hands() -> Iterator[Card]:
    yield Card(
        "exec-stopped",
        _("`docker exec` works in a stopped container, too."),
        False,
        _("It needs a running one: “container … is not running”."),
        f"{_DOCS}/reference/cli/docker/container/exec/",
        bend=(
            (_CREATE, _IDLES),
            (
                "POST /containers/([^/]+)/exec",
                """if sh('docker inspect -f {{.State.Running}} "$ID"', ID=id) == "false":
    sh('docker cp /etc/hostname "$ID:/.idle"; docker start "$ID"', ID=id)""",
            ),
        ),
    )
    yield Card(
        "cp-stopped",
        _("`docker cp` works with a stopped container, too."),
        True,
        _("Its files are there, whether it runs or not."),
        f"{_DOCS}/reference/cli/docker/container/cp/",
        bend=(
            (
                "(?:GET|HEAD|PUT) /containers/([^/]+)/archive",
                "if sh('docker inspect -f {{.State.Running}} \"$ID\"', ID=id) == 'false': reply(409)",
            ),
        ),
    )
    yield Card(
        "rm-running",
        _("`docker rm` without `-f` removes a running container."),
        False,
        _("It refuses: stop the container first, or use `-f`."),
        f"{_DOCS}/reference/cli/docker/container/rm/",
        bend=(("DELETE /containers/([^/]+)", 'query["force"] = "1"'),),
    )
    yield Card(
        "same-name",
        _("Two containers may have the same name, as long as only one of them runs."),
        False,
        _("A stopped container keeps its name: “The container name … is already in use”."),
        f"{_DOCS}/reference/cli/docker/container/run/#name",
        bend=(
            (
                _CREATE,
                "if query.get('name') and sh('docker inspect -f {{.Name}} \"$N\"', N=query['name']) == '/' + query['name']:"
                " sh('docker rename \"$N\" \"$N-$(cat /proc/sys/kernel/random/uuid)\"', N=query['name'])",
            ),
        ),
    )
    yield Card(
        "rename",
        _("A container can get another name while it runs."),
        True,
        _("`docker rename` works on running containers."),
        f"{_DOCS}/reference/cli/docker/container/rename/",
        bend=(("POST /containers/([^/]+)/rename", 'reply(409, "a running container can\'t be renamed")'),),
    )
    yield Card(
        "restart-new",
        _("When an image was built anew under its old name, `docker restart` runs the container with the new image."),
        False,
        _("A container stays with the image that it was made from: remove it and run a new one."),
        f"{_DOCS}/reference/cli/docker/container/restart/",
        bend=(("POST /containers/([^/]+)/restart", _ANEW),),
    )
    yield Card(
        "start-idle",
        _("`docker start` brings an ended container back, idle: its command doesn't run again."),
        False,
        _("Its command runs once more, and ends once more."),
        f"{_DOCS}/reference/cli/docker/container/start/",
        bend=((_CREATE, _IDLES), ("POST /containers/([^/]+)/start", _AGAIN)),
    )
