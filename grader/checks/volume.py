"""Expectations about a volume."""

from __future__ import annotations

from grader.checks import arguments
from grader.checks.daemon import Attrs
from grader.checks.docker_words import inspect_command
from grader.checks.expectation import Claim, Finding, Subject, expectation
from grader.checks.history import gone
from grader.checks.plain import listed
from grader.i18n import _


class Volume(Subject):
    """``t.volume("data")``: everything a task can expect of one volume."""

    kind = "volume"

    def _fetch(self) -> Attrs | None:
        return self._daemon.find(lambda client: client.inspect_volume(self.name))

    def _missing(self) -> Finding:
        volumes = self._daemon.ask(lambda client: client.volumes()).get("Volumes") or []
        names = sorted(str(volume.get("Name")) for volume in volumes)
        return Finding(
            False,
            _("there is no volume {name}; the volumes here: {names}").format(
                name=self.name, names=listed(names, empty=_("none"))
            ),
            "docker volume ls",
            _("A volume is made by `docker volume create`, or by the first container that mounts it."),
        )

    @expectation
    def exists(self) -> Claim:
        """A volume has this name."""
        return Claim(
            _("Volume {name} exists").format(name=self.name),
            _("a volume with this name"),
            lambda attrs: Finding(True, str(attrs.get("Driver"))),
            "docker volume ls",
            "",
        )

    @expectation
    def is_gone(self, after_existing: bool = False) -> Claim:
        """No volume has this name; with ``after_existing`` one had it earlier."""
        return gone(
            self,
            _("Volume {name} is removed"),
            after_existing,
            "docker volume ls",
            present=lambda attrs: str(attrs.get("Driver")),
        )

    @expectation
    def has_label(self, key: str, value: str | None = None) -> Claim:
        """It carries this label, with this value when one is given."""
        arguments.text(key, "key")
        shown = key if value is None else f"{key}={value}"

        def judge(attrs: Attrs) -> Finding:
            labels = attrs.get("Labels") or {}
            right = key in labels and value in (None, labels[key])
            return Finding(right, listed((f"{k}={v}" for k, v in labels.items()), empty=_("no labels")))

        return Claim(
            _("Volume {name} has the label {label}").format(name=self.name, label=shown),
            shown,
            judge,
            inspect_command("volume", self.name, ".Labels"),
            _("Labels are given when a volume is made."),
        )

    @expectation
    def used_by(self, container: str) -> Claim:
        """This container has it mounted, running or not."""
        wanted = arguments.text(container, "container")

        def judge(_attrs: Attrs) -> Finding:
            users = self._users()
            return Finding(wanted in users, listed(users, empty=_("used by no container")))

        return Claim(
            _("Volume {name} is used by container {container}").format(name=self.name, container=wanted),
            wanted,
            judge,
            f"docker ps --all --filter volume={self.name}",
            _("A volume is mounted when a container is made."),
        )

    def _users(self) -> list[str]:
        found = self._daemon.ask(lambda client: client.containers(all=True, filters={"volume": self.name}))
        return sorted(str((container.get("Names") or ["?"])[0]).removeprefix("/") for container in found)
