"""Whose programs a container has: a command that a check runs in it is run by what its root has left there.

Read from outside, by the daemon's archive and the kernel's list of mounts: nothing in the container has a part in it.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence

from grader.checks import arguments
from grader.checks.container.storage import Storage
from grader.checks.container.subject import NOT_RUNNING, is_live, state_in_words
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.files import CHECKSUM_LIMIT, Entry, followed, read_entry
from grader.checks.throwaway import SEALED, course_image, files_of, helper_image, run, uncut
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.errors import Obstructed, Unavailable
from grader.docker_api.words import dig, environment
from grader.i18n import _
from grader.report.plain import listed

#: Where a container without a PATH looks (runc).
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#: What a container may be told beside what the course's images are; no other variable of its own reaches a command of a
#: check, for the loader, wget, git and docker obey many. (PATH is looked at; an author gives more by `runs(env=…)`.)
_HEARD = ("PATH", "BUILDX_NO_DEFAULT_ATTESTATIONS", "COSIGN_PASSWORD")
_HEARD_OF = "RESTIC_"
#: Looks at a container that has just been started anew.
_LOOKS = 3
#: Programs, and what they load, lie below these; `docker run --init` mounts its own.
_FOLDERS = ("/bin", "/lib", "/lib64", "/sbin", "/usr")
#: Settings, and no programs: many images have theirs there, and a lab's right answer may mount them.
_SETTINGS = "/usr/local/etc/"
_INIT = ("/sbin/docker-init", "/usr/sbin/docker-init")
_PRELOAD = "/etc/ld.so.preload"
#: Where `docker` has root's settings, which may name other places for plugins, and where it looks for those, in order
#: (docker/cli, cli-plugins/manager).
_CLIENT = "/root/.docker"
_CONFIG = f"{_CLIENT}/config.json"
_PLUGINS = (
    f"{_CLIENT}/cli-plugins",
    *(f"/usr/{folder}/docker/cli-plugins" for folder in ("local/lib", "local/libexec", "lib", "libexec")),
)


def _is_below(path: str) -> bool:
    return path.startswith(tuple(f"{folder}/" for folder in _FOLDERS))


def _above(path: str) -> list[str]:
    """The folders above it, but for the root: ``/usr`` and ``/usr/bin`` of ``/usr/bin/sh``."""
    parts = path.split("/")
    return ["/".join(parts[:number]) for number in range(2, len(parts))]


class _Files:
    """The files of one container, each read once."""

    def __init__(self, daemon: Daemon, container: str) -> None:
        self._daemon, self._container = daemon, container
        self._read: dict[str, Entry | None] = {}
        self._kept: dict[str, bool] = {}

    def at(self, path: str) -> Entry | None:
        # What is mounted elsewhere the archive doesn't see: no program there is the course's, whatever lies below.
        if path != _PRELOAD and not (
            _is_below(path) and not path.startswith(_SETTINGS) and all(map(self._stays, _above(path)))
        ):
            return None
        return self._entry(path)

    def has(self, path: str) -> bool:
        """Whether anything is there, be it a program that may be the course's or not."""
        return self._entry(path) is not None

    def _entry(self, path: str) -> Entry | None:
        if path not in self._read:
            self._read[path] = read_entry(self._daemon, self._container, path)
        return self._read[path]

    def _stays(self, folder: str) -> bool:
        """Whether a folder is itself, or a link to one of those below which programs lie (``/bin`` to ``usr/bin``)."""
        if folder not in self._kept:
            self._kept[folder] = False  # Links in a ring lead nowhere.
            entry = self._entry(folder)
            if entry is not None and entry.kind == "link":
                target = posixpath.join(posixpath.dirname(folder), entry.target)
                inside = target in _FOLDERS or _is_below(target)
                safe = inside and ".." not in target.split("/")
                self._kept[folder] = safe and all(map(self._stays, (*_above(target), target)))
            else:
                self._kept[folder] = True
        return self._kept[folder]

    def file(self, path: str) -> Entry | None:
        """What a path leads to, where that is a file."""
        entry = followed(self.at, path)
        return entry if entry is not None and entry.kind == "file" else None


def _same(path: str, one: Entry | None, other: Entry | None) -> bool:
    """Whether both are one program, to the byte. Raises Unavailable where reading them took too long."""
    if one is None or other is None or one.size != other.size or one.size > CHECKSUM_LIMIT:
        return False
    if not (one.sha256 and other.sha256):
        raise Unavailable(_("{path} could not be read in time").format(path=path))
    return one.sha256 == other.sha256


