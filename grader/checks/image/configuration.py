"""What an image says about the containers made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.checks import arguments
from grader.checks.daemon import Attrs
from grader.checks.docker_words import (
    dig,
    environment,
    full_reference,
    inspect_command,
    port_key,
    short_id,
    shown_words,
)
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.history import gone
from grader.checks.image.subject import ImageSubject, find_image
from grader.checks.plain import listed
from grader.i18n import _


class ImageConfiguration(ImageSubject):
    """Expectations about an image's configuration."""

    def _config_claim(
        self, sentence: str, expected: str, field: str, instruction: str, right: Any, show: Any
    ) -> Claim:
        """A claim about one field of the image's Config; ``right`` and ``show`` get its value."""

        def judge(attrs: Attrs) -> Finding:
            value = dig(attrs, "Config", field)
            return Finding(bool(right(value)), show(value))

        return Claim(
            sentence.format(name=self.name, expected=expected),
            expected,
            judge,
            inspect_command("image", self.name, f".Config.{field}"),
            _(
                "In a Dockerfile the instruction {instruction} decides it. Was the image built again after the change?"
            ).format(instruction=instruction),
        )

    @expectation
    def exists(self) -> Claim:
        """An image has this name and tag."""
        return Claim(
            _("Image {name} exists").format(name=self.name),
            _("an image with this name"),
            lambda attrs: Finding(True, short_id(str(attrs.get("Id")))),
            "docker images",
            "",
        )

    @expectation
    def is_gone(self, after_existing: bool = False) -> Claim:
        """No image has this name; with ``after_existing`` one had it earlier."""
        return gone(
            self,
            _("Image {name} is removed"),
            after_existing,
            "docker images",
            present=lambda attrs: short_id(str(attrs.get("Id"))),
        )

    @expectation
    def has_entrypoint(self, entrypoint: Sequence[str] | str) -> Claim:
        """Its ENTRYPOINT in exec form."""
        wanted = arguments.words(entrypoint, "entrypoint")
        return self._config_claim(
            _("Image {name} has the entrypoint {expected}"),
            shown_words(wanted),
            "Entrypoint",
            "ENTRYPOINT",
            lambda value: list(value or []) == wanted,
            shown_words,
        )

    @expectation
    def has_command(self, command: Sequence[str] | str) -> Claim:
        """Its default command (CMD)."""
        wanted = arguments.words(command, "command")
        return self._config_claim(
            _("Image {name} has the command {expected}"),
            shown_words(wanted),
            "Cmd",
            "CMD",
            lambda value: list(value or []) == wanted,
            shown_words,
        )

    @expectation
    def has_env(self, named: Mapping[str, str] | None = None, /, **variables: str) -> Claim:
        """It sets these environment variables."""
        wanted = arguments.pairs(named, variables, "has_env")

        def has(value: Any) -> dict[str, str]:
            return environment({"Env": value})

        return self._config_claim(
            _("Image {name} sets {expected} in the environment"),
            ", ".join(f"{name}={value}" for name, value in wanted.items()),
            "Env",
            "ENV",
            lambda value: wanted.items() <= has(value).items(),
            lambda value: listed((f"{n}={v}" for n, v in has(value).items()), empty=_("no variables")),
        )

    @expectation
    def has_label(self, key: str, value: str | None = None) -> Claim:
        """It carries this label, with this value when one is given."""
        arguments.text(key, "key")
        return self._config_claim(
            _("Image {name} has the label {expected}"),
            key if value is None else f"{key}={value}",
            "Labels",
            "LABEL",
            lambda labels: key in (labels or {}) and value in (None, labels[key]),
            lambda labels: listed((f"{k}={v}" for k, v in (labels or {}).items()), empty=_("no labels")),
        )

    @expectation
    def has_workdir(self, path: str) -> Claim:
        """Its working directory."""
        wanted = arguments.path(path, "path")
        return self._config_claim(
            _("Image {name} has the working directory {expected}"),
            wanted,
            "WorkingDir",
            "WORKDIR",
            lambda value: (value or "/").rstrip("/") == wanted.rstrip("/"),
            lambda value: value or "/",
        )

    @expectation
    def runs_as(self, user: str) -> Claim:
        """Its containers run as this user, written as in the USER instruction."""
        wanted = arguments.text(user, "user")
        return self._config_claim(
            _("Image {name} runs as the user {expected}"),
            wanted,
            "User",
            "USER",
            lambda value: (value or "root") == wanted,
            lambda value: value or _("root (none is set)"),
        )

    @expectation
    def exposes(self, port: int, protocol: str = "tcp") -> Claim:
        """It says that it listens on this port."""
        wanted = port_key(
            arguments.port(port, "port"), arguments.one_of(protocol, "protocol", ("tcp", "udp", "sctp"))
        )
        return self._config_claim(
            _("Image {name} exposes the port {expected}"),
            wanted,
            "ExposedPorts",
            "EXPOSE",
            lambda value: wanted in (value or {}),
            lambda value: listed(value or {}, empty=_("no exposed port")),
        )

    @expectation
    def has_volume(self, path: str) -> Claim:
        """It declares a volume at this path."""
        wanted = arguments.path(path, "path")
        return self._config_claim(
            _("Image {name} declares a volume at {expected}"),
            wanted,
            "Volumes",
            "VOLUME",
            lambda value: wanted in {at.rstrip("/") or "/" for at in value or {}},
            lambda value: listed(value or {}, empty=_("no volume")),
        )

    @expectation
    def has_tag(self, tag: str) -> Claim:
        """The same image also has this name."""
        wanted = full_reference(arguments.text(tag, "tag"))

        def judge(attrs: Attrs) -> Finding:
            other = find_image(self._daemon, wanted)
            same = other is not None and other.get("Id") == attrs.get("Id")
            return Finding(same, listed(attrs.get("RepoTags") or (), empty=_("no names")))

        return Claim(
            _("Image {name} is also named {tag}").format(name=self.name, tag=wanted),
            wanted,
            judge,
            inspect_command("image", self.name, ".RepoTags"),
            _("An image can have many names: `docker image --help`."),
        )
