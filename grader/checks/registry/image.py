"""An image as a registry keeps it, by its repository with a tag or a digest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from grader.checks import arguments
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, Subject, expectation
from grader.checks.registry.api import Api, Manifest, Reply, json_of
from grader.checks.registry.signature import signed_by
from grader.checks.registry.subject import RegistrySubject, repository_name
from grader.checks.volume import Volume
from grader.docker_api.daemon import Attrs
from grader.docker_api.errors import Obstructed
from grader.docker_api.words import dig, full_reference, short_id
from grader.i18n import _
from grader.report.plain import listed

_REFERENCE = re.compile(r"(?P<name>[^:@]+)(:(?P<tag>[\w][\w.-]{0,127})|@(?P<digest>sha256:[0-9a-f]{64}))?")


class RegistryImage(Subject):
    """``t.registry("localhost:8100").image("tide:1")``"""

    kind = "registry image"
    hears_students = True

    def __init__(self, registry: RegistrySubject, reference: str) -> None:
        found = _REFERENCE.fullmatch(arguments.text(reference, "reference"))
        if found is None:
            raise AuthorError(_("an image of a registry is like tide:1, not {value!r}").format(value=reference))
        self.repository = repository_name(found["name"])
        self.reference = found["digest"] or found["tag"] or "latest"
        super().__init__(registry._context, f"{registry.name}/{reference}")
        self._registry = registry
        self._reply: Finding | None = None

    @property
    def what(self) -> str:
        return _("Image {name}").format(name=self.name)

    @property
    def _api(self) -> Api:
        return self._registry.api

    def _fetch(self) -> Attrs | None:
        if self._registry._seen() is None:
            self._reply = self._registry._missing()
            return None
        found = self._api.manifest(self.repository, self.reference)
        if isinstance(found, Reply):
            self._reply = Finding(False, found.shown(), self._curl(), self._where_to_begin())
            return None
        return {"manifest": found}

    def _missing(self) -> Finding:
        return self._reply or Finding(False, _("no answer"))

    def _curl(self) -> str:
        return self._registry._curl(f"/v2/{self.repository}/manifests/{self.reference}")

    def _claim(self, sentence: str, expected: str, judge: Any, look: str) -> Claim:
        return Claim(sentence, expected, lambda attrs: judge(attrs["manifest"]), self._curl(), look)

    @expectation
    def exists(self) -> Claim:
        """The registry has a manifest by this tag or digest."""
        return self._claim(
            self._says(_("{what} is in the registry")),
            _("a manifest"),
            lambda manifest: Finding(True, manifest.digest),
            "",
        )

    @expectation
    def is_gone(self) -> Claim:
        """The registry answers, and has nothing by this tag or digest."""

        def absent() -> Finding:
            if self._registry._seen() is None:
                return self._registry._missing()
            reply = self._api.ask(f"/v2/{self.repository}/manifests/{self.reference}")
            return Finding(reply.status == 404, reply.shown())

        return Claim(
            self._says(_("{what} is not in the registry any more")),
            _("status 404"),
            lambda attrs: Finding(False, _("still there: {state}").format(state=attrs["manifest"].digest)),
            self._curl(),
            _("A registry deletes manifests by their digest."),
            absent=absent,
        )

    @expectation
    def is_whole(self) -> Claim:
        """Its config and each of its layers come, with the digests that the manifest names."""

        def judge(manifest: Manifest) -> Finding:
            blobs = self._image(manifest).blobs()
            for digest in blobs:
                content = self._api.blob(self.repository, digest, most=0)
                if isinstance(content, Reply):
                    return Finding(False, _("{digest}: {why}").format(digest=digest[:19], why=content.shown()))
            return Finding(bool(blobs), _("{count} blobs").format(count=len(blobs)))

        return self._claim(
            self._says(_("{what} is whole: its config and all layers can be fetched")),
            _("all its blobs"),
            judge,
            _("`docker pull` would fetch the same: what does it say?"),
        )

    @expectation
    def is_same_as(self, image: str) -> Claim:
        """It is this image of the daemon's, and no other."""
        wanted = arguments.text(image, "image")

        def judge(manifest: Manifest) -> Finding:
            local = self._daemon.find(lambda client: client.inspect_image(wanted))
            if local is None:
                return Finding(False, _("there is no image {name}").format(name=wanted), "docker images")
            mine, its = self._identities(manifest), str(local.get("Id"))
            shown = _("{mine} in the registry, {its} here").format(mine=short_id(mine[-1]), its=short_id(its))
            return Finding(its in mine, shown)

        return self._claim(
            self._says(_("{what} is the image {other}"), other=wanted),
            _("the same ID"),
            judge,
            _("A push sends what the name means at that moment. Was it built, or tagged, again since?"),
        )

    def _identities(self, manifest: Manifest) -> list[str]:
        """What a daemon may call this image's ID: by its image store the config's digest or a manifest's."""
        inner = self._image(manifest)
        return [manifest.digest, inner.digest, *inner.blobs()[:1]]

    @expectation
    def has_digest(self, digest: str) -> Claim:
        """It has this digest."""
        wanted = arguments.text(digest, "digest")
        if not re.fullmatch(r"sha256:[0-9a-f]{64}", wanted):
            raise AuthorError(_("digest must be sha256: and 64 hex digits, not {value!r}").format(value=digest))
        return self._claim(
            self._says(_("{what} has the digest {digest}"), digest=wanted[:19]),
            wanted,
            lambda manifest: Finding(manifest.digest == wanted, manifest.digest),
            _("What a tag stands for can be moved by any push."),
        )

    @expectation
    def has_same_digest_as(self, other: str) -> Claim:
        """Both names stand for one manifest. ``other`` is in the same registry, or has an address before it:
        then it is asked without a user and without TLS."""
        return self._compared(other, same=True)

    @expectation
    def differs_from(self, other: str) -> Claim:
        """The two names stand for two manifests."""
        return self._compared(other, same=False)

    def _compared(self, other: str, *, same: bool) -> Claim:
        theirs = self._called(arguments.text(other, "other"))

        def judge(manifest: Manifest) -> Finding:
            there = theirs._seen()
            if there is None:
                return theirs._missing()
            its = there["manifest"].digest
            shown = _("{mine} and {its}").format(mine=manifest.digest[:19], its=its[:19])
            return Finding((manifest.digest == its) is same, shown)

        sentence = _("{what} has the same digest as {other}") if same else _("{what} is another than {other}")
        return self._claim(
            self._says(sentence, other=other),
            _("one digest") if same else _("two digests"),
            judge,
            _("The header Docker-Content-Digest of a manifest tells it."),
        )

    def _called(self, other: str) -> RegistryImage:
        host, slash, rest = other.partition("/")
        if slash and ":" in host:
            return RegistryImage(RegistrySubject(self._context, host), rest)
        return RegistryImage(self._registry, other)

    @expectation
    def has_label(self, key: str, value: str | None = None) -> Claim:
        """Its config has this label, with this value when one is given."""
        wanted = arguments.pair(key, value)

        def judge(manifest: Manifest) -> Finding:
            has = dig(self._config(manifest), "config", "Labels")
            labels = has if isinstance(has, Mapping) else {}
            shown = listed((f"{name}={text}" for name, text in labels.items()), empty=_("no labels"))
            return Finding(key in labels and value in (None, labels[key]), shown)

        return self._claim(
            self._says(_("{what} has the label {label}"), label=wanted),
            wanted,
            judge,
            _("Which of your images was pushed under this name?"),
        )

    @expectation
    def is_for_platforms(self, *platforms: str) -> Claim:
        """These are the platforms it can be had for, such as ``linux/amd64``."""
        wanted = sorted(arguments.texts(platforms, "platforms"))

        def judge(manifest: Manifest) -> Finding:
            has = sorted(self._platforms(manifest))
            return Finding(has == wanted, listed(has, empty=_("none")))

        return self._claim(
            self._says(_("{what} is for {platforms}"), platforms=listed(wanted, empty="")),
            listed(wanted, empty=""),
            judge,
            _("An index lists a manifest for each platform."),
        )

    def _platforms(self, manifest: Manifest) -> list[str]:
        if not manifest.is_index:
            config = self._config(manifest)
            return [_platform(config)]
        # What an attestation is about runs nowhere; it says "unknown".
        has = [_platform(entry.get("platform")) for entry in manifest.members()]
        return [name for name in has if not name.startswith("unknown/")]

    @expectation
    def is_signed(self, *, volume: str, path: str = "/cosign.pub") -> Claim:
        """Beside it lies a signature by cosign over its digest, made with the key whose public half is in a volume."""
        where, at = arguments.text(volume, "volume"), arguments.path(path, "path")

        def judge(manifest: Manifest) -> Finding:
            key = Volume(self._context, where).content(at)
            if key is None:
                return Finding(False, _("there is no file {path} in volume {volume}").format(path=at, volume=where))
            return signed_by(self._api, self.repository, manifest.digest, key)

        return self._claim(
            self._says(_("{what} is signed with the key in volume {volume}"), volume=where),
            _("a signature that {path} verifies").format(path=at),
            judge,
            _("A signature is over a digest: another image under the same tag has none."),
        )

    def _image(self, manifest: Manifest) -> Manifest:
        """The manifest of an image: itself, or the one of an index for the daemon's platform, else its first."""
        if not manifest.is_index:
            return manifest
        entries = [entry for entry in manifest.members() if not _platform(entry.get("platform")).startswith("u")]
        entries.sort(key=lambda entry: _platform(entry.get("platform")) != self._own_platform)
        inner = self._api.manifest(self.repository, str(entries[0].get("digest")) if entries else "none")
        if isinstance(inner, Reply):
            raise Obstructed(_("its index names a manifest that can't be had: {why}").format(why=inner.shown()))
        return inner

    @cached_property
    def _own_platform(self) -> str:
        version = self._daemon.ask(lambda client: client.version())
        return f"{version.get('Os')}/{version.get('Arch')}"

    def _config(self, manifest: Manifest) -> dict[str, Any]:
        blobs = self._image(manifest).blobs()
        content = self._api.blob(self.repository, blobs[0]) if blobs else Reply(0, trouble=_("it names no config"))
        if isinstance(content, Reply):
            raise Obstructed(_("its config can't be had: {why}").format(why=content.shown()))
        return json_of(content)


def _platform(entry: object) -> str:
    told = entry if isinstance(entry, Mapping) else {}
    return f"{told.get('os')}/{told.get('architecture')}"


def pushed(subject: Subject, user: tuple[str, str] | None, tls: bool) -> Claim:
    """The claim that the registry in an image's own name has this very image under that name."""
    address, _slash, rest = full_reference(subject.name).partition("/")
    if not rest or ":" not in address:
        mistake = _("is_pushed is for a name that begins with a registry's address, not {value!r}")
        raise AuthorError(mistake.format(value=subject.name))
    image = RegistryImage(RegistrySubject(subject._context, address, user=user, tls=tls), rest)

    def judge(attrs: Attrs) -> Finding:
        there = image._seen()
        if there is None:
            return image._missing()
        mine, its = image._identities(there["manifest"]), str(attrs.get("Id"))
        shown = _("{mine} in the registry, {its} here").format(mine=short_id(mine[-1]), its=short_id(its))
        return Finding(its in mine, shown)

    return Claim(
        subject._says(_("{what} is in its registry as it is here")),
        _("the same image at {address}").format(address=address),
        judge,
        image._curl(),
        _("A name with a registry's address in it says where to push; only `docker push` sends it there."),
    )
