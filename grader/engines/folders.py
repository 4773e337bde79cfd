"""Where engines live on this machine, and what is in an engine's folder."""

from __future__ import annotations

import os
import re
import secrets
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path

from grader.engines import cgroups
from grader.engines.protocol import EngineError
from grader.files import Inside, atomic_write
from grader.i18n import _

#: Where the system's programs are. An ordinary user's PATH names half of it: stock Debian's has no /usr/sbin.
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def usual_folder() -> Path:
    """``runtime_folder`` where nobody says another.

    Below /var/tmp, which survives a reboot and is seldom a tmpfs, and short, because a Unix socket's path holds
    107 bytes (unix(7)).
    """
    return Path(f"/var/tmp/drydock-{os.getuid()}")


def runtime_folder() -> Path:
    """The folder of this user's running engines (``DRYDOCK_RUNTIME`` overrides it). Raises EngineError."""
    # A supervisor, which works in /, must mean the same folder.
    folder = Path(os.environ.get("DRYDOCK_RUNTIME") or usual_folder()).absolute()
    try:
        folder.mkdir(mode=0o711, exist_ok=True)
    except OSError as error:
        raise EngineError(
            _("The folder {folder} for engines can't be made: {why}.").format(folder=folder, why=error.strerror),
            "DRYDOCK_RUNTIME=/a/short/folder drydock up",
        ) from error
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o022:
        raise EngineError(
            _("{folder} belongs to somebody else, so engines can't be kept there.").format(folder=folder),
            "DRYDOCK_RUNTIME=/a/short/folder drydock up",
        )
    return folder


def throwaway_name() -> str:
    """A name for the folder of an engine whose data nobody will want again."""
    return secrets.token_hex(4)


def is_throwaway(folder: Path) -> bool:
    """Whether ``throwaway_name`` named it."""
    return re.fullmatch("[0-9a-f]{8}", folder.name) is not None


@dataclass(frozen=True)
class EngineFolder:
    """One engine's folder: everything of it that lies on the disk."""

    path: Path

    @property
    def engine_id(self) -> str:
        """Names its control groups. Every runtime folder may have an engine "lab": they must never share groups."""
        return f"{self.path.name}-{zlib.crc32(bytes(self.path.resolve())):08x}"

    root = Inside("root")
    sockets = Inside("s")
    socket = sockets / "docker.sock"
    data = Inside("data")
    lock = Inside("lock")
    log = Inside("log")
    spec = Inside("spec.json")
    state = Inside("state.json")
    #: Which published ports are on this machine's localhost, and which could not be had.
    ports = Inside("relay.json")
    #: The engine's control groups, one a line: a later process may be in other groups and could not guess them.
    groups_note = Inside("cgroups")

    def noted_groups(self) -> list[Path]:
        """The groups that the note names; only this engine's, whatever it says."""
        try:
            noted = [Path(line) for line in self.groups_note.read_text().splitlines()]
        except OSError:
            return []
        return [group for group in noted if group.is_relative_to(cgroups.ROOT) and group.name == self.engine_id]

    #: Which template kept data was made from.
    template_note = Inside("template")

    def note_template(self, template: str) -> None:
        if not self.template_note.exists() or self.template_note.read_text() != template:
            atomic_write(self.template_note, template)
