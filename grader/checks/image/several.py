"""Expectations about all images with a label: the way to those that have lost their names."""

from __future__ import annotations

import shlex
from typing import Self

from grader.checks.expectation import Claim, Context, Finding, Subject, expectation, required_name
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import short_id
from grader.i18n import _
from grader.report.plain import listed


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

    def _missing(self) -> Finding:
        raise NotImplementedError("no image with the label is an answer, too")

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
