"""How an image is looked up, and what to say when there is none."""

from __future__ import annotations

import shlex

from grader.checks.daemon import Attrs, Daemon
from grader.checks.docker_words import full_reference, looks_like_id
from grader.checks.expectation import Finding, Subject
from grader.checks.plain import listed
from grader.i18n import _


class ImageSubject(Subject):
    """An image by its reference, such as ``app:1``."""

    kind = "image"

    @property
    def what(self) -> str:
        return _("Image {name}").format(name=self.name)

    def _fetch(self) -> Attrs | None:
        return find_image(self._daemon, self.name)

    def _missing(self) -> Finding:
        return Finding(
            False,
            _("there is no image {name}; the images here: {names}").format(
                name=self.name, names=listed(self._tags(), empty=_("none"))
            ),
            "docker images",
            _("An image has the names it was tagged with when it was built or by `docker tag`."),
        )

    def _tags(self) -> list[str]:
        images = self._daemon.ask(lambda client: client.images())
        tags = {tag for image in images for tag in image.get("RepoTags") or () if tag != "<none>:<none>"}
        # The student's own images say more than the course's, so these come last.
        return sorted(tags, key=lambda tag: (tag.startswith("drydock/"), tag))

    @property
    def _shell_name(self) -> str:
        return shlex.quote(self.name)


def find_image(daemon: Daemon, reference: str) -> Attrs | None:
    """An image's description, or None.

    The daemon also takes the beginning of an ID; here only names count, and whole IDs that say so.
    """
    attrs = daemon.find(lambda client: client.inspect_image(reference))
    if attrs is None or reference.startswith("sha256:") or "@" in reference:
        return attrs
    named = full_reference(reference) in (attrs.get("RepoTags") or ())
    return attrs if named or not looks_like_id(reference) else None
