"""Cards about networks, and about what a container may do."""

from __future__ import annotations

from collections.abc import Iterator

from grader.checks.card.card import Card
from grader.i18n import _

_DOCS = "https://docs.docker.com"
_CREATE = "POST /containers/create"
_MODE = 'mode = host.get("NetworkMode") or "default"\n'
_DEFAULT = 'if mode in ("default", "bridge")'
_OWN = 'if mode not in ("default", "bridge", "none", "host") and not mode.startswith("container:")'
_NUMBERS = """
number = (body.get("User") or "").split(":")[0]
if number.isdigit() and number != "0":
    known = sh('docker run --rm -u 0 --entrypoint cat "$I" /etc/passwd', I=body["Image"])
    if not re.search(f"^[^:]*:[^:]*:{number}:", known, re.MULTILINE):
        reply(400, f"unable to find user {number}: no matching entries in passwd file")
"""


def cards() -> Iterator[Card]:
    yield from _networks()
    yield from _rights()


def _networks() -> Iterator[Card]:
    yield Card(
        "default-names",
        _("Containers on the default bridge find each other by their names."),
        False,
        _("Only networks that somebody has made have a DNS server for names."),
        f"{_DOCS}/engine/network/drivers/bridge/",
        bend=(
            (
                _CREATE,
                f"{_MODE}{_DEFAULT}:\n"
                '    sh("docker network inspect bent || docker network create bent")\n'
                '    host["NetworkMode"], body["NetworkingConfig"] = "bent", {}',
            ),
        ),
    )
    yield Card(
        "own-names",
        _("Containers on a network that you have made find each other by their names."),
        True,
        _("Docker's DNS server at 127.0.0.11 knows them there."),
        f"{_DOCS}/engine/network/drivers/bridge/",
        bend=(
            (_CREATE, f'{_MODE}{_OWN}: host["NetworkMode"], body["NetworkingConfig"] = "bridge", {{}}'),
            ("POST /networks/([^/]+)/connect", "reply(200)"),
        ),
    )
    yield Card(
        "no-p",
        _("Without `-p` nobody reaches a server in a container, not even another container."),
        False,
        _("`-p` is for the world outside: by its address every container of the network reaches it."),
        f"{_DOCS}/engine/network/",
        bend=(
            (
                _CREATE,
                f'{_MODE}if mode not in ("none", "host") and not mode.startswith("container:")'
                ' and not host.get("PortBindings") and not host.get("PublishAllPorts"):\n'
                '    host["NetworkMode"], body["NetworkingConfig"] = "none", {}',
            ),
        ),
    )
    yield Card(
        "by-address",
        _("Two containers on the default bridge reach each other by address, without any option."),
        True,
        _('They do, unless the daemon is told otherwise (`"icc": false`).'),
        f"{_DOCS}/engine/network/drivers/bridge/",
        options={"icc": False},
    )
    yield Card(
        "localhost",
        _("In a container `localhost` is the host, so the host's services are reached there."),
        False,
        _("It is the container itself, which has a loopback of its own."),
        f"{_DOCS}/engine/network/drivers/host/",
        bend=(
            (
                _CREATE,
                f'{_MODE}{_DEFAULT} and not host.get("PortBindings"):'
                ' host["NetworkMode"], body["NetworkingConfig"] = "host", {}',
            ),
        ),
    )
    yield Card(
        "all-addresses",
        _("`-p 8080:80` opens the port at all addresses of the host, not at localhost only."),
        True,
        _("At 0.0.0.0, unless an address is given: `-p 127.0.0.1:8080:80`."),
        f"{_DOCS}/engine/network/port-publishing/",
        options={"ip": "127.0.0.1"},
    )


def _rights() -> Iterator[Card]:
    yield Card(
        "mount",
        _("Root in a container may mount file systems, as root on the host may."),
        False,
        _("“permission denied”: Docker leaves root only some of its capabilities."),
        f"{_DOCS}/engine/security/#linux-kernel-capabilities",
        bend=((_CREATE, 'host["Privileged"] = True'),),
    )
    yield Card(
        "userns",
        _("Root in a container is another, powerless user on the host: Docker maps it, without any setting."),
        False,
        _("It is the daemon's root, with fewer capabilities. `userns-remap` maps it, when it is set."),
        f"{_DOCS}/engine/security/userns-remap/",
        options={"userns-remap": "default"},
    )
    yield Card(
        "cap-drop",
        _("With `--cap-drop ALL`, root in a container can't even give a file to another user."),
        True,
        _("chown to another user needs CAP_CHOWN, for root too."),
        f"{_DOCS}/engine/security/#linux-kernel-capabilities",
        bend=((_CREATE, 'host["CapDrop"] = []'),),
    )
    yield Card(
        "env-seen",
        _("`docker inspect` shows a password that was given with `-e`."),
        True,
        _("It does, to all who may use Docker."),
        f"{_DOCS}/compose/how-tos/use-secrets/",
        bend=((_CREATE, 'body["Env"] = []'),),
    )
    yield Card(
        "any-uid",
        _("`docker run -u 4242` fails when the image has no user with this number."),
        False,
        _("The kernel knows numbers only; names are looked up, numbers aren't."),
        f"{_DOCS}/engine/containers/run/#user",
        bend=((_CREATE, _NUMBERS),),
    )
    yield Card(
        "exec-user",
        _("`docker exec` runs a command as root, whoever the container's own user is."),
        False,
        _("It runs as the container's user, unless you say `-u 0`."),
        f"{_DOCS}/reference/cli/docker/container/exec/",
        bend=(("POST /containers/([^/]+)/exec", 'body["User"] = body.get("User") or "0"'),),
    )