class Programs(Storage):
    """Expectations about the programs of a container."""

    @expectation
    def has_programs(self, *names: str, of: str | Sequence[str]) -> Claim:
        """What these commands run is, to the byte, the program at the same place in one of these course images; and
        neither a mount nor a variable puts another one in its place. So of docker's plugins, such as docker-buildx."""
        if not names:
            raise AuthorError(_("has_programs needs at least one program"))
        wanted = [arguments.text(name, "name") for name in names]
        images = [arguments.text(image, "of") for image in ([of] if isinstance(of, str) else of)]
        first, programs = listed(images, empty=""), listed(wanted, empty="")

        def judge(attrs: Attrs) -> Finding:
            asked = self._context.programs
            before, ours = asked.get(self.name), _("not run: {name} was not found to have the course's own programs")
            # From now on in this task, and in every outcome but one, no command in it is asked any more.
            asked[self.name] = before if isinstance(before, Obstructed) else Obstructed(ours.format(name=self.name))
            if not is_live(attrs):
                state = _("nothing can run in it, its state: {state}").format(state=state_in_words(attrs))
                return Finding(False, state, because=NOT_RUNNING)
            try:
                unheard = self._unheard(attrs, images)
                trouble = next(self._led_astray(attrs, images, unheard), "") or self._forged(attrs, wanted, images)
            except Unavailable as unknown:
                asked[self.name] = before if isinstance(before, Obstructed) else unknown
                raise
            if not trouble and not isinstance(before, Obstructed):
                asked[self.name] = tuple(unheard)
            return Finding(not trouble, trouble or programs)

        return Claim(
            self._says(_("{what} has the course's own {programs}"), programs=programs),
            _("as in {images}").format(images=first),
            judge,
            f"docker diff {self._shell_name}",
            _(
                "The check runs commands in it, by programs that the course gave it: put them back, or make it anew. "
                "Mount nothing below /usr, /bin, /sbin and /lib, at /root or below /root/.docker."
            ),
        )

    def _unheard(self, attrs: Attrs, images: Sequence[str]) -> list[str]:
        """Its own variables, which no command of a check is to hear."""
        course = {entry for image in images for entry in dig(course_image(self._daemon, image), "Config", "Env") or ()}
        own = [entry for entry in dig(attrs, "Config", "Env") or () if entry not in course]
        names = [entry.partition("=")[0] for entry in own]
        return [name for name in names if name not in _HEARD and not name.startswith(_HEARD_OF)]

    def _led_astray(self, attrs: Attrs, images: Sequence[str], unheard: Sequence[str]) -> Iterator[str]:
        """What puts another program in the place of one that lies in the container."""
        # The daemon takes one of them away.
        for name in (name for name, times in Counter(unheard).items() if times > 1):
            yield _("{name} is set twice").format(name=name)
        places = self._mounted(attrs)
        if places.count("/") != 1:
            yield _("something is mounted at {place}").format(place="/")
        for place in places:
            if place in _INIT or place.startswith(_SETTINGS):
                continue
            if posixpath.dirname(place) in _PATH.split(":") and not self._is_in_one_of(images, place):
                # A program of the student's own, such as a script for cron. (What is wanted may be a link to another.)
                continue
            below = any(place == one or place.startswith(f"{one}/") for one in (*_FOLDERS, _PRELOAD, _CLIENT))
            if below or place == posixpath.dirname(_CLIENT):
                yield _("something is mounted at {place}").format(place=place)

    def _mounted(self, attrs: Attrs) -> list[str]:
        """Where something is mounted, as the container's first process sees it: its root may mount, too."""
        for _look in range(_LOOKS):
            process = dig(attrs, "State", "Pid")
            command = ["cat", f"/proc/{process}/mountinfo"]
            host = {"PidMode": "host", **SEALED}
            outcome = uncut(run(self._daemon, helper_image(self._daemon), command, seconds=10, whole=True, host=host))
            # A number may be another process's by now.
            before, attrs = attrs, self._fetch() or {}
            same = attrs.get("Id") == before.get("Id") and dig(attrs, "State", "Pid") == process
            if outcome.code == 0 and same and is_live(attrs):
                # proc_pid_mountinfo(5): the fifth field.
                return [line.split()[4] for line in outcome.output.splitlines()]
        raise Obstructed(_("what is mounted in {name} can't be read: it does not stay alive").format(name=self.name))

    def _forged(self, attrs: Attrs, names: Sequence[str], images: Sequence[str]) -> str:
        """The first of these programs that is none of the course's, in words."""
        folders = (environment(dig(attrs, "Config", "Env")).get("PATH") or _PATH).split(":")
        strange = next((folder for folder in folders if folder not in _PATH.split(":")), None)
        if strange is not None:
            return _("its PATH has the folder {place}").format(place=strange or ".")
        here = _Files(self._daemon, str(attrs["Id"]))
        plugins = [name for name in names if name.startswith("docker-")]
        for path in (_PRELOAD, *([_CONFIG] if plugins else [])):
            if here.has(path):
                return _("it has a file {path}").format(path=path)
        course = [_Files(self._daemon, self._of(image)) for image in images]
        for name in names:
            paths = [posixpath.join(folder, name) for folder in (_PLUGINS if name in plugins else folders)]
            path = next((path for path in paths if (here.has(path) if name in plugins else here.at(path))), "")
            if not path:
                return _("it has no program {name}").format(name=name)
            # Each question costs the daemon some milliseconds: the images are asked at this path only, one by one.
            mine = here.file(path)
            if not any(_same(path, mine, files.file(path)) for files in course):
                return _("{name} is {path} there, and that is not the course's program").format(name=name, path=path)
        return ""

    def _is_in_one_of(self, images: Sequence[str], path: str) -> bool:
        return any(_Files(self._daemon, self._of(image)).at(path) is not None for image in images)

    def _of(self, image: str) -> str:
        """A container of this course image that nobody has laid anything into, never started."""
        return files_of(self._context, self._daemon, str(course_image(self._daemon, image)["Id"]))
