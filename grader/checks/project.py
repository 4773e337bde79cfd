"""Expectations about a Compose project and its services.

All that is left of a project on the daemon are its containers, networks and volumes, with Compose's labels on them. A
label is what somebody wrote: ``docker run --label`` writes the same ones. So a label is only how the object is found;
what is asked of it is asked of the container itself, but for ``depends_on``.
"""

from __future__ import annotations

import shlex
from dataclasses import replace

from grader.checks import arguments
from grader.checks.container import FoundContainer
from grader.checks.expectation import Claim, Context, Finding, Subject, expectation, required_name
from grader.checks.files import followed
from grader.checks.history import gone, none_here, remembered, there
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.events import attributes
from grader.docker_api.words import dig, inspect_command, listed_name, places_of
from grader.i18n import _
from grader.report.plain import listed

_LABEL = "com.docker.compose."
#: Where Compose puts a secret that is asked for by its name only.
_SECRETS = "/run/secrets/"
_CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")


class Project(Subject):
    """``t.project("shop")``: what ``docker compose`` calls a project."""

    kind = "project"

    @property
    def what(self) -> str:
        return _("Project {name}").format(name=self.name)

    def service(self, name: str) -> Service:
        """One of its services."""
        return Service.of(self._context, self.name, required_name(name))

    def _fetch(self) -> Attrs | None:
        found = {"containers": containers_of(self._daemon, self.name), "networks": self._networks()}
        return found if any(found.values()) else None

    def _networks(self) -> list[str]:
        wanted = {"label": f"{_LABEL}project={self.name}"}
        return sorted(str(network["Name"]) for network in self._daemon.ask(lambda c: c.networks(filters=wanted)))

    def _missing(self) -> Finding:
        everything = self._daemon.ask(lambda c: c.containers(all=True, filters={"label": f"{_LABEL}project"}))
        names = sorted({_label(container, "project") for container in everything})
        found = _("there is no project {name}; the projects here: {names}")
        return none_here(self, found, names, "docker compose ls --all")

    @expectation
    def exists(self) -> Claim:
        """It has a container or a network."""
        return there(self, _("a project with this name"), "docker compose ls --all", _shown)

    @expectation
    def is_gone(self, after_existing: bool = False) -> Claim:
        """It has no container and no network (any more); its volumes may be there: those are asked for by name."""
        claim = gone(self, after_existing, "docker compose ls --all", present=_shown)
        claim = replace(claim, look=_("`docker compose --help` lists what can be done with a project."))
        return replace(claim, absent=self._ended) if arguments.yes(after_existing, "after_existing") else claim

    def _ended(self) -> Finding:
        mark = f"{_LABEL}project"
        if remembered(self._context, self.kind, self.name, lambda event: attributes(event).get(mark) == self.name):
            return Finding(True, _("gone"))
        never = _("there is none, and there never was a container of a project {name}").format(name=self.name)
        return Finding(False, never, "docker compose ls --all", self._where_to_begin())

    @expectation
    def has_only_services(self, *services: str) -> Claim:
        """It has containers of these services, running or not, and of no others; ``compose run`` makes none."""
        wanted = sorted(set(arguments.texts(services, "services")))

        def judge(attrs: Attrs) -> Finding:
            names = sorted({_label(container, "service") for container in attrs["containers"]})
            return Finding(names == wanted, listed(names, empty=_("none")))

        return Claim(
            self._says(_("{what} has containers of the services {names}, and of no others"), names=", ".join(wanted)),
            ", ".join(wanted),
            judge,
            f"docker compose --project-name {shlex.quote(self.name)} ps --all",
            _("`docker compose ps --all` lists them; `docker compose config --services` shows those of the file."),
        )


