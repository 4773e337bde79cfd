"""What a container was made from and told at its creation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.checks import arguments
from grader.checks.container.subject import ContainerSubject
from grader.checks.daemon import Attrs
from grader.checks.docker_words import (
    dig,
    environment,
    full_reference,
    inspect_command,
    short_id,
    shown_words,
)
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.plain import listed
from grader.i18n import _


class Configuration(ContainerSubject):
    """Expectations about a container's image, command, environment, labels and the like."""

    @expectation
    def made_from(self, image: str) -> Claim:
        """It was made from this image (any of its tags counts, an older image of that name doesn't)."""
        wanted = full_reference(arguments.text(image, "image"))

        def judge(attrs: Attrs) -> Finding:
            used, used_id = str(dig(attrs, "Config", "Image")), str(attrs.get("Image"))
            now = self._daemon.find(lambda client: client.inspect_image(wanted))
            if now is None:
                return Finding(full_reference(used) == wanted, used)
            if now.get("Id") == used_id:
                return Finding(True, used)
            if full_reference(used) == wanted:
                older = _("an older image of that name ({id}), made anew since").format(id=short_id(used_id))
                return Finding(False, older)
            return Finding(False, used)

        return Claim(
            _("Container {name} was made from {image}").format(name=self.name, image=image),
            wanted,
            judge,
            inspect_command("container", self.name, ".Config.Image", ".Image"),
            _("A container keeps the image it was made from; another image needs another container."),
        )

    @expectation
    def has_env(self, named: Mapping[str, str] | None = None, /, **variables: str) -> Claim:
        """Its environment has these variables: ``has_env(MODE="dev")``."""
        wanted = arguments.pairs(named, variables, "has_env")

        def judge(attrs: Attrs) -> Finding:
            has = environment(attrs.get("Config") or {})
            found = [
                f"{name}={has[name]}" if name in has else _("{name} is not set").format(name=name)
                for name in wanted
            ]
            return Finding(all(has.get(name) == value for name, value in wanted.items()), ", ".join(found))

        shown = ", ".join(f"{name}={value}" for name, value in wanted.items())
        return Claim(
            _("Container {name} has {variables} in its environment").format(name=self.name, variables=shown),
            shown,
            judge,
            inspect_command("container", self.name, ".Config.Env"),
            _(
                "The environment is fixed when a container is made: `docker run --help`, look for environment."
            ),
        )

    @expectation
    def has_label(self, key: str, value: str | None = None) -> Claim:
        """It carries this label, with this value when one is given."""
        arguments.text(key, "key")
        shown = key if value is None else f"{key}={value}"

        def judge(attrs: Attrs) -> Finding:
            labels = dig(attrs, "Config", "Labels") or {}
            right = key in labels and (value is None or labels[key] == value)
            return Finding(right, listed((f"{k}={v}" for k, v in labels.items()), empty=_("no labels")))

        return Claim(
            _("Container {name} has the label {label}").format(name=self.name, label=shown),
            shown,
            judge,
            inspect_command("container", self.name, ".Config.Labels"),
            _("Labels are given when a container is made: `docker run --help`, look for metadata."),
        )

    @expectation
    def has_command(self, command: Sequence[str] | str) -> Claim:
        """Its command (what follows the image in ``docker run``, or the image's CMD) is this."""
        wanted = arguments.words(command, "command")

        def judge(attrs: Attrs) -> Finding:
            has = dig(attrs, "Config", "Cmd") or []
            return Finding(list(has) == wanted, shown_words(has))

        return Claim(
            _("Container {name} has the command {command}").format(
                name=self.name, command=shown_words(wanted)
            ),
            shown_words(wanted),
            judge,
            inspect_command("container", self.name, ".Config.Cmd"),
            _("What follows the image's name in `docker run` becomes the command."),
        )
