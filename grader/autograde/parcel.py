"""All that the grading of one notebook needs, as a value that can go to another process or machine; and what came out.

A parcel has no gradebook in it, no course secret, no solution. Its files are names and contents: it can't say a link,
a device or a mode, whatever was handed in.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path, PurePosixPath
from typing import Any, Self

from nbformat import NotebookNode, from_dict

from grader.course.cells import Cell
from grader.course.release import Release
from grader.engines import Limits
from grader.i18n import _
from grader.sandbox import KernelSettings, OutputLimits
from grader.sandbox.bounds import Bounds

#: Changes with what is in a parcel: a worker of another version refuses what it can't read.
FORMAT = 1
#: Bytes of one parcel and of one result, whatever the course's own ceilings are.
LARGEST = 1_000_000_000
_LENGTH = struct.Struct(">Q")


class BadParcel(Exception):
    """These bytes are no parcel, or no result. ``str()`` is one sentence."""


@dataclass(frozen=True)
class PackedFile:
    """A plain file: where it lies below its folder, its content, and whether it may be executed."""

    path: str
    content: bytes
    executable: bool = False


@dataclass(frozen=True)
class Parcel:
    """One rebuilt notebook to grade.

    ``notebook``: its JSON; ``files``: what lies beside it; ``originals``: the scripts that setup cells run, as the
    author wrote them; ``key``: the student's own, from which no other can be made; ``ignored``: nbgrader's
    IgnorePattern; ``languages``: those in which the reports are to speak.
    """

    student: str
    lab: str
    name: str
    notebook: str
    files: tuple[PackedFile, ...]
    originals: tuple[PackedFile, ...]
    release: Release
    bounds: Bounds
    key: str
    ignored: str = ""
    languages: str = ""

    @property
    def digest(self) -> str:
        """The same for the same work, release, key and settings, wherever and whenever it was packed. A machine's
        language says nothing of the work."""
        return hashlib.sha256(replace(self, languages="").to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        about = {field.name: getattr(self, field.name) for field in fields(self)}
        about |= {"release": asdict(self.release), "bounds": asdict(self.bounds)}
        return _framed(about, {"files": self.files, "originals": self.originals})

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises BadParcel."""
        about, files = _unframed(data)
        try:
            cells = tuple(Cell(**{**cell, "tags": tuple(cell["tags"])}) for cell in about["release"]["cells"])
            release = Release(cells, about["release"]["kernelspec"])
            return cls(**{**about, **files, "release": release, "bounds": _bounds(about["bounds"])})
        except (KeyError, TypeError) as error:
            raise BadParcel(_("A field of the parcel is missing or unknown: {why}.").format(why=error)) from error


@dataclass(frozen=True)
class GradedParcel:
    """What came of the parcel ``digest``: its notebook with outputs and reports, and why that is not all, if it isn't.

    ``log``: level and text of each line; ``engine``: the kind that it was graded on; ``machine``: who graded it.
    """

    digest: str
    notebook: str
    problem: str = ""
    log: tuple[str, ...] = ()
    seconds: float = 0.0
    engine: str = ""
    machine: str = ""

    @classmethod
    def lost(cls, parcel: Parcel, problem: str, engine: str) -> Self:
        """Of one that nobody could grade."""
        return cls(parcel.digest, parcel.notebook, problem, engine=engine)

    def to_bytes(self) -> bytes:
        return _framed({field.name: getattr(self, field.name) for field in fields(self)}, {})

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises BadParcel."""
        about, _files = _unframed(data)
        try:
            return cls(**{**about, "log": tuple(about["log"])})
        except (KeyError, TypeError) as error:
            raise BadParcel(_("A field of the result is missing or unknown: {why}.").format(why=error)) from error

    @property
    def identity(self) -> str:
        """Differs from that of another grading of the same parcel."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def as_notebook(self) -> NotebookNode:
        """As it was graded."""
        return from_dict(json.loads(self.notebook))

    def cells_for(self, parcel: Parcel) -> list[NotebookNode]:
        """Its cells, if they are those of the parcel. Raises BadParcel."""
        graded, sent = self.as_notebook(), from_dict(json.loads(parcel.notebook))
        if [_identity(cell) for cell in graded.cells] != [_identity(cell) for cell in sent.cells]:
            raise BadParcel(_("The graded notebook has other cells than the one that was sent."))
        return list(graded.cells)


