"""How much a registry keeps on its disk, read by the daemon (``docker cp``), not by the registry."""

from __future__ import annotations

from grader.checks.files import archived
from grader.docker_api import blame
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Obstructed, Refused
from grader.i18n import _

#: Where Distribution keeps blobs below its root folder (its docs: "storage backend").
_BLOBS = "docker/registry/v2/blobs"
_SECONDS = 20.0
#: Bytes beyond what is asked for, from which on nobody wants to know how much it is.
_FAR = 256 * 1024 * 1024


def stored_bytes(daemon: Daemon, container: str, folder: str, most: int) -> int | None:
    """The size of all blobs below a registry's folder; of what is far above ``most`` bytes only a part is counted.

    None where there are none. Raises NoAnswer.
    """
    try:
        with archived(daemon, container, f"{folder}/{_BLOBS}", patience=_SECONDS) as archive:
            limit = Deadline(min(_SECONDS * daemon.pace(), daemon.deadline.remaining()))
            size = 0
            for member in archive:
                if member.issym():
                    # No registry makes one, and what it leads to is not in the archive.
                    raise Obstructed(_("{path} is a link: what it leads to can't be counted").format(path=member.name))
                size += member.size if member.isreg() else 0
                if size > most + _FAR:
                    # Before it is read: a sparse file may have terabytes.
                    return size
                if limit.is_over():
                    raise blame.of_silence(daemon, limit.seconds)
            return size
    except Refused as refusal:
        if refusal.status == 404:
            return None
        raise
