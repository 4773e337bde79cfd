"""What is mounted into a container."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from grader.checks import arguments
from grader.checks.arguments import human_memory, memory_bytes
from grader.checks.container.subject import ContainerSubject
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.folder import within
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig, inspect_command, unnamed_volume
from grader.i18n import _
from grader.report.plain import listed


class Storage(ContainerSubject):
    """Expectations about a container's mounts."""

    @expectation
    def has_no_mounts(self) -> Claim:
        """Nothing is mounted: no volume, folder or tmpfs."""
        return Claim(
            self._says(_("{what} has nothing mounted")),
            _("nothing is mounted"),
            lambda attrs: Finding(not mounts_of(attrs), shown_mounts(attrs)),
            self._mounts_command,
            _("Mounts are fixed when a container is made; an image's VOLUME makes one too."),
        )

    @expectation
    def has_no_mount(self, at: str) -> Claim:
        """Nothing is mounted at this path."""
        target = arguments.path(at, "at")
        return Claim(
            self._says(_("{what} has nothing mounted at {at}"), at=target),
            _("nothing at {at}").format(at=target),
            lambda attrs: Finding(all(mount["at"] != target for mount in mounts_of(attrs)), shown_mounts(attrs)),
            self._mounts_command,
            _("Mounts are fixed when a container is made; an image's VOLUME makes one too."),
        )

    @expectation
    def mounts_volume(self, volume: str, at: str, read_only: bool | None = None) -> Claim:
        """The named volume is mounted at this path; ``read_only`` True or False also asks for the mode."""
        name = arguments.text(volume, "volume")
        return self._mount(_("the volume {name}").format(name=name), at, read_only, kind="volume", source=name)

    @expectation
    def mounts_anonymous_volume(self, at: str) -> Claim:
        """A volume without a name of its own is mounted at this path."""
        return self._mount(_("an anonymous volume"), at, None, kind="volume", anonymous=True)

    @expectation
    def mounts_folder(self, at: str, source: str | None = None, read_only: bool | None = None) -> Claim:
        """A folder or file of the host is bind-mounted at this path, from ``source`` when that is given: a path on the
        host, or one in the lab's folder.
        """
        folder, what = None, _("a host folder")
        if source is not None and str(source).startswith("/"):
            folder = arguments.path(source, "source")
            what = _("the host folder {source}").format(source=folder)
        elif source is not None:
            inner = within(source, "source")
            folder = None if self._context.folder is None else posixpath.join(self._context.folder.name, inner)
            what = _("{source} of the lab's folder").format(source=inner)
            if folder is None:
                raise AuthorError(_("nobody said where the lab's folder is"))
            folder = posixpath.normpath(folder)
        return self._mount(what, at, read_only, kind="bind", source=folder)

    @expectation
    def has_tmpfs(self, at: str, size: str | int | None = None) -> Claim:
        """A tmpfs (files in memory) is mounted at this path, with this size limit when one is given."""
        target = arguments.path(at, "at")
        wanted = None if size is None else memory_bytes(size, "size")

        def judge(attrs: Attrs) -> Finding:
            found = [mount for mount in mounts_of(attrs) if mount["kind"] == "tmpfs" and mount["at"] == target]
            right = bool(found) and wanted in (None, found[0]["size"])
            return Finding(right, shown_mounts(attrs))

        limit = "" if wanted is None else _(" of {size}").format(size=human_memory(wanted))
        return Claim(
            self._says(_("{what} has a tmpfs{limit} at {at}"), limit=limit, at=target),
            f"tmpfs{limit} -> {target}",
            judge,
            self._mounts_command,
            _("`docker run --help`, look for tmpfs and mount."),
        )

    def _mount(
        self,
        what: str,
        at: str,
        read_only: bool | None,
        *,
        kind: str,
        source: str | None = None,
        anonymous: bool = False,
    ) -> Claim:
        target = arguments.path(at, "at")
        if read_only is not None:
            arguments.yes(read_only, "read_only")
        mode = {None: "", True: _(", read-only"), False: _(", writable")}[read_only]

        def fits(mount: dict[str, Any]) -> bool:
            return (
                mount["kind"] == kind
                and mount["at"] == target
                and source in (None, mount["source"])
                and read_only in (None, mount["read_only"])
                and (not anonymous or mount["anonymous"])
            )

        return Claim(
            self._says(_("{what} has {mounted} at {at}{mode}"), mounted=what, at=target, mode=mode),
            f"{what} -> {target}{mode}",
            lambda attrs: Finding(any(map(fits, mounts_of(attrs))), shown_mounts(attrs)),
            self._mounts_command,
            _("Mounts are given when a container is made: `docker run --help`, look for volume and mount."),
        )

    @property
    def _mounts_command(self) -> str:
        return inspect_command("container", self.name, ".Mounts", ".HostConfig.Tmpfs")


def mounts_of(attrs: Attrs) -> list[dict[str, Any]]:
    """All mounts of a container in one shape; those of ``--tmpfs`` are not among the daemon's Mounts."""
    sizes = _tmpfs_sizes(attrs)

    def shaped(kind: Any, source: Any, at: str, *, read_only: bool, anonymous: bool = False) -> dict[str, Any]:
        size = sizes.get(at)
        return {"kind": kind, "source": source, "at": at, "read_only": read_only, "anonymous": anonymous, "size": size}

    mounts = []
    for mount in attrs.get("Mounts") or ():
        volume, at = mount.get("Type") == "volume", _at(mount.get("Destination"))
        source = mount.get("Name") if volume else mount.get("Source")
        anonymous = volume and unnamed_volume(str(source))
        read_only = not mount.get("RW", True)
        mounts.append(shaped(mount.get("Type"), source or "", at, read_only=read_only, anonymous=anonymous))
    known = {mount["at"] for mount in mounts}
    for path, options in (dig(attrs, "HostConfig", "Tmpfs") or {}).items():
        if _at(path) not in known:
            mounts.append(shaped("tmpfs", "", _at(path), read_only="ro" in str(options).split(",")))
    return mounts


def _at(path: object) -> str:
    return str(path or "").rstrip("/") or "/"


def _tmpfs_sizes(attrs: Attrs) -> dict[str, int]:
    """Size limits in bytes by path, from ``--tmpfs /x:size=16m`` and ``--mount type=tmpfs,tmpfs-size=…``."""
    sizes = {}
    for path, options in (dig(attrs, "HostConfig", "Tmpfs") or {}).items():
        match = re.search(r"(?:^|,)size=([0-9]{1,18}[kmgKMG]?)(?:,|$)", str(options))
        if match:
            sizes[_at(path)] = memory_bytes(match[1])
    for mount in dig(attrs, "HostConfig", "Mounts") or ():
        size = dig(mount, "TmpfsOptions", "SizeBytes")
        if size:
            sizes[_at(mount.get("Target"))] = int(size)
    return sizes


def shown_mounts(attrs: Attrs) -> str:
    """All mounts for a person."""
    return listed(map(_shown_mount, mounts_of(attrs)), empty=_("nothing is mounted"))


def _shown_mount(mount: dict[str, Any]) -> str:
    source = str(mount["source"])
    name = source[:12] + "…" if mount["anonymous"] else source
    size = _(" of {size}").format(size=human_memory(mount["size"])) if mount["size"] else ""
    mode = _(" (read-only)") if mount["read_only"] else ""
    return f"{mount['kind']}{size} {name} -> {mount['at']}{mode}".replace("  ", " ")
