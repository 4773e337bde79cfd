"""One file as the daemon's archive shows it, and what was expected of it."""

from __future__ import annotations

import hashlib
import io
import os
import posixpath
import re
import stat
import tarfile
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, ClassVar

from grader.checks import arguments
from grader.checks.arguments import human_size
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, Subject, expectation
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Obstructed, Refused
from grader.i18n import _
from grader.report.plain import excerpt

#: Bytes of a file's content to compare; the checksum is taken of up to 256 times as much.
CONTENT_LIMIT = 1024 * 1024
CHECKSUM_LIMIT = 256 * CONTENT_LIMIT
#: Symbolic links to follow, as many as Linux does (path_resolution(7)).
_LINKS = 40
#: Seconds for reading one file. What has not come until then does not count.
_READ_SECONDS = 10.0

KINDS = ("file", "folder", "link", "other")


@dataclass(frozen=True)
class Entry:
    """A file, folder or link. ``mode`` are the permission bits; ``content`` is cut at ``CONTENT_LIMIT`` bytes."""

    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    target: str = ""
    content: bytes = b""
    sha256: str = ""


#: Finds the entry at a path without following a link there; None when there is none, NoAnswer where nobody knows.
type Reader = Callable[[str], Entry | None]


@contextmanager
def archived(
    daemon: Daemon, container: str, path: str, *, patience: float = _READ_SECONDS
) -> Iterator[tarfile.TarFile]:
    """What is at ``path`` of a container, running or not, with all below it (``docker cp``). Raises NoAnswer."""
    # A name is any bytes; they have come to us from a link's target.
    params = {"path": os.fsencode(path)}
    with (
        daemon.stream(f"/containers/{container}/archive", params, patience=patience) as response,
        tarfile.open(fileobj=response.raw, mode="r|") as archive,
    ):
        yield archive


def read_entry(daemon: Daemon, container: str, path: str) -> Entry | None:
    """The entry at ``path`` of a container, running or not (``docker cp``). Raises NoAnswer."""
    try:
        with archived(daemon, container, path) as archive:
            # A folder comes with all that is in it: only the first member is read.
            member = archive.next()
            return None if member is None else entry_of(archive, member)
    except Refused as refusal:
        # A file in a folder's place has nothing below it; what is in a container that is gone, nobody knows.
        if not refusal.lacks_container and (refusal.status == 404 or refusal.explanation.endswith("not a directory")):
            return None
        raise


def entry_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    """The member that the archive has just come to."""
    kind = "file" if member.isreg() or member.islnk() else "folder" if member.isdir() else "other"
    if member.issym():
        kind = "link"
    source = archive.extractfile(member) if member.isreg() else None
    content, checksum = (b"", hashlib.sha256(b"").hexdigest()) if source is None else content_of(source, member.size)
    return Entry(
        kind,
        member.mode & 0o7777,
        member.uid,
        member.gid,
        member.size,
        member.linkname if member.issym() else "",
        content,
        checksum if kind == "file" and (source is not None or not member.size) else "",
    )


def content_of(source: IO[bytes], size: int) -> tuple[bytes, str]:
    """The beginning of a file's content, and the checksum of all of it ("" where it is too long for one)."""
    content, checksum = bytearray(), hashlib.sha256()
    read, limit = 0, Deadline(_READ_SECONDS)
    while read < CHECKSUM_LIMIT and not limit.is_over() and (piece := source.read(64 * 1024)):
        read += len(piece)
        checksum.update(piece)
        content += piece[: CONTENT_LIMIT - len(content)]
    return bytes(content), checksum.hexdigest() if read == size else ""


def followed(read: Reader, path: str) -> Entry | None:
    """The entry ``path`` leads to through symbolic links."""
    for _hop in range(_LINKS):
        entry = read(path)
        if entry is None or entry.kind != "link":
            return entry
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), entry.target))
    return None


