"""Expectations about the lab's folder: the files a student wrote beside the notebook.

The trusted checker reads them itself, through no link that leads out of the folder and nothing that is no plain file:
what lies there is the student's, and a container of theirs may change it at this moment.
"""

from __future__ import annotations

import os
import posixpath
import shlex
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from grader.checks import arguments, commands
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Context, Finding, expectation
from grader.checks.files import Entry, HoldsFiles, Reader, content_of, followed, packed
from grader.checks.meddling import must_be_known_to_be_alone
from grader.checks.throwaway import course_image, start, throwaway
from grader.docker_api.daemon import Attrs
from grader.docker_api.errors import Obstructed, Unavailable
from grader.i18n import _

#: Tells a check's process where the lab's folder is: a descriptor of it and its name.
_VARIABLE = "DRYDOCK_LAB_FOLDER"
#: Folders may be links, too: so many steps lead to a file at most, as in path_resolution(7).
_LINKS = 40
#: A program that judges a file has so long.
_JUDGE_SECONDS = 20


@dataclass(frozen=True)
class Place:
    """Where the lab's folder is: its name, which the daemon knows, too; and a descriptor of it, which also a process in
    another mount namespace can read.
    """

    name: str
    descriptor: int | None = None

    @property
    def root(self) -> str:
        return self.name if self.descriptor is None else f"/proc/self/fd/{self.descriptor}"

    def as_variable(self) -> dict[str, str]:
        """The environment for a check's process."""
        return {_VARIABLE: f"{'' if self.descriptor is None else self.descriptor}:{self.name}"}


def from_environment() -> Place | None:
    """What the caller said, or None."""
    descriptor, _colon, name = os.environ.get(_VARIABLE, "").partition(":")
    return Place(name, int(descriptor) if descriptor else None) if name else None


def root_of(context: Context) -> str:
    """Where the lab's folder is. Raises Unavailable."""
    if context.folder is None:
        raise Unavailable(_("nobody said where the lab's folder is"))
    return context.folder.root


class Folder(HoldsFiles):
    """``t.folder(".")``: the folder of the notebook, or one in it."""

    kind = "folder"
    on_hosts = False
    names_owners = False  # In grading all files are one user's.

    @property
    def what(self) -> str:
        return _("The lab's folder") if self._inner == "." else _("The folder {name}").format(name=self._inner)

    @property
    def _inner(self) -> str:
        return within(self.name, "folder")

    def _fetch(self) -> Attrs | None:
        found = entry_in(root_of(self._context), self._inner)
        return {} if found is not None and found.kind == "folder" else None

    def _missing(self) -> Finding:
        return Finding(
            False,
            _("there is no folder {name} beside the notebook").format(name=self._inner),
            "ls -l",
            self._where_to_begin(),
        )

    @expectation
    def exists(self) -> Claim:
        """It is there, and a folder."""
        self._inner  # noqa: B018 - a wrong name is the author's mistake
        return Claim(self._says(_("{what} exists")), _("a folder"), lambda attrs: Finding(True), "ls -l", "")

    @expectation
    def has_context(self, name: str, host: str, *, trusting: str | None = None) -> Claim:
        """As a folder for `docker --config` it has this context, by which one reaches the daemon of a host.

        With ``trusting`` it takes the word of the same authority (`ca.pem`) as another context in the folder.
        """
        wanted, context = arguments.text(host, "host"), arguments.text(name, "name")
        like = None if trusting is None else arguments.text(trusting, "trusting")

        def judge(_attrs: Attrs) -> Finding:
            from grader.checks.host.context import Endpoint, endpoint_of, follow
            from grader.checks.host.subject import Host

            found: list[Endpoint] = []
            for one in (context, like or context):
                endpoint = endpoint_of(lambda path: entry_in(root_of(self._context), path), self._inner, one)
                if endpoint is None:
                    return Finding(False, _("there is no context {name}").format(name=one))
                found.append(endpoint)
            reached = follow(self._daemon, found[0], lambda: Host(self._context, wanted).identity())
            its, theirs = (endpoint.papers.get("ca.pem", "").split() for endpoint in found)
            if reached.ok and its != theirs:
                return Finding(False, _("it trusts another authority than the context {name}").format(name=like))
            return reached

        shown = f"docker --config {shlex.quote(self._inner)} --context {shlex.quote(context)}"
        return Claim(
            self._says(_("{what} has the context {name}, which leads to the host {host}"), name=context, host=wanted),
            _("the daemon of {host}, by the authority of {name}").format(host=wanted, name=like)
            if like
            else _("the daemon of {host}").format(host=wanted),
            judge,
            f"{shown} info --format '{{{{.Name}}}}'",
            _("`docker context inspect` shows where a context leads, and which papers (ca, cert, key) it has."),
        )

    @expectation
    def satisfies(self, path: str, command: Sequence[str] | str, *, of: str) -> Claim:
        """A program of the course image ``of``, given this file as its last word, ends with 0 and prints nothing."""
        target, image = self._path(path), arguments.text(of, "of")
        there = f"/lab/{posixpath.basename(target)}"
        words = [*arguments.words(command, "command"), there]
        silent = commands.wanted(prints=None, lacks=None, matching=r"\A\Z", errors=None, exit_code=0)

        def judge(_attrs: Attrs) -> Finding:
            entry = followed(self._reader(), target)
            if entry is None or entry.kind != "file":
                missing = _("there is no file {path}").format(path=target)
                return Finding(False, missing, self._look_command(target), self._how_to_look())
            self._daemon.waits_until(_("a container of {name} has ended").format(name=image), _JUDGE_SECONDS)
            # The image's user is none who owns it.
            readable = replace(entry, mode=0o644)
            identifier = str(course_image(self._daemon, image)["Id"])
            with throwaway(self._daemon, identifier, words) as judging:
                self._daemon.ask(lambda client: client.put_archive(judging, "/", packed({there.lstrip("/"): readable})))
                outcome = start(self._daemon, judging, seconds=_JUDGE_SECONDS, whole=True)
                # What it has read must be the student's file, and what it says its own word.
                must_be_known_to_be_alone(self._daemon, judging, ())
            return silent.judge(outcome, _JUDGE_SECONDS)

        mount = shlex.quote(f"{posixpath.normpath(posixpath.join(self._inner, target))}:{there}:ro")
        return Claim(
            self._says(_("{what} has at {path} what satisfies {image}"), path=target, image=image),
            _("code 0, and not a word"),
            judge,
            f'docker run --rm -v "$PWD"/{mount} {shlex.quote(image)} {shlex.join(words)}',
            _("Run it yourself and read what it says."),
        )

    def _path(self, path: object) -> str:
        return within(path, "path")

    def _reader(self) -> Reader:
        return lambda path: entry_in(root_of(self._context), posixpath.join(self._inner, path))

    def _look_command(self, path: str) -> str:
        shown = shlex.quote(posixpath.normpath(posixpath.join(self._inner, path)))
        return f"ls -ld {shown}; cat {shown}"

    def _how_to_look(self) -> str:
        return _("The file browser at the left shows the folder of the notebook; open the file there.")

    def _how_it_came(self) -> str:
        return _("The file browser at the left shows the folder of the notebook.")


