"""What an image weighs and what it is made of."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from grader.checks import arguments
from grader.checks.daemon import Attrs, Daemon
from grader.checks.docker_words import dig, inspect_command
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.image.subject import ImageSubject, find_image
from grader.checks.sizes import human_size, size_bytes
from grader.i18n import _, ngettext


class Layers(ImageSubject):
    """Expectations about an image's size, layers and history."""

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
            size = image_size(self._daemon, self.name, attrs)
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

    def _size_of_other(self, reference: str) -> int:
        other = find_image(self._daemon, reference)
        if other is None:
            raise AuthorError(_("there is no image {name} to compare with").format(name=reference))
        return image_size(self._daemon, reference, other)

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
            count = len(mine) - (_in_common(self._layers_of_other(above), mine) if above else 0)
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
            same, count, found = self._shared(attrs, base)
            return Finding(same == count, found)

        return Claim(
            self._says(_("{what} is built on {base}"), base=base),
            _("all layers of {base} at the bottom").format(base=base),
            judge,
            inspect_command("image", self.name, ".RootFS.Layers"),
            _("The (last) FROM instruction of a Dockerfile names the base image."),
        )

    def _layers_of_other(self, reference: str) -> list[str]:
        other = find_image(self._daemon, reference)
        if other is None:
            raise AuthorError(_("there is no image {name} to compare with").format(name=reference))
        return layers_of(other)

    def _shared(self, attrs: Attrs, other: str) -> tuple[int, int, str]:
        """How many of another image's layers it has from the bottom up, of how many; and that in words."""
        theirs = self._layers_of_other(other)
        same = _in_common(theirs, layers_of(attrs))
        found = _("{same} of the {count} layers of {base} are in it")
        return same, len(theirs), found.format(same=same, count=len(theirs), base=other)

    @expectation
    def shares_layers_with(self, other: str, at_least: int = 1, *, all_but: int | None = None) -> Claim:
        """Its lowest layers are those of another image: at least so many of them, or all but exactly so many."""
        arguments.text(other, "other")
        least = arguments.whole(at_least, "at_least", low=1, high=127)
        if all_but is not None:
            arguments.whole(all_but, "all_but", low=0, high=127)

        def judge(attrs: Attrs) -> Finding:
            same, count, found = self._shared(attrs, other)
            # Sharing more than that is wrong, too: whoever builds on the other image shares all of it.
            return Finding(same >= least if all_but is None else same == max(count - all_but, 1), found)

        return Claim(
            self._says(_("{what} shares layers with {other}"), other=other),
            _("at least {n}").format(n=least)
            if all_but is None
            else _("all but the last {n}, and not more").format(n=all_but),
            judge,
            inspect_command("image", self.name, ".RootFS.Layers"),
            _("Equal steps on an equal base share their layers, up to the first that differs."),
        )

    @expectation
    def history_contains(self, text: str) -> Claim:
        """One of the steps that made it, or the message of a commit, contains this text."""
        wanted = arguments.text(text, "text")
        return Claim(
            _("The history of image {name} contains {text!r}").format(name=self.name, text=wanted),
            wanted,
            lambda _attrs: _in_history(self._daemon, self.name, wanted, present=True),
            f"docker history --no-trunc {self._shell_name}",
            _("`docker history` shows the steps that made an image, the newest first."),
        )

    @expectation
    def history_lacks(self, text: str) -> Claim:
        """No step that made it and no message of a commit contains this text (a password, say)."""
        unwanted = arguments.text(text, "text")
        return Claim(
            _("The history of image {name} does not contain {text!r}").format(name=self.name, text=unwanted),
            _("nowhere in it"),
            lambda _attrs: _in_history(self._daemon, self.name, unwanted, present=False),
            f"docker history --no-trunc {self._shell_name}",
            _("Build arguments and commands stay readable in the history of an image."),
        )


def layers_of(attrs: Attrs) -> list[str]:
    """Digests of the layers with content, lowest first."""
    return [str(layer) for layer in dig(attrs, "RootFS", "Layers") or ()]


def _in_common(one: list[str], other: list[str]) -> int:
    """How many layers two images share from the bottom up."""
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def history_of(daemon: Daemon, reference: str) -> list[dict[str, Any]]:
    return [dict(step) for step in daemon.ask(lambda client: client.history(reference))]


def image_size(daemon: Daemon, reference: str, attrs: Attrs) -> int:
    """Unpacked bytes of all layers.

    With the containerd image store an image's Size counts the packed layers too, so the sum over the history
    is taken: it means the same with every store.
    """
    total = sum(int(step.get("Size") or 0) for step in history_of(daemon, reference))
    return total or int(attrs.get("Size") or 0)


def _in_history(daemon: Daemon, reference: str, text: str, *, present: bool) -> Finding:
    # A commit's message is in the comment; its "created by" is only the command the container ran.
    told = [(step.get("CreatedBy"), step.get("Comment")) for step in history_of(daemon, reference)]
    steps = ["  ".join(str(part) for part in parts if part) for parts in told]
    hits = [step for step in steps if text in step]
    found = hits[0] if hits else _("in none of its {count} steps").format(count=len(steps))
    return Finding(bool(hits) is present, found)


def _as_size(limit: str | int) -> int | None:
    """Bytes when ``limit`` is a size, None when it must be an image's name."""
    try:
        return size_bytes(limit, "limit")
    except AuthorError:
        if not isinstance(limit, str) or not limit.strip():
            raise
        return None
