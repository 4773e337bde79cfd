"""Where engines live on this machine, and what is in an engine's folder."""

from __future__ import annotations

import contextlib
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
#: The lab engine's name.
LAB = "lab"
#: There where systemd runs (sd_booted(3)).
_SYSTEMD = Path("/run/systemd/system")
#: Bytes of a folder's path; below it are sockets of engines.
_LONGEST = 80


def _usual_folder() -> Path:
    """Where engines run if nobody says otherwise.

    Below /var/tmp, which survives a reboot and is seldom a tmpfs, and short, because a Unix socket's path holds
    107 bytes (unix(7)).
    """
    return Path(f"/var/tmp/drydock-{os.getuid()}")


def runtime_folder() -> Path:
    """The folder of this user's running engines (``DRYDOCK_RUNTIME`` overrides it). Raises EngineError."""
    # A supervisor, which works in /, must mean the same folder.
    return _made(Path(os.environ.get("DRYDOCK_RUNTIME") or _usual_folder()).absolute())


def kept_folder() -> Path:
    """The folder of the lab engine and its notes, which are to be there after the holidays, too. Raises EngineError.

    It is the runtime folder, unless that ``is_swept``: then one in /var/lib, or at home. But not where that can't be
    made, is on a file system of another type (on NFS, say, no daemon's data can lie) or leaves a socket no name. A lab
    that is in the runtime folder stays there.
    """
    runtime, lasting = runtime_folder(), _lasting_folder()
    stays = os.environ.get("DRYDOCK_RUNTIME") or not is_swept(runtime) or (runtime / f"{LAB}.json").exists()
    if not stays and lasting and len(bytes(lasting)) <= _LONGEST and _disk_type(lasting) == _disk_type(runtime):
        with contextlib.suppress(EngineError):
            return _made(lasting)
    return runtime


def is_usual(folder: Path) -> bool:
    """Whether this kept engine lies where it does if nobody says otherwise."""
    return folder.parent in (_usual_folder(), _lasting_folder())


def is_swept(folder: Path) -> bool:
    """Whether what is in there and nobody uses for long is removed: systemd-tmpfiles(8) does so in /var/tmp, after 30
    days if the machine has no settings of its own."""
    return _SYSTEMD.is_dir() and folder.is_relative_to("/var/tmp")


def _lasting_folder() -> Path | None:
    if os.getuid() == 0:
        return Path("/var/lib/drydock")
    # Not XDG_DATA_HOME's: programs that set it for themselves, as snaps do, would look for another lab.
    with contextlib.suppress(RuntimeError):  # whose home nobody knows
        return Path.home().resolve() / ".local/share/drydock"
    return None


def _disk_type(path: Path) -> str:
    """The type of the file system that this is on, or would be (proc_pid_mountinfo(5))."""
    found = Path("/"), ""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        point, kind = Path(line.split()[4]), line.partition(" - ")[2].split()[0]
        # The last one of the deepest: what was mounted at a place before, that one covers.
        if path.is_relative_to(point) and point.is_relative_to(found[0]):
            found = point, kind
    return found[1]


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o711, parents=folder == _lasting_folder(), exist_ok=True)
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