def within(path: object, what: str) -> str:
    """A relative path that stays inside, without useless parts. Raises AuthorError."""
    inner = posixpath.normpath(arguments.text(path, what))
    if inner.startswith(("/", "..")) or "\0" in inner:
        raise AuthorError(
            _("{what} must lie in the lab's folder, such as compose.yaml, not {value!r}").format(what=what, value=path)
        )
    return inner


def entry_in(root: str, path: str) -> Entry | None:
    """What lies at ``path``, a link there not followed. Links to folders are, but ``root`` is their ``/``."""
    try:
        with ExitStack() as stack:
            trail = [stack.enter_context(_opened(root, None, follow=True))]
            left, links = [part for part in path.split("/") if part not in ("", ".")], _LINKS
            while len(left) > 1 or left == [".."]:
                part = left.pop(0)
                if part == "..":
                    del trail[max(1, len(trail) - 1) :]
                elif stat.S_ISLNK(os.lstat(part, dir_fd=trail[-1]).st_mode):
                    target, links = os.readlink(part, dir_fd=trail[-1]), links - 1
                    if links < 0:
                        return None
                    del trail[1 if target.startswith("/") else len(trail) :]
                    left[:0] = [piece for piece in target.split("/") if piece not in ("", ".")]
                else:
                    trail.append(stack.enter_context(_opened(part, trail[-1])))
            return _entry(left[0] if left else ".", trail[-1])
    except PermissionError as error:
        raise Obstructed(_("{path} can't be read: {why}").format(path=path, why=error.strerror)) from error
    except (OSError, ValueError):
        return None


def tree_in(root: str, path: str) -> Iterator[tuple[str, Entry]]:
    """All that lies below the folder at ``path``, by names relative to it; no link is followed. Raises Obstructed."""
    try:
        with ExitStack() as stack:
            folder = stack.enter_context(_opened(root, None, follow=True))
            for part in path.split("/"):
                folder = stack.enter_context(_opened(part, folder))
            for above, folders, files, descriptor in os.fwalk(".", dir_fd=folder):
                for name in [*folders, *files]:
                    yield posixpath.normpath(posixpath.join(above, name)), _entry(name, descriptor)
    except OSError as error:
        raise Obstructed(_("{path} can't be read: {why}").format(path=path, why=error.strerror)) from error


@contextmanager
def _opened(name: str, folder: int | None, *, follow: bool = False) -> Iterator[int]:
    """A folder, for looking up names in it."""
    # Elsewhere than on Linux only a folder that may be listed can be looked into.
    way = getattr(os, "O_PATH", os.O_RDONLY)
    flags = way | os.O_DIRECTORY | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(name, flags, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _entry(name: str, folder: int) -> Entry:
    status = os.lstat(name, dir_fd=folder)
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    kind = kinds.get(stat.S_IFMT(status.st_mode), "other")
    content, checksum = b"", ""
    if kind == "file":
        # It may have become another thing meanwhile: a pipe must not hold us up.
        with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder), "rb") as file:  # noqa: PTH123
            status = os.fstat(file.fileno())
            if stat.S_ISREG(status.st_mode):
                content, checksum = content_of(file, status.st_size)
    target = os.readlink(name, dir_fd=folder) if kind == "link" else ""
    mode = stat.S_IMODE(status.st_mode)
    return Entry(kind, mode, status.st_uid, status.st_gid, status.st_size, target, content, checksum)
