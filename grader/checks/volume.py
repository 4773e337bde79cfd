"""Expectations about a volume, and about all volumes with a label."""

from __future__ import annotations

import shlex
from typing import Any, Self

from grader.checks import arguments
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Context, Finding, Subject, expectation, required_name
from grader.checks.files import HoldsFiles, Reader, archived, entry_of, followed, read_entry
from grader.checks.history import gone, none_here, there
from grader.checks.labels import Driven, Labelled
from grader.checks.throwaway import any_image, throwaway
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.errors import NoAnswer, Obstructed, Unavailable
from grader.docker_api.words import unnamed_volume
from grader.i18n import _
from grader.report.plain import listed

#: Where a volume is mounted in the container of ours that reads it.
_MOUNT = "/volume"
#: What a check reads of a volume to hold it to another: entries, and bytes of all its files.
_MOST, _LARGEST = 2_000, 64 * 1024 * 1024
#: Kind, mode, owner, group, link's target and SHA-256, by the path below the folder.
type Tree = dict[str, tuple[object, ...]]


class Volume(Labelled, Driven, HoldsFiles):
    """``t.volume("data")``: everything a task can expect of one volume."""

    kind = "volume"
    names_owners = False  # It has no /etc/passwd of its own. And every path counts from its own root.

    @property
    def what(self) -> str:
        return _("Volume {name}").format(name=self.name)

    def _fetch(self) -> Attrs | None:
        return self._daemon.find(lambda client: client.inspect_volume(self.name))

    def _missing(self) -> Finding:
        volumes = self._daemon.ask(lambda client: client.volumes()).get("Volumes") or []
        names = sorted(str(volume.get("Name")) for volume in volumes)
        return none_here(self, _("there is no volume {name}; the volumes here: {names}"), names, "docker volume ls")

    @expectation
    def exists(self) -> Claim:
        """A volume has this name."""
        return there(self, _("a volume with this name"), "docker volume ls", lambda attrs: str(attrs.get("Driver")))

    @expectation
    def is_gone(self, after_existing: bool = False) -> Claim:
        """No volume has this name; with ``after_existing`` one had (the daemon's events prove it)."""
        return gone(self, after_existing, "docker volume ls", present=lambda attrs: str(attrs.get("Driver")))

    @expectation
    def used_by(self, container: str) -> Claim:
        """This container has it mounted, running or not."""
        wanted = arguments.text(container, "container")
        return self._use_claim(
            self._says(_("{what} is used by container {container}"), container=wanted),
            wanted,
            lambda _attrs: Finding(wanted in (users := self._users()), _shown_users(users)),
        )

    @expectation
    def is_unused(self) -> Claim:
        """No container has it mounted, running or not."""
        return self._use_claim(
            self._says(_("{what} is used by no container")),
            _("used by no container"),
            lambda _attrs: Finding(not (users := self._users()), _shown_users(users)),
        )

    @expectation
    def has_same_files_as(self, other: Volume) -> Claim:
        """All that is in another volume and no more: bytes, links, owners and modes. Times don't matter.

        The other may be on another host. At most 2,000 files and 64 MiB.
        """
        if not isinstance(other, Volume):
            raise AuthorError(_("has_same_files_as wants a volume, not {value!r}").format(value=other))

        def judge(_attrs: Attrs) -> Finding:
            mine, theirs = self._tree(), other._as_another_sees()
            differ = sorted(path for path in mine.keys() | theirs.keys() if mine.get(path) != theirs.get(path))
            return Finding(not differ, listed((f"/{path}" for path in differ), empty=_("the same")))

        return Claim(
            self._says(_("{what} has the same files as {other}"), other=other.what),
            _("the same, with owners and modes"),
            judge,
            self._shown_by("ls -lanR"),
            _("`ls -lanR` in a container on each side shows names, owners and modes."),
        )

    def _tree(self) -> Tree:
        return read_tree(self._daemon, self._box(), _MOUNT, self.what)

    def _as_another_sees(self) -> Tree:
        """What is in it, or the trouble with it as its own host has it."""
        try:
            if self._seen() is not None:
                return self._tree()
        except NoAnswer as error:
            raise self._whose_trouble(error) from error
        missing = self._missing()
        raise Obstructed(missing.found, command=self._context.from_here(missing.command), look=missing.look)

    def _shown_by(self, command: str, path: str = "") -> str:
        mount = shlex.quote(f"{self.name}:{_MOUNT}:ro")
        return f"docker run --rm -v {mount} drydock/busybox {command} {shlex.quote(_MOUNT + path)}"

    def _use_claim(self, sentence: str, expected: str, judge: Any) -> Claim:
        return Claim(
            sentence,
            expected,
            judge,
            f"docker ps --all --filter {shlex.quote(f'volume={self.name}')}",
            _("A volume is mounted when a container is made."),
        )

    def _box(self) -> str:
        # A container that is created and never started: the daemon mounts the volume for its archive.
        image = self._context.kept("any image", lambda: any_image(self._daemon))
        bind = {"Binds": [f"{self.name}:{_MOUNT}:ro,nocopy"]}
        return self._context.kept(f"volume:{self.name}", lambda: throwaway(self._daemon, image, ["-"], host=bind))

    def _reader(self) -> Reader:
        box = self._box()
        return lambda path: read_entry(self._daemon, box, _MOUNT + path)

    def content(self, path: str) -> bytes | None:
        """The bytes of a file in it (at most 1 MiB), None without one: a key or certificate that others are held to."""
        try:
            entry = None if self._seen() is None else followed(self._reader(), path)
        except NoAnswer as error:
            trouble = self._whose_trouble(error)
            if isinstance(trouble, Unavailable):
                raise trouble from error
            # What the student has put in the way is no file; whoever asks for it beside this is told why.
            return None
        return entry.content if entry is not None and entry.kind == "file" else None

    def _look_command(self, path: str) -> str:
        return self._shown_by("ls -ld", path)


