"""What an image weighs and what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from grader.checks import arguments
from grader.checks.arguments import human_size, size_bytes
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.image.subject import (
    ImageSubject,
    find_image,
    history_of,
    layers_called,
    layers_of,
    nothing_to_compare,
)
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.words import inspect_command
from grader.i18n import _, ngettext


class Layers(ImageSubject):
    """Expectations about an image's size and layers."""

    @expectation
    def is_smaller_than(self, limit: str | int) -> Claim:
        """Its size is below ``limit``: a size ("20MB", bytes) or another image's name."""
        return self._size_claim(limit, smaller=True)

    @expectation
    def is_larger_than(self, limit: str | int) -> Claim:
        """Its size is above ``limit``: a size or another image's name."""
        return self._size_claim(limit, smaller=False)

    def _size_claim(self, limit: str | int, *, smaller: bool) -> Claim:
        bound = _as_size(limit)

        def judge(attrs: Attrs) -> Finding:
            most = bound if bound is not None else self._size_of_other(str(limit))
            if most is None:
                return nothing_to_compare(str(limit))
            size = image_size(self._daemon, attrs)
            found = human_size(size)
            if bound is None:
                found = _("{size}, and {other} has {other_size}").format(
                    size=found, other=limit, other_size=human_size(most)
                )
            return Finding(size < most if smaller else size > most, found)

        shown = human_size(bound) if bound is not None else str(limit)
        words = (_("{what} is smaller than {limit}"), _("less than {limit}"))
        if not smaller:
            words = (_("{what} is larger than {limit}"), _("more than {limit}"))
        return Claim(
            self._says(words[0], limit=shown),
            words[1].format(limit=shown),
            judge,
            f"docker history {self._shell_name}",
            _("`docker history` shows which step added how much."),
        )

    def _size_of_other(self, reference: str) -> int | None:
        other = find_image(self._daemon, reference)
        return None if other is None else image_size(self._daemon, other)

    @expectation
    def has_layers(
        self,
        exactly: int | None = None,
        *,
        at_least: int | None = None,
        at_most: int | None = None,
        above: str | None = None,
    ) -> Claim:
        """How many layers with content it has; with ``above``, how many of them lie on that image's."""
        bounds = {"exactly": exactly, "at_least": at_least, "at_most": at_most}
        given = {name: bound for name, bound in bounds.items() if bound is not None}
        if not given:
            raise AuthorError(_("one of exactly, at_least, at_most is needed"))
        if above is not None:
            arguments.text(above, "above")
        for name, bound in given.items():
            arguments.whole(bound, name, low=0, high=127)
        words = {"exactly": _("exactly {n}"), "at_least": _("at least {n}"), "at_most": _("at most {n}")}
        shown = ", ".join(words[name].format(n=bound) for name, bound in given.items())

        def judge(attrs: Attrs) -> Finding:
            mine = layers_of(attrs)
            theirs = layers_called(self._daemon, above) if above else []
            if theirs is None:
                return nothing_to_compare(str(above))
            count = len(mine) - in_common(theirs, mine)
            right = exactly in (None, count) and (at_least or 0) <= count <= (127 if at_most is None else at_most)
            return Finding(right, ngettext("{count} layer", "{count} layers", count).format(count=count))

        says = _("{what} has this many layers on those of {base}: {count}") if above else None
        return Claim(
            self._says(says or _("{what} has this many layers: {count}"), count=shown, base=above),
            shown,
            judge,
            inspect_command("image", self.name, ".RootFS.Layers"),
            _("`docker history` shows which instruction made a layer."),
        )

    @expectation
    def builds_on(self, base: str) -> Claim:
        """Its lowest layers are all those of ``base``: it was built FROM it."""
        arguments.text(base, "base")

        def judge(attrs: Attrs) -> Finding:
            theirs = layers_called(self._daemon, base)
            if theirs is None:
                return nothing_to_compare(base)
            same, found = _shared(attrs, theirs, base)
            return Finding(same == len(theirs), found)

        return Claim(
            self._says(_("{what} is built on {base}"), base=base),
            _("all layers of {base} at the bottom").format(base=base),
            judge,
            inspect_command("image", self.name, ".RootFS.Layers"),
            _("The (last) FROM instruction of a Dockerfile names the base image."),
        )

    @expectation
    def shares_layers_with(self, other: str, at_least: int = 1, *, all_but: int | None = None) -> Claim:
        """Its lowest layers are those of another image: at least so many of them, or all but exactly so many."""
        arguments.text(other, "other")
        least = arguments.whole(at_least, "at_least", low=1, high=127)
        if all_but is not None:
            arguments.whole(all_but, "all_but", low=0, high=127)

        def judge(attrs: Attrs) -> Finding:
            theirs = layers_called(self._daemon, other)
            if theirs is None:
                return nothing_to_compare(other)
            same, found = _shared(attrs, theirs, other)
            # Sharing more than that is wrong, too: whoever builds on the other image shares all of it.
            return Finding(same >= least if all_but is None else same == max(len(theirs) - all_but, 1), found)

        return Claim(
            self._says(_("{what} shares layers with {other}"), other=other),
            _("at least {n}").format(n=least)
            if all_but is None
            else _("all but the last {n}, and not more").format(n=all_but),
            judge,
            inspect_command("image", self.name, ".RootFS.Layers"),
            _("Equal steps on an equal base share their layers, up to the first that differs."),
        )


def _shared(attrs: Attrs, theirs: list[str], other: str) -> tuple[int, str]:
    """How many of another image's layers an image has from the bottom up; and that in words."""
    same = in_common(theirs, layers_of(attrs))
    found = _("{same} of the {count} layers of {base} are in it")
    return same, found.format(same=same, count=len(theirs), base=other)


def in_common(one: Sequence[object], other: Sequence[object]) -> int:
    """How many layers two images share from the bottom up."""
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def image_size(daemon: Daemon, attrs: Attrs) -> int:
    """Unpacked bytes of all layers.

    With the containerd image store an image's Size counts the packed layers too, so the sum over the history is taken,
    unless somebody has cut steps out of it: an image may tell of itself what it likes.
    """
    size = int(attrs.get("Size") or 0)
    if not daemon.keeps_images_in_containerd():
        return size
    steps = history_of(daemon, attrs)
    total = sum(int(step.get("Size") or 0) for step in steps)
    return total if total and len(steps) >= len(layers_of(attrs)) else size


def _as_size(limit: str | int) -> int | None:
    """Bytes when ``limit`` is a size, None when it must be an image's name."""
    try:
        return size_bytes(limit, "limit")
    except AuthorError:
        if not isinstance(limit, str) or not limit.strip():
            raise
        return None
