"""Whether a container of a check's own was left alone: who has the daemon's socket may change what it says, and who
sees all processes or control groups may end or stop it."""

from __future__ import annotations

import io
import posixpath
import re
import tarfile
from collections.abc import Collection, Iterator

from grader.checks.throwaway import any_image, is_own, throwaway
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.errors import Obstructed, Refused, Unavailable
from grader.docker_api.events import REMEMBERED, actor, attributes, past_events
from grader.docker_api.words import dig
from grader.i18n import _
from grader.report.plain import listed

#: What begins it and what only looks; and its end, where nobody has sent it a signal.
_HARMLESS = frozenset({"create", "attach", "start", "archive-path", "top", "die", "oom"})

#: Folders of the engine's by which a container gets at the daemon, at others' files, at processes or at control groups;
#: file systems of the kernel's that have the same; and bytes that anything of a check's own finds room for.
_REINS = ("/dev/", "/proc/", "/run/", "/sys/", "/var/lib/docker/", "/var/run/")
_KERNELS = ("cgroup", "cgroup2", "proc", "sysfs")
_ROOM = 16 * 1024 * 1024


def must_be_alone(daemon: Daemon, container: str, execs: Collection[str] | None) -> bool:
    """Raises Obstructed where the daemon knows of something that was done to it, and not by the check.

    ``execs``: the IDs of the check's own, None where these aren't known. One archive is the check's, too. Whether the
    daemon remembers all since it was made, or since the last but one of these execs.
    """
    begun, laid, strange = 0, 0, []
    for event in past_events(daemon, {"type": ["container"], "container": [container]}):
        if actor(event).get("ID") != container:
            # The daemon takes the beginning of a name for it, too (moby, daemon/events/filter.go).
            continue
        action = str(event.get("Action"))
        kind = action.partition(":")[0]
        if kind.startswith("exec_"):
            # Labels are written over it, those of a student's image, too: then it is nobody's.
            if execs is not None and attributes(event).get("execID") not in execs:
                strange.append(action)
            begun += kind == "exec_create"
        elif kind == "extract-to-dir":
            laid += 1
        elif kind not in _HARMLESS:
            strange.append(action)
        begun += 2 * (kind == "create")
    strange += ["extract-to-dir"] * (laid - 1)
    if strange:
        meddled = _("somebody had a hand in a container of the check: {actions}")
        raise Obstructed(meddled.format(actions=listed(strange, empty="")))
    return begun >= 2


def must_be_known_to_be_alone(daemon: Daemon, container: str, execs: Collection[str]) -> None:
    """The same, and Obstructed where so much else has happened that the daemon can't know."""
    if not must_be_alone(daemon, container, execs):
        forgotten = _("The daemon remembers only its last {count} events, and so much happened during this check.")
        raise Obstructed(forgotten.format(count=REMEMBERED))


def strong_hands(daemon: Daemon) -> list[str]:
    """The names of running containers that may have a hand in all others, by no request that the daemon would tell."""
    listed_now = daemon.ask(lambda client: client.containers())
    return sorted(_strong(daemon, [str(one["Id"]) for one in listed_now if not is_own(one)]))


def _strong(daemon: Daemon, identifiers: Collection[str]) -> Iterator[str]:
    # In one question: a container may have thousands of mounts, and who uses up a check's time by them is excused.
    volumes = (daemon.ask(lambda client: client.volumes()).get("Volumes") or ()) if identifiers else ()
    reins = {volume["Name"] for volume in volumes if _leads_to_reins(volume)}
    for identifier in identifiers:
        attrs = daemon.find(lambda client, one=identifier: client.inspect_container(one)) or {}  # type: ignore[misc]
        if _is_strong(attrs) or any(dig(mount, "Name") in reins for mount in attrs.get("Mounts") or ()):
            yield str(attrs["Name"]).removeprefix("/")


def _leads_to_reins(volume: Attrs) -> bool:
    """Whether it is no folder of the daemon's own but, by its options, what `mount` makes of them there: a bind of
    another folder, or one of the kernel's file systems."""
    return _are_reins(str(dig(volume, "Options", "device"))) or dig(volume, "Options", "type") in _KERNELS


def _are_reins(folder: str) -> bool:
    # A volume's option is as it was typed: with dots, with too many slashes or none (the daemon works in its root).
    below = re.sub("/+", "/", f"{posixpath.normpath(f'/{folder}')}/")
    return any(below.startswith(one) or one.startswith(below) for one in _REINS)


def _is_strong(attrs: Attrs) -> bool:
    host = dig(attrs, "HostConfig") or {}
    sources = [str(dig(mount, "Source")) for mount in attrs.get("Mounts") or () if dig(mount, "Type") == "bind"]
    return bool(
        host.get("Privileged")
        or host.get("PidMode") == "host"
        # Where there are no namespaces of control groups, all have the host's.
        or (host.get("CgroupnsMode") == "host" and host.get("CapAdd"))
        or any(map(_are_reins, sources))
    )


def of_undone(daemon: Daemon, why: str, hands: Collection[str] = ()) -> Obstructed | Unavailable:
    """Whose trouble it is that a container of a check's own has not done its work, though nothing was refused to it: a
    student's who has ``hands`` in all containers, or had before, or has left no room on the disk. Else it is ours."""
    if found := sorted({*hands, *strong_hands(daemon)}):
        could = _("{why} (it may have been ended by a container with such rights: {names})")
        return Obstructed(could.format(why=why, names=listed(found, empty="")))
    if not _has_room(daemon):
        return Obstructed(_("{why} (the engine's disk is full)").format(why=why))
    return Unavailable(why)


def _has_room(daemon: Daemon) -> bool:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        about = tarfile.TarInfo("room")
        about.size = _ROOM
        archive.addfile(about, io.BytesIO(bytes(_ROOM)))
    try:
        with any_image(daemon) as image, throwaway(daemon, image, ["-"]) as identifier:
            daemon.ask(lambda client: client.put_archive(identifier, "/", packed.getvalue()))
    except Refused:
        return False
    return True