class Volumes(Subject):
    """``t.volumes(label="team=blue")``: all volumes that carry a label. The way to those without a name."""

    kind = "volume"

    @classmethod
    def stated(cls, context: Context, *, label: str) -> Self:  # type: ignore[override]
        return cls(context, required_name(label))

    @property
    def what(self) -> str:
        return _("The volumes labelled {label}").format(label=self.name)

    def _fetch(self) -> Attrs:
        found = self._daemon.ask(lambda client: client.volumes(filters={"label": self.name}))
        names = [str(volume.get("Name")) for volume in found.get("Volumes") or ()]
        return {"names": sorted(names, key=lambda name: (unnamed_volume(name), name))}

    @expectation
    def has_no_anonymous(self) -> Claim:
        """None of them is anonymous. True also when there are none at all."""
        return Claim(
            self._says(_("{what}: none is anonymous")),
            _("no anonymous volume"),
            lambda attrs: Finding(not any(map(unnamed_volume, attrs["names"])), _shown_names(attrs["names"])),
            f"docker volume ls --filter {shlex.quote(f'label={self.name}')}",
            _("`docker rm --help` and `docker volume --help` list ways to remove a volume without a name."),
        )


def _shown_names(names: list[str]) -> str:
    return listed((f"{name[:12]}…" if unnamed_volume(name) else name for name in names), empty=_("none"))


def _shown_users(users: list[str]) -> str:
    return listed(users, empty=_("used by no container"))


def read_tree(daemon: Daemon, container: str, path: str, what: str) -> Tree:
    """All below ``path``, without its own mode and owner. A hard link is what it leads to.

    ``what`` names it in a sentence. Raises NoAnswer, Obstructed where it is too much for a check.
    """
    found: Tree = {}
    read = 0
    with archived(daemon, container, path) as archive:
        for member in archive:
            read += member.size
            if len(found) >= _MOST or read > _LARGEST:
                raise Obstructed(_("{what} has too much in it for a check.").format(what=what))
            name = member.name.partition("/")[2]
            if member.islnk():
                found[name] = found.get(member.linkname.partition("/")[2], ())
            elif name:
                entry = entry_of(archive, member)
                if entry.kind == "file" and not entry.sha256:
                    raise Unavailable(_("{what} could not be read in time.").format(what=what))
                found[name] = (entry.kind, entry.mode, entry.uid, entry.gid, entry.target, entry.sha256)
    return found
