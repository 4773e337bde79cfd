"""The lab daemon for widgets: found as `connect` finds it, its troubles told in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Unavailable
from grader.docker_api.words import OWN_LABEL
from grader.i18n import _
from grader.lab_daemon import NoDaemon, OneSentence, lab_variables

#: Seconds for all questions of one chart.
_SECONDS = 20.0


class NotThere(OneSentence):
    """The container or image a chart is about does not exist."""


class TooLate(OneSentence):
    """What was waited for did not happen in time, or can't happen any more."""


def lab_host() -> str:
    """The DOCKER_HOST of the lab daemon. Raises NoDaemon."""
    return lab_variables()["DOCKER_HOST"]


def ask[T](read: Callable[[Daemon], T], host: str = "") -> T:
    """What ``read`` finds out from the lab daemon, on a connection of its own. Raises NoDaemon."""
    connection = Connection(host or lab_host())
    try:
        return read(Daemon(connection, Deadline(_SECONDS)))
    except Unavailable as error:
        raise NoDaemon(
            _("{why} Start it in a terminal, then run this cell again: drydock up").format(why=error)
        ) from None
    finally:
        connection.close()


def inspect_container(daemon: Daemon, name: str) -> Attrs:
    """Raises NotThere."""
    found = daemon.find(lambda client: client.inspect_container(name)) if _is_name(name) else None
    if found is None:
        raise no_container(name)
    return found


def no_container(name: str) -> NotThere:
    return NotThere(_("There is no container named {name}. See which there are: docker ps --all").format(name=name))


def inspect_image(daemon: Daemon, reference: str) -> Attrs:
    """Raises NotThere."""
    found = daemon.find(lambda client: client.inspect_image(reference)) if _is_name(reference) else None
    if found is None:
        raise NotThere(
            _("There is no image {name} on the lab daemon. See which there are: docker images").format(name=reference)
        )
    return found


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and bool(name.strip())


# -- All containers of the daemon as `docker inspect` tells them, without those the checks use and throw away.


def all_containers(daemon: Daemon) -> list[Attrs]:
    """Sorted by name. One that goes away while we ask is left out."""
    listed = daemon.ask(lambda client: client.containers(all=True))
    identifiers = [str(entry["Id"]) for entry in listed if OWN_LABEL not in (entry.get("Labels") or {})]
    found = [_inspect(daemon, identifier) for identifier in identifiers]
    return sorted((attrs for attrs in found if attrs is not None), key=name_of)


def _inspect(daemon: Daemon, identifier: str) -> Attrs | None:
    return daemon.find(lambda client: client.inspect_container(identifier))


def name_of(attrs: Attrs) -> str:
    return str(attrs.get("Name") or "?").removeprefix("/")


# -- Docker's words for what a container is doing, in the reader's language.


def state_word(state: str) -> str:
    """A state of a container or of its health. One that is not known here stays as Docker says it."""
    words = {
        "created": _("created"),
        "running": _("running"),
        "paused": _("paused"),
        "restarting": _("restarting"),
        "removing": _("removing"),
        "exited": _("exited"),
        "dead": _("dead"),
        "starting": _("starting"),
        "healthy": _("healthy"),
        "unhealthy": _("unhealthy"),
        "no healthcheck": _("no healthcheck"),
        "stopped": _("stopped"),
    }
    return words.get(state, state)