def _identity(cell: NotebookNode) -> tuple[str, object]:
    return str(cell.cell_type), cell.metadata.get("nbgrader")


def _bounds(found: Mapping[str, Any]) -> Bounds:
    kernel = {**found["kernel"], "outputs": OutputLimits(**found["kernel"]["outputs"])}
    return Bounds(**{**found, "limits": Limits(**found["limits"]), "kernel": KernelSettings(**kernel)})


# -- Files: read as plain ones, written below one folder and nowhere else.


def packed(folder: Path, paths: Iterable[Path]) -> tuple[PackedFile, ...]:
    """The plain files among ``paths``, which are relative to ``folder``, in an order that is always the same."""
    return tuple(_packed(folder, sorted(paths)))


def _packed(folder: Path, paths: Iterable[Path]) -> Iterator[PackedFile]:
    for path in paths:
        try:
            descriptor = os.open(folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:  # a link, or gone
            continue
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode):
                yield PackedFile(path.as_posix(), file.read(), bool(status.st_mode & 0o111))


def unpack(files: Iterable[PackedFile], folder: Path) -> None:
    """Write them below ``folder``, where nothing was. Raises BadParcel for a path that would lead out of it."""
    for file in files:
        target = folder / _safe(file.path)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Nothing is followed and nothing replaced: of two files with one name the second is refused.
            with target.open("xb") as copy:
                copy.write(file.content)
        except (OSError, ValueError) as error:
            raise BadParcel(
                _("The file {path!r} can't be unpacked: {why}.").format(path=file.path, why=error)
            ) from error
        target.chmod(0o755 if file.executable else 0o644)


def _safe(path: str) -> PurePosixPath:
    parts = path.split("/")
    if not path or "\0" in path or any(part in {"", ".", ".."} for part in parts):
        raise BadParcel(_("The path {path!r} would lead out of its folder.").format(path=path))
    return PurePosixPath(path)


# -- On the wire: the length of a JSON text, that text, the contents of the files.


def _framed(about: Mapping[str, Any], files: Mapping[str, tuple[PackedFile, ...]]) -> bytes:
    lists = {
        name: [{"path": file.path, "executable": file.executable, "size": len(file.content)} for file in group]
        for name, group in files.items()
    }
    # Names that are no UTF-8 survive as JSON's escapes.
    head = json.dumps({**about, **lists, "format": FORMAT}, sort_keys=True).encode("ascii")
    contents = [file.content for group in files.values() for file in group]
    return b"".join([_LENGTH.pack(len(head)), head, *contents])


def _unframed(data: bytes) -> tuple[dict[str, Any], dict[str, tuple[PackedFile, ...]]]:
    """What ``_framed`` was given. Raises BadParcel."""
    if len(data) > LARGEST:
        raise BadParcel(_("A parcel of {size} MB is too large.").format(size=len(data) // 1_000_000))
    try:
        (length,) = _LENGTH.unpack_from(data)
        start = _LENGTH.size + length
        about = json.loads(data[_LENGTH.size : start])
        if about.pop("format") != FORMAT:
            raise BadParcel(_("The parcel was made by another version of Drydock."))
        files: dict[str, tuple[PackedFile, ...]] = {}
        for name in ("files", "originals"):
            group = []
            for listed in about.pop(name, ()):
                end = start + int(listed["size"])
                if end < start or end > len(data):
                    raise BadParcel(_("The parcel is cut off."))
                group.append(PackedFile(str(listed["path"]), data[start:end], bool(listed["executable"])))
                start = end
            files[name] = tuple(group)
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadParcel(_("These bytes are no parcel: {why}.").format(why=error)) from error
    if start != len(data):
        raise BadParcel(_("The parcel is cut off, or too long."))
    return about, files
