"""How an image is looked up, and what to say when there is none."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any, Self

from grader.checks.expectation import Claim, Context, Finding, Subject, expectation, required_name
from grader.checks.history import none_here
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.words import dig, full_reference, looks_like_id, short_id
from grader.i18n import _
from grader.report.plain import listed


class ImageSubject(Subject):
    """An image by its reference, such as ``app:1``."""

    kind = "image"

    @property
    def what(self) -> str:
        return _("Image {name}").format(name=self.name)

    def _fetch(self) -> Attrs | None:
        return find_image(self._daemon, self.name)

    def _missing(self) -> Finding:
        if self._daemon.course_image(self.name) and self._daemon.find(lambda client: client.inspect_image(self.name)):
            return Finding(
                False,
                _("the name {name} means another image now than the course's").format(name=self.name),
                "docker images",
                _("`docker tag` gave the name away. `drydock reset` brings the course's images back."),
            )
        return none_here(self, _("there is no image {name}; the images here: {names}"), self._tags(), "docker images")

    def _tags(self) -> list[str]:
        images = self._daemon.ask(lambda client: client.images())
        tags = {tag for image in images for tag in image.get("RepoTags") or () if tag != "<none>:<none>"}
        # The student's own images say more than the course's, so these come last.
        return sorted(tags, key=lambda tag: (tag.startswith("drydock/"), tag))

    @property
    def _shell_name(self) -> str:
        return shlex.quote(self.name)


def layers_of(attrs: Mapping[str, Any]) -> list[str]:
    """Digests of the layers with content, lowest first."""
    return [str(layer) for layer in dig(attrs, "RootFS", "Layers") or ()]


def layers_called(daemon: Daemon, reference: str) -> list[str] | None:
    """The layers of an image by its name, also of a course image that was removed since; None: there is none."""
    other = daemon.course_image(reference) or find_image(daemon, reference)
    return None if other is None else layers_of(other)


def find_image(daemon: Daemon, reference: str) -> Attrs | None:
    """An image's description, or None.

    The daemon also takes the beginning of an ID; here only names count, and whole IDs that say so. The course's names
    mean the course's images and no other that a student gave such a name.
    """
    attrs = daemon.find(lambda client: client.inspect_image(reference))
    known = daemon.course_image(reference)
    if attrs is not None and known is not None and attrs.get("Id") != known["Id"]:
        return None
    if attrs is None or reference.startswith("sha256:") or "@" in reference:
        return attrs
    named = full_reference(reference) in (attrs.get("RepoTags") or ())
    return attrs if named or not looks_like_id(reference) else None


def nothing_to_compare(reference: str) -> Finding:
    """Whether an image is there is in the student's hands, and so is that of the one to compare with."""
    return Finding(False, _("there is no image {name} to compare with").format(name=reference), "docker images")


def history_of(daemon: Daemon, attrs: Attrs) -> list[dict[str, Any]]:
    """The steps that made an image, the newest first."""
    return [dict(step) for step in daemon.ask(lambda client: client.history(str(attrs["Id"])))]


# -- Expectations about all images with a label: the way to those that have lost their names.


class Images(Subject):
    """``t.images(label="team=blue")``: all images that carry a label, with a name or without."""

    kind = "image"

    @classmethod
    def stated(cls, context: Context, *, label: str) -> Self:  # type: ignore[override]
        return cls(context, required_name(label))

    @property
    def what(self) -> str:
        return _("The images labelled {label}").format(label=self.name)

    def _fetch(self) -> Attrs:
        # The daemon decides what is dangling: an intermediate step of the old builder has no name, but is in use.
        filters = {"label": self.name, "dangling": True}
        found = self._daemon.ask(lambda client: client.images(filters=filters))
        return {"dangling": sorted(short_id(str(image.get("Id"))) for image in found)}

    @expectation
    def has_no_dangling(self) -> Claim:
        """None of them is dangling, that is without a name. True also when there are none at all."""
        return Claim(
            self._says(_("{what}: none is dangling")),
            _("no image without a name"),
            lambda attrs: Finding(
                not attrs["dangling"], _("without a name: {ids}").format(ids=listed(attrs["dangling"], empty=_("none")))
            ),
            f"docker images --filter dangling=true --filter {shlex.quote(f'label={self.name}')}",
            _("`docker image --help` lists ways to remove images, also those without a name."),
        )
