"""All that is below a folder of a container or volume, to hold it to another."""

from __future__ import annotations

from grader.checks.files import archived, entry_of
from grader.docker_api.daemon import Daemon
from grader.docker_api.errors import Obstructed, Unavailable
from grader.i18n import _

#: What a check reads of one folder: entries, and bytes of all its files.
_MOST, _LARGEST = 2_000, 64 * 1024 * 1024

#: Kind, mode, owner, group, link's target and SHA-256, by the path below the folder.
type Tree = dict[str, tuple[object, ...]]


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