@dataclass(frozen=True)
class WantedFile:
    """What an author asked of a file; None where nothing is asked."""

    kind: str
    containing: str | None = None
    lacking: str | None = None
    matching: re.Pattern[str] | None = None
    equals: str | None = None
    mode: int | None = None
    owner: int | str | None = None
    group: int | str | None = None
    links_to: str | None = None
    sha256: str | None = None
    executable_by: str | None = None

    def shown(self) -> str:
        words = {"file": _("a file"), "folder": _("a folder"), "link": _("a symbolic link"), "other": _("an entry")}
        parts = [words[self.kind]]
        for value, sentence in (
            (self.containing, _("containing {value!r}")),
            (self.lacking, _("without {value!r} in it")),
            (self.equals, _("with exactly {value!r} in it")),
            (None if self.matching is None else self.matching.pattern, _("matching {value!r}")),
            (None if self.mode is None else f"{self.mode:04o}", _("with mode {value}")),
            (self.owner, _("owned by {value}")),
            (self.group, _("of group {value}")),
            (self.links_to, _("leading to {value}")),
            (self.sha256, _("with the SHA-256 {value}")),
            (self.executable_by, _("executable by {value}")),
        ):
            if value is not None:
                parts.append(sentence.format(value=value))
        return " ".join([parts[0], ", ".join(parts[1:])]).strip()

    def fits(self, entry: Entry, names: Callable[[str], dict[str, int]]) -> bool:
        """``names`` reads the users or groups ("passwd", "group") by which owners are named."""
        text = entry.content.decode("utf-8", "replace")
        return (
            entry.kind == self.kind
            and (self.containing is None or self.containing in text)
            and (self.lacking is None or self.lacking not in text)
            and (self.equals is None or text.rstrip("\n") == self.equals.rstrip("\n"))
            and (self.matching is None or self.matching.search(text) is not None)
            and self.mode in (None, entry.mode)
            and _is_owner(self.owner, entry.uid, "passwd", names)
            and _is_owner(self.group, entry.gid, "group", names)
            and self.links_to in (None, entry.target)
            and self.sha256 in (None, entry.sha256)
            and (self.executable_by is None or _executable(entry.mode, self.executable_by))
        )


def wanted_file(kind: str, **given: Any) -> WantedFile:
    """The author's keywords, looked at. Raises AuthorError."""
    arguments.one_of(kind, "kind", KINDS)
    for name in ("containing", "lacking", "links_to", "sha256"):
        if given.get(name) is not None:
            arguments.text(given[name], name)
    if given.get("equals") is not None and not isinstance(given["equals"], str):
        raise AuthorError(_("equals must be a text, not {value!r}").format(value=given["equals"]))
    if given.get("matching") is not None:
        given["matching"] = arguments.pattern(given["matching"], "matching")
    if given.get("mode") is not None:
        given["mode"] = arguments.octal_mode(given["mode"], "mode")
    if given.get("executable_by") is not None:
        arguments.one_of(given["executable_by"], "executable_by", ("owner", "group", "other", "any"))
    for name in ("owner", "group"):
        if given.get(name) is not None and not isinstance(given[name], int):
            arguments.text(given[name], name)
    if given.get("links_to") is not None:
        kind = "link"
    return WantedFile(kind=kind, **given)


def shown_entry(entry: Entry) -> str:
    """A file for a person, the beginning of its text last."""
    words = {"file": _("a file"), "folder": _("a folder"), "link": _("a symbolic link"), "other": _("a special file")}
    shown = _("{kind}, mode {mode}, owner {uid}:{gid}").format(
        kind=words[entry.kind], mode=f"{entry.mode:04o}", uid=entry.uid, gid=entry.gid
    )
    if entry.kind == "link":
        return f"{shown} -> {entry.target}"
    if entry.kind != "file":
        return shown
    empty = _("empty")
    text = entry.content[:4096].decode("utf-8", "replace")
    return f"{shown}, {human_size(entry.size)}: {excerpt(text) or empty}"


def _executable(mode: int, who: str) -> bool:
    return bool(mode & {"owner": 0o100, "group": 0o010, "other": 0o001, "any": 0o111}[who])


def _is_owner(wanted: int | str | None, has: int, table: str, names: Callable[[str], dict[str, int]]) -> bool:
    if wanted is None:
        return True
    return has == (wanted if isinstance(wanted, int) else names(table).get(wanted, -1))


