"""What a manager tells of its swarm: nodes by their hosts' names, and the tasks of a service."""

from __future__ import annotations

from collections.abc import Sequence

from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.words import dig

#: Seconds between two questions: a manager's events don't tell of tasks.
RETRY = 0.3


def nodes(daemon: Daemon) -> list[Attrs]:
    """All nodes; raises Refused where the daemon is no manager."""
    return [dict(node) for node in daemon.ask(lambda client: client.nodes())]


def hostname(node: Attrs) -> str:
    return str(dig(node, "Description", "Hostname") or "?")


def is_ready(node: Attrs) -> bool:
    return bool(dig(node, "Status", "State") == "ready")


def tasks_of(daemon: Daemon, service: str) -> list[Attrs]:
    """All tasks of a service that the manager remembers, the newest first."""
    found = daemon.ask(lambda client: client.tasks(filters={"service": service}))
    mine = [dict(task) for task in found]
    return sorted(mine, key=lambda task: str(task.get("CreatedAt")), reverse=True)


def running(tasks: Sequence[Attrs], members: Sequence[Attrs]) -> list[tuple[Attrs, str]]:
    """Of ``tasks`` those that run and shall run, each with its host's name.

    What a node that is down said last is no news: the manager itself counts its tasks as lost.
    """
    hosts = {str(node.get("ID")): hostname(node) for node in members if is_ready(node)}
    return [
        (task, hosts[node])
        for task in tasks
        if task.get("DesiredState") == "running"
        and dig(task, "Status", "State") == "running"
        and (node := str(task.get("NodeID"))) in hosts
    ]


def image_of(spec: Attrs) -> str:
    """The image of a service's or task's specification, as it was typed: without the digest that the manager added."""
    template = spec.get("TaskTemplate") or spec
    return str(dig(template, "ContainerSpec", "Image") or "").partition("@")[0]
