"""What lies in an image's layers, also what a later layer hides."""

from __future__ import annotations

import json
import posixpath
import tarfile
from collections.abc import Callable, Iterator
from typing import IO, Any, cast

from grader.checks import arguments
from grader.checks.arguments import human_size
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.image.layers import image_size
from grader.checks.image.subject import ImageSubject, layers_of
from grader.docker_api import blame
from grader.docker_api.daemon import Attrs, Daemon
from grader.i18n import _

#: Bytes of the image's layers to look through: a student's large image must not use up the check's time.
_LIMIT = 512 * 1024 * 1024
#: Seconds for the daemon to begin with the archive.
_PATIENCE = 20.0
_PIECE = 1024 * 1024
#: Bytes of one layer's headers beside its entries' own (long names, PAX records): they are in no file's size.
_HEADERS = 64 * 1024 * 1024
#: An overlay's mark that the file of this name in a lower layer is hidden.
_WHITEOUT = ".wh."

_MORE_HEADERS = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)

type Hit = Callable[[tarfile.TarInfo, tarfile.TarFile], bool]


class Buried(ImageSubject):
    """Expectations about every layer of an image."""

    @expectation
    def layers_lack(self, path: str | None = None, *, containing: str | None = None) -> Claim:
        """No layer has this file, not even one whose file a later layer deleted.

        ``path``: "/app/id_rsa", or "id_rsa" in whatever folder. ``containing``: no file has this text in it.
        """
        if path is None and containing is None:
            raise AuthorError(_("a path or containing is needed"))
        name = None if path is None else arguments.text(path, "path").rstrip("/") or "/"
        text = None if containing is None else arguments.text(containing, "containing")
        parts = [_("the file {path}").format(path=name)] if name else []
        parts += [_("a file containing {text!r}").format(text=text)] if text else []

        def hit(member: tarfile.TarInfo, layer: tarfile.TarFile) -> bool:
            return (name is None or _is_at(member.name, name)) and (text is None or _contains(member, layer, text))

        return Claim(
            self._says(_("No layer of image {name} has {file}"), name=self.name, file=", ".join(parts)),
            _("in no layer"),
            lambda attrs: self._look_through(attrs, hit),
            f"docker save {self._shell_name} | tar -tv",
            _("What a step has put in stays in its layer, even when a later step deletes it."),
        )

    def _look_through(self, attrs: Attrs, hit: Hit) -> Finding:
        size = image_size(self._daemon, attrs)
        if size > _LIMIT:
            return Finding(
                False,
                _("it has {size}, and a check looks through {most} at most").format(
                    size=human_size(size), most=human_size(_LIMIT)
                ),
            )
        return _find(self._daemon, str(attrs["Id"]), self._course_layers(attrs), hit)

    def _course_layers(self, attrs: Attrs) -> set[str]:
        """Those of its layers that are the course's: what is in them is nobody's secret."""
        courses = {layer for image in self._daemon.course_images().values() for layer in layers_of(image)}
        return courses & set(layers_of(attrs))


def _find(daemon: Daemon, identifier: str, known: set[str], hit: Hit) -> Finding:
    """Look through the archive of ``docker save`` as it comes. Raises NoAnswer."""
    read, links, layers = set[str](), dict[str, str](), list[str]()
    with (
        daemon.stream(f"/images/{identifier}/get", {}, patience=_PATIENCE) as response,
        tarfile.open(fileobj=cast("IO[bytes]", _Timed(response.raw, daemon)), mode="r|") as archive,
    ):
        for member in _each(archive):
            if member.issym() or member.islnk():
                # The same layer twice, in archives of engines before 25.
                folder = posixpath.dirname(member.name) if member.issym() else ""
                links[member.name] = posixpath.normpath(posixpath.join(folder, member.linkname))
            if not member.isfile():
                continue
            source: Any = archive.extractfile(member)
            if member.name == "manifest.json":
                layers = [str(layer) for entry in json.load(source) for layer in entry.get("Layers") or ()]
            elif f"sha256:{posixpath.basename(member.name)}" in known:
                read.add(member.name)
            elif (found := _in_layer(source, hit)) is not None:
                if found:
                    return Finding(False, _("{path} in a layer").format(path=found))
                read.add(member.name)
    unread = [layer for layer in layers if links.get(layer, layer) not in read]
    if unread or not layers:
        return Finding(False, _("a layer of it can't be read"))
    return Finding(True, _("in none of its {count} layers").format(count=len(layers)))


def _in_layer(source: IO[bytes], hit: Hit) -> str | None:
    """The first file of a layer that is a hit, "" for none, None where this is no layer that can be read."""
    try:
        with _Layer.open(fileobj=source, mode="r|*") as layer:
            for member in _each(layer):
                if hit(member, layer):
                    return f"/{_normal(member.name)}"
    # Whoever wrote the headers chose the numbers in them, and tarfile reads some without looking.
    except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError):
        return None
    return ""


def _each(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Its entries, none of them kept: tarfile would keep each with its headers, to find it again."""
    while (member := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]
        yield member


class _Entry(tarfile.TarInfo):
    """One that is read only while its layer's headers have a size to be read whole; without a map of its holes, which
    has a length of its own and which Docker writes into no layer.
    """

    def _proc_member(self, layer: _Layer) -> tarfile.TarInfo:
        if self.type == tarfile.GNUTYPE_SPARSE:
            raise tarfile.ReadError("sparse")
        if self.type in _MORE_HEADERS:
            layer.headers += self.size
            if layer.headers > _HEADERS:
                raise tarfile.ReadError("long headers")
        # The place that tarfile keeps for classes like this one.
        return cast("tarfile.TarInfo", super()._proc_member(layer))  # type: ignore[misc]

    def _proc_gnusparse_10(self, *_words: object) -> None:
        raise tarfile.ReadError("sparse")


class _Layer(tarfile.TarFile):
    tarinfo = _Entry
    headers = 0


def _normal(name: str) -> str:
    return posixpath.normpath(f"/{name}").lstrip("/")


def _is_at(name: str, wanted: str) -> bool:
    """Whether a layer's entry is the file wanted, or in the folder wanted."""
    parts = _normal(name).split("/")
    if parts[-1].startswith(_WHITEOUT):
        return False
    if not wanted.startswith("/"):
        return wanted in parts
    path = _normal(wanted).split("/")
    return parts[: len(path)] == path


def _contains(member: tarfile.TarInfo, layer: tarfile.TarFile, text: str) -> bool:
    """Whether a file of a layer has ``text`` in it, also across two pieces."""
    source = layer.extractfile(member) if member.isreg() else None
    wanted, last = text.encode(), b""
    while source is not None and (piece := source.read(_PIECE)):
        if wanted in last + piece:
            return True
        last = piece[-len(wanted) :]
    return False


class _Timed:
    """A daemon's answer as a file that ends when the check's time is over."""

    def __init__(self, raw: Any, daemon: Daemon) -> None:
        self._raw = raw
        self._daemon = daemon

    def read(self, size: int) -> bytes:
        if self._daemon.deadline.is_over():
            raise blame.of_the_end(self._daemon.deadline)
        return bytes(self._raw.read(size))