def _names(read: Reader, table: str) -> dict[str, int]:
    """Names and numbers of /etc/passwd or /etc/group."""
    entry = followed(read, f"/etc/{table}")
    lines = entry.content.decode("utf-8", "replace").splitlines() if entry else []
    fields = [line.split(":") for line in lines]
    return {field[0]: int(field[2]) for field in fields if len(field) > 2 and re.fullmatch(r"[0-9]{1,10}", field[2])}


# -- Expectations about the files that something holds: the same for containers, images and volumes.


class HoldsFiles(Subject):
    """Something that holds files."""

    #: Whether owners may be named: names stand in its /etc/passwd and /etc/group, if it can have those.
    names_owners: ClassVar[bool] = True

    @expectation
    def has_file(
        self,
        path: str,
        *,
        containing: str | None = None,
        lacking: str | None = None,
        matching: str | None = None,
        equals: str | None = None,
        mode: str | None = None,
        owner: int | str | None = None,
        group: int | str | None = None,
        kind: str = "file",
        links_to: str | None = None,
        sha256: str | None = None,
        executable_by: str | None = None,
    ) -> Claim:
        """It has this file (``kind``: file, folder, link), with this content, mode ("0644") and owner."""
        if not self.names_owners:
            for value, name in ((owner, "owner"), (group, "group")):
                if value is not None:
                    arguments.whole(value, name, low=0, high=2**32)
        target = self._path(path)
        wanted = wanted_file(
            kind,
            containing=containing,
            lacking=lacking,
            matching=matching,
            equals=equals,
            mode=mode,
            owner=owner,
            group=group,
            links_to=links_to,
            sha256=sha256,
            executable_by=executable_by,
        )

        def judge(_attrs: object) -> Finding:
            reader = self._reader()
            entry = reader(target) if wanted.kind == "link" else followed(reader, target)
            if entry is None:
                return Finding(False, _("there is nothing at {path}").format(path=target))
            return Finding(wanted.fits(entry, lambda table: _names(reader, table)), shown_entry(entry))

        return Claim(
            self._says(_("{what} has at {path} {file}"), path=target, file=wanted.shown()),
            f"{target}: {wanted.shown()}",
            judge,
            self._look_command(target),
            self._how_to_look(),
        )

    @expectation
    def has_no_file(self, path: str) -> Claim:
        """Nothing is at this path."""
        target = self._path(path)

        def judge(_attrs: object) -> Finding:
            entry = self._reader()(target)
            return Finding(entry is None, _("nothing") if entry is None else shown_entry(entry))

        return Claim(
            self._says(_("{what} has nothing at {path}"), path=target),
            _("nothing at {path}").format(path=target),
            judge,
            self._look_command(target),
            self._how_it_came(),
        )

    def _how_to_look(self) -> str:
        return _("Look at it yourself: `docker cp` gets a file out of any container, running or not.")

    def _how_it_came(self) -> str:
        return _("Which step put it there? `docker diff` and `docker history` help.")

    def _path(self, path: object) -> str:
        """A path as an author writes it, looked at. Raises AuthorError."""
        return arguments.path(path, "path")

    @abstractmethod
    def _reader(self) -> Reader:
        """What finds the file at a path."""

    @abstractmethod
    def _look_command(self, path: str) -> str:
        """The docker command that shows the file at this path."""


def packed(files: Mapping[str, Entry]) -> bytes:
    """A tar of these, by their paths in it. Raises Obstructed for a file whose content was cut."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for path, entry in sorted(files.items()):
            about = tarfile.TarInfo(path)
            about.mode = stat.S_IMODE(entry.mode)
            if entry.kind == "folder":
                about.type = tarfile.DIRTYPE
            elif entry.kind == "link":
                about.type, about.linkname = tarfile.SYMTYPE, entry.target
            elif entry.kind != "file":
                continue
            elif len(entry.content) < entry.size:
                raise Obstructed(_("The file {path} is too large for a check.").format(path=path))
            else:
                about.size = len(entry.content)
            # Without a size nothing is read of what is beside it.
            archive.addfile(about, io.BytesIO(entry.content))
    return content.getvalue()
