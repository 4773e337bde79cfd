"""What is mounted into a container."""

from __future__ import annotations

from typing import Any

from grader.checks import arguments
from grader.checks.container.subject import ContainerSubject
from grader.checks.daemon import Attrs
from grader.checks.docker_words import dig, inspect_command
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.plain import listed
from grader.i18n import _


class Storage(ContainerSubject):
    """Expectations about a container's mounts."""

    @expectation
    def has_no_mounts(self) -> Claim:
        """Nothing is mounted: no volume, folder or tmpfs."""
        return Claim(
            _("Container {name} has nothing mounted").format(name=self.name),
            _("no mounts"),
            lambda attrs: Finding(not mounts_of(attrs), shown_mounts(attrs)),
            self._mounts_command,
            _("Mounts are fixed when a container is made; an image's VOLUME makes one too."),
        )

    @expectation
    def mounts_volume(self, volume: str, at: str, read_only: bool | None = None) -> Claim:
        """The named volume is mounted at this path; ``read_only`` True or False also asks for the mode."""
        return self._mount_claim("volume", arguments.text(volume, "volume"), at, read_only)

    @expectation
    def mounts_folder(self, at: str, source: str | None = None, read_only: bool | None = None) -> Claim:
        """A folder or file of the host is bind-mounted at this path, from ``source`` when that is given."""
        return self._mount_claim(
            "bind", None if source is None else arguments.text(source, "source"), at, read_only
        )

    def _mount_claim(self, kind: str, source: str | None, at: str, read_only: bool | None) -> Claim:
        target = arguments.path(at, "at")
        mode = {None: "", True: _(", read-only"), False: _(", writable")}[read_only]
        what = {"volume": _("volume {source}"), "bind": _("host folder {source}")}[kind].format(
            source=source or ""
        )

        def judge(attrs: Attrs) -> Finding:
            right = any(
                mount["kind"] == kind
                and mount["at"] == target
                and source in (None, mount["source"])
                and read_only in (None, mount["read_only"])
                for mount in mounts_of(attrs)
            )
            return Finding(right, shown_mounts(attrs))

        return Claim(
            _("Container {name} has the {what} at {at}{mode}").format(
                name=self.name, what=what.strip(), at=target, mode=mode
            ),
            f"{what.strip()} -> {target}{mode}",
            judge,
            self._mounts_command,
            _("Mounts are given when a container is made: `docker run --help`, look for volume and mount."),
        )

    @property
    def _mounts_command(self) -> str:
        return inspect_command("container", self.name, ".Mounts", ".HostConfig.Tmpfs")


def mounts_of(attrs: Attrs) -> list[dict[str, Any]]:
    """All mounts of a container in one shape; `--tmpfs` is not among the daemon's Mounts."""
    mounts = [
        {
            "kind": mount.get("Type"),
            "source": mount.get("Name") if mount.get("Type") == "volume" else mount.get("Source", ""),
            "at": str(mount.get("Destination", "")).rstrip("/") or "/",
            "read_only": not mount.get("RW", True),
        }
        for mount in attrs.get("Mounts") or ()
    ]
    known = {mount["at"] for mount in mounts}
    for at, options in (dig(attrs, "HostConfig", "Tmpfs") or {}).items():
        if at.rstrip("/") not in known:
            mounts.append(
                {
                    "kind": "tmpfs",
                    "source": options,
                    "at": at.rstrip("/"),
                    "read_only": "ro" in options.split(","),
                }
            )
    return mounts


def shown_mounts(attrs: Attrs) -> str:
    """All mounts for a person."""
    return listed(
        (
            f"{mount['kind']} {mount['source'] or ''} -> {mount['at']}".replace("  ", " ")
            + (_(" (read-only)") if mount["read_only"] else "")
            for mount in mounts_of(attrs)
        ),
        empty=_("nothing is mounted"),
    )