class Service(FoundContainer):
    """``t.project("shop").service("web")``: its container, the one with the lowest number where there are several."""

    project: str
    service: str

    @classmethod
    def of(cls, context: Context, project: str, service: str) -> Service:
        # As Compose calls it by itself, where there is none.
        subject = cls(context, f"{project}-{service}-1")
        subject.project, subject.service = project, service
        subject._find_at_once()
        return subject

    def _search(self) -> str:
        return next(map(listed_name, containers_of(self._daemon, self.project, self.service)), "")

    @property
    def what(self) -> str:
        return _("Service {service} (container {name})").format(service=self.service, name=self.name)

    def _fetch(self) -> Attrs | None:
        attrs = super()._fetch()
        labels = dig(attrs or {}, "Config", "Labels") or {}
        mine = (labels.get(f"{_LABEL}project"), labels.get(f"{_LABEL}service")) == (self.project, self.service)
        return attrs if mine else None

    def _missing(self) -> Finding:
        found = sorted({_label(container, "service") for container in containers_of(self._daemon, self.project)})
        return Finding(
            False,
            _("project {project} has no container of a service {service}; it has: {names}").format(
                project=self.project, service=self.service, names=listed(found, empty=_("none"))
            ),
            f"docker compose --project-name {shlex.quote(self.project)} ps --all",
            self._where_to_begin(),
        )

    @expectation
    def has_replicas(self, number: int) -> Claim:
        """So many containers of it run."""
        arguments.whole(number, "number", low=0, high=1000)

        def count() -> Finding:
            found = containers_of(self._daemon, self.project, self.service)
            running = [listed_name(container) for container in found if container.get("State") == "running"]
            return Finding(len(running) == number, listed(running, empty=_("none runs")))

        return Claim(
            self._says(_("Of service {service} {number} containers run"), service=self.service, number=number),
            str(number),
            lambda _attrs: count(),
            f"docker compose --project-name {shlex.quote(self.project)} ps {shlex.quote(self.service)}",
            _("`docker compose up --help` lists an option for the number of a service's containers."),
            absent=count,
        )

    @expectation
    def depends_on(self, other: str, condition: str = "service_started") -> Claim:
        """Compose was told to start it after another service, and on this condition (Compose 2 notes it in a label)."""
        arguments.text(other, "other")
        wanted = arguments.one_of(condition, "condition", _CONDITIONS)

        def judge(attrs: Attrs) -> Finding:
            noted = str((dig(attrs, "Config", "Labels") or {}).get(f"{_LABEL}depends_on") or "")
            has = dict(entry.split(":")[:2] for entry in noted.split(",") if entry.count(":") >= 1)
            shown = listed((f"{name}: {why}" for name, why in sorted(has.items())), empty=_("it waits for nobody"))
            return Finding(has.get(other) == wanted, shown)

        return Claim(
            self._says(_("{what} waits for {other}: {condition}"), other=other, condition=wanted),
            f"{other}: {wanted}",
            judge,
            inspect_command("container", self.name, ".Config.Labels"),
            _("A container keeps what the file said when it was made. Change it, `docker compose down`, then `up`."),
        )

    @expectation
    def has_secret(self, name: str, equals: str | None = None) -> Claim:
        """It has this secret as a file, and nothing of it can be read in ``docker inspect``."""
        path = _SECRETS + arguments.text(name, "name")
        if equals is not None:
            arguments.text(equals, "equals")

        def judge(attrs: Attrs) -> Finding:
            entry = followed(self._reader(), path)
            text = "" if entry is None else entry.content.decode("utf-8", "replace").strip()
            if not text:
                return Finding(False, _("there is nothing at {path}").format(path=path))
            if places_of(text, attrs):
                return Finding(False, _("it is at {path}, but `docker inspect` shows it, too").format(path=path))
            other = _("another text is at {path}").format(path=path)
            return Finding(equals is None or text == equals.strip(), path if equals is None else other)

        return Claim(
            self._says(_("{what} has the secret {name}, and `docker inspect` does not show it"), name=name),
            path,
            judge,
            f"docker exec {self._shell_name} ls -l {_SECRETS}",
            _("A service gets only the secrets listed below it; another part of the file says where they come from."),
        )


def containers_of(daemon: Daemon, project: str, service: str | None = None) -> list[Attrs]:
    """The containers of a project, by their numbers, as ``docker ps`` lists them; without those of ``compose run``."""
    labels = [f"{_LABEL}project={project}", *([f"{_LABEL}service={service}"] if service else [])]
    found = daemon.ask(lambda client: client.containers(all=True, filters={"label": labels}))
    lasting = [container for container in found if _label(container, "oneoff").lower() != "true"]
    return sorted(lasting, key=lambda one: (_number(_label(one, "container-number")), listed_name(one)))


def _label(container: Attrs, name: str) -> str:
    return str((container.get("Labels") or {}).get(_LABEL + name) or "")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 10**9


def _shown(attrs: Attrs) -> str:
    return listed([*map(listed_name, attrs["containers"]), *attrs["networks"]], empty=_("none"))
