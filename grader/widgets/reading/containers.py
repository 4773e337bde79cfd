"""All containers of the daemon as `docker inspect` tells them, without those the checks use and throw away."""

from __future__ import annotations

from grader.checks.throwaway import OWN_LABEL
from grader.docker_api.daemon import Attrs, Daemon


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
