"""An image's names and what it says about the containers made from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.checks import arguments
from grader.checks.configured import Configured
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.history import gone, there
from grader.checks.image.subject import ImageSubject, find_image
from grader.checks.registry.image import pushed
from grader.docker_api import blame
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import full_reference, inspect_command, short_id
from grader.i18n import _
from grader.report.plain import listed


class Identity(Configured, ImageSubject):
    """Expectations about an image's names and platform; most of its Config is in ``Configured``."""

    @expectation
    def exists(self) -> Claim:
        """An image has this name and tag."""
        return there(self, _("an image with this name"), "docker images", lambda attrs: short_id(str(attrs.get("Id"))))

    @expectation
    def is_gone(self, after_existing: bool = False) -> Claim:
        """No image has this name; with ``after_existing`` one had (the daemon's events prove it)."""
        return gone(self, after_existing, "docker images", present=lambda attrs: short_id(str(attrs.get("Id"))))

    @expectation
    def has_tag(self, tag: str) -> Claim:
        """The same image also has this name."""
        wanted = full_reference(arguments.text(tag, "tag"))

        def judge(attrs: Attrs) -> Finding:
            other = find_image(self._daemon, wanted)
            same = other is not None and other.get("Id") == attrs.get("Id")
            return Finding(same, listed(attrs.get("RepoTags") or (), empty=_("no names")))

        return Claim(
            self._says(_("{what} is also named {tag}"), tag=wanted),
            wanted,
            judge,
            inspect_command("image", self.name, ".RepoTags"),
            _("An image can have many names: `docker image --help`."),
        )

    @expectation
    def has_only_tags(self, *tags: str) -> Claim:
        """These are all its names, this one included."""
        wanted = sorted(full_reference(tag) for tag in arguments.texts(tags, "tags"))
        return self._field(
            self._says(_("{what} has exactly the names {tags}"), tags=", ".join(wanted)),
            ", ".join(wanted),
            "RepoTags",
            right=lambda has: sorted(has or ()) == wanted,
            show=lambda has: listed(has or (), empty=_("no names")),
            look=_("An image can have many names: `docker image --help`."),
        )

    @expectation
    def differs_from(self, other: str) -> Claim:
        """It is not the same image as this one."""
        reference = arguments.text(other, "other")

        def judge(attrs: Attrs) -> Finding:
            theirs = find_image(self._daemon, reference)
            if theirs is None:
                return Finding(False, _("there is no image {name}").format(name=reference))
            mine, its = short_id(str(attrs.get("Id"))), short_id(str(theirs.get("Id")))
            return Finding(mine != its, _("{mine} and {its}").format(mine=mine, its=its))

        return Claim(
            self._says(_("{what} is another image than {other}"), other=reference),
            _("two different IDs"),
            judge,
            "docker images",
            _("A tag is a name for an image; two names can mean the same one. Compare their IDs."),
        )

    @expectation
    def has_volume(self, path: str) -> Claim:
        """It declares a volume at this path."""
        wanted = arguments.path(path, "path")
        return self._volumes(
            self._says(_("{what} declares a volume at {path}"), path=wanted),
            wanted,
            lambda has: wanted in has,
        )

    @expectation
    def has_no_volume(self, path: str) -> Claim:
        """It does not declare a volume at this path."""
        unwanted = arguments.path(path, "path")
        return self._volumes(
            self._says(_("{what} declares no volume at {path}"), path=unwanted),
            _("no volume at {path}").format(path=unwanted),
            lambda has: unwanted not in has,
        )

    def _volumes(self, sentence: str, expected: str, right: Any) -> Claim:
        return self._field(
            sentence,
            expected,
            "Config.Volumes",
            right=lambda has: right({at.rstrip("/") or "/" for at in has or {}}),
            show=lambda has: listed(has or {}, empty=_("no volume")),
            look=self._config_look("VOLUME", "volume"),
        )

    @expectation
    def has_shell(self, shell: Sequence[str] | str) -> Claim:
        """Its SHELL for instructions in shell form; ``[]`` means the default."""
        wanted = arguments.words(shell, "shell") if shell else []
        return self._words(_("{what} has the shell {words}"), wanted, "Shell", "shell")

    @expectation
    def has_author(self, author: str | None = None) -> Claim:
        """It names its author (``docker commit --author``): this one, or anybody."""
        wanted = "" if author is None else arguments.text(author, "author")
        return self._field(
            self._says(_("{what} has the author {author}"), author=wanted)
            if wanted
            else self._says(_("{what} has an author")),
            wanted or _("an author"),
            "Author",
            right=lambda has: wanted in ("", has) and bool(has),
            show=lambda has: str(has) if has else _("no author"),
            look=_("`docker commit --help`, look for author."),
        )

    @expectation
    def is_for_platform(self, architecture: str, system: str = "linux") -> Claim:
        """The machine it was built for, such as amd64 or arm64."""
        wanted = f"{arguments.text(system, 'system')}/{arguments.text(architecture, 'architecture')}"

        def judge(attrs: Attrs) -> Finding:
            has = f"{attrs.get('Os')}/{attrs.get('Architecture')}"
            return Finding(has == wanted, has)

        return Claim(
            self._says(_("{what} is for the platform {platform}"), platform=wanted),
            wanted,
            judge,
            inspect_command("image", self.name, ".Os", ".Architecture"),
            _("`docker build --help`, look for platform."),
        )

    @expectation
    def has_digest(self, digest: str | None = None) -> Claim:
        """A registry knows it by this name: it was pushed or pulled, with this digest when one is given."""
        if digest is not None and not arguments.text(digest, "digest").startswith("sha256:"):
            raise AuthorError(_("digest must begin with sha256:, not {value!r}").format(value=digest))

        repository = full_reference(self.name).rpartition(":")[0]

        def right(has: Any) -> bool:
            if digest is None and self._daemon.keeps_images_in_containerd():
                raise blame.of_what_it_says(
                    self._daemon,
                    _(
                        "this daemon's image store gives every image a digest, pushed or not; "
                        "ask for a digest by its value"
                    ),
                )
            known = [str(entry).partition("@") for entry in has or ()]
            # The same image under another name may have been pushed; that says nothing of this one.
            return any(where == repository and digest in (None, value) for where, _at, value in known)

        return self._field(
            self._says(_("{what} has a digest in a registry")),
            f"{repository}@{digest}" if digest else _("a digest of {repository}").format(repository=repository),
            "RepoDigests",
            right=right,
            show=lambda has: listed(has or (), empty=_("no digest")),
            look=_("An image gets its digest when it is pushed or pulled: `docker images --digests`."),
        )

    @expectation
    def is_pushed(self, *, user: tuple[str, str] | None = None, tls: bool = False) -> Claim:
        """The registry that its name begins with has this very image under this name now."""
        return pushed(self, user, tls)
