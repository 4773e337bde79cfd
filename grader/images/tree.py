"""A file tree in memory that becomes a layer: same content, same bytes, whoever builds it and when.

Nothing is unpacked to disk, so no root is needed for file owners and an interrupted build leaves nothing behind.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import IO

# Debian 13 is usr-merged: these names are links into /usr, and packages still may use them in paths.
MERGED = ("bin", "sbin", "lib", "lib64")


@dataclass(frozen=True)
class Entry:
    """One file, folder or symbolic link. ``mode`` holds permission bits only; owners are numbers."""

    kind: bytes  # tarfile.REGTYPE, DIRTYPE or SYMTYPE
    mode: int
    data: bytes = b""
    target: str = ""
    uid: int = 0
    gid: int = 0


class FileTree:
    """Paths (no leading slash) and what is there; parents are made as needed."""

    def __init__(self, *, usr_merged: bool = True) -> None:
        self._entries: dict[str, Entry] = {}
        self.usr_merged = usr_merged

    def __contains__(self, path: str) -> bool:
        return self._canonical(path) in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._entries))

    def is_file(self, path: str) -> bool:
        """Whether there is a regular file of this name."""
        entry = self._entries.get(self._canonical(path))
        return entry is not None and entry.kind == tarfile.REGTYPE

    def read(self, path: str) -> bytes:
        """The content of a regular file. Raises KeyError when there is none."""
        if not self.is_file(path):
            raise KeyError(path)
        return self._entries[self._canonical(path)].data

    def folder(self, path: str, mode: int = 0o755, *, uid: int = 0, gid: int = 0) -> None:
        """Make a folder, or change the mode and owner of one that is there."""
        self._put(path, Entry(tarfile.DIRTYPE, mode, uid=uid, gid=gid))

    def file(self, path: str, data: bytes | str, mode: int = 0o644, *, uid: int = 0, gid: int = 0) -> None:
        """Write a file, replacing what was there."""
        content = data.encode() if isinstance(data, str) else data
        self._put(path, Entry(tarfile.REGTYPE, mode, content, uid=uid, gid=gid))

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link, replacing what was there."""
        self._put(path, Entry(tarfile.SYMTYPE, 0o777, target=target))

    def move(self, source: str, destination: str) -> None:
        """Give a file or link another path."""
        self._put(destination, self._entries.pop(self._canonical(source)))

    def keep(self, patterns: Iterable[str]) -> None:
        """Drop all but what matches one of the globs (``*`` also matches slashes) and its parents."""
        wanted = list(patterns)
        kept = {p: e for p, e in self._entries.items() if any(fnmatchcase(p, w) for w in wanted)}
        self._entries = {}
        for path, entry in kept.items():
            self._put(path, entry)

    def drop(self, patterns: Iterable[str]) -> None:
        """Remove what matches one of the globs (``*`` also matches slashes), and all below it."""
        unwanted = [form for pattern in patterns for form in (pattern, f"{pattern}/*")]
        self._entries = {p: e for p, e in self._entries.items() if not any(fnmatchcase(p, u) for u in unwanted)}

    def update(self, other: FileTree) -> None:
        """Lay another tree over this one."""
        for path in other:
            self._put(path, other._entries[path])

    def unpack(self, archive: IO[bytes]) -> None:
        """Add the content of a Debian package's data.tar (a stream). Owners become root, special bits go."""
        with tarfile.open(fileobj=archive, mode="r|") as tar:
            for member in tar:
                path = member.name.removeprefix("./").strip("/")
                if path in {"", "."}:
                    continue
                self._unpack_member(path, member, tar)

    def _unpack_member(self, path: str, member: tarfile.TarInfo, tar: tarfile.TarFile) -> None:
        mode = member.mode & 0o1777
        if member.isdir():
            if path not in self:
                self.folder(path, mode)
        elif member.isreg():
            content = tar.extractfile(member)
            assert content is not None  # tarfile's promise for regular files
            self.file(path, content.read(), mode)
        elif member.issym():
            self.link(path, member.linkname)
        elif member.islnk():
            source = self._canonical(member.linkname.removeprefix("./").strip("/"))
            self._put(path, replace(self._entries[source], mode=mode))
        # Device nodes and pipes don't occur in the packages the recipes use, and images don't need them.

    def _canonical(self, path: str) -> str:
        head, slash, rest = path.strip("/").partition("/")
        return f"usr/{head}/{rest}" if self.usr_merged and slash and head in MERGED else path.strip("/")

    def _put(self, path: str, entry: Entry) -> None:
        path = self._canonical(path)
        if entry.kind == tarfile.DIRTYPE and self.usr_merged and path in MERGED:
            path = f"usr/{path}"
        parent = path.rpartition("/")[0]
        if parent and parent not in self._entries:
            self._put(parent, Entry(tarfile.DIRTYPE, 0o755))
        self._entries[path] = entry

    def write(self, out: IO[bytes]) -> None:
        """Write the tree as a tar with sorted names, no times and no user names."""
        # GNU format: unlike PAX it has no header whose text differs between Python versions.
        with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for path in self:
                entry = self._entries[path]
                info = tarfile.TarInfo(path)
                info.type, info.mode, info.mtime = entry.kind, entry.mode, 0
                info.uid, info.gid, info.linkname = entry.uid, entry.gid, entry.target
                info.size = len(entry.data)
                tar.addfile(info, io.BytesIO(entry.data) if entry.data else None)
