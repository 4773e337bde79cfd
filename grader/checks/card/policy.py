"""What an experiment may ask the daemon of its world for: what cards need, and nothing that makes it root of the host.

Runs there, too (world.py): standard library only.
"""

import re
from collections.abc import Callable
from typing import Any

#: An experiment's own folder in its host, the only one that it may mount.
PLACE = "/tmp/experiment"
#: Those that Docker gives to every container (and the network's, which is of the container's own).
HARMLESS = {
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE"),
    *("NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
}
#: Bodies of these go through as they come: an archive, no wish.
STREAMED = re.compile(r"POST /(build|images/load|images/create)|PUT /containers/[^/]+/archive")
#: These make things on the host that no container's wish describes.
CLOSED = re.compile(r"(?!GET|HEAD)[A-Z]+ /(plugins|swarm|services|nodes|tasks|secrets|configs)(/.*)?")


def words(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value or []]


def options(value: Any) -> bool:
    """Whether a volume's options make it more than memory: of the local driver, they can be a bind mount."""
    if not value:
        return False
    return value.get("type") != "tmpfs" or value.get("device") not in ("tmpfs", "none") or "bind" in str(value.get("o"))


def foreign(folder: str) -> bool:
    return folder.startswith("/") and folder.rstrip("/") != PLACE


#: A field's name in small letters, for the daemon takes any (and at any depth), and what of it is too much.
TOO_MUCH: dict[str, Callable[[Any], bool]] = {
    "privileged": bool,
    "pidmode": lambda value: value == "host",
    "capadd": lambda value: not {word.upper().removeprefix("CAP_") for word in words(value)} <= HARMLESS,
    "devices": bool,
    "devicerequests": bool,
    "devicecgrouprules": bool,
    "securityopt": lambda value: any(not word.startswith("no-new-privileges") for word in words(value)),
    "maskedpaths": lambda value: value is not None,
    "readonlypaths": lambda value: value is not None,
    "runtime": lambda value: value not in (None, "", "runc", "io.containerd.runc.v2"),
    "binds": lambda value: any(foreign(word.partition(":")[0]) for word in words(value)),
    "source": lambda value: foreign(str(value)),
    "driveropts": options,
    "driverconfig": lambda value: any(options(one) for one in value.values() if isinstance(one, dict)),
}


def too_much(wish: Any, names: set[str]) -> str:
    """The first field of a request's body that asks for more than an experiment may have, or nothing.

    Nor may it have a field of these names in another spelling, which the daemon would understand, and no rule.
    """
    for one in wish if isinstance(wish, list) else ():
        if found := too_much(one, names):
            return found
    for name, value in wish.items() if isinstance(wish, dict) else ():
        known = name.casefold()
        if known in TOO_MUCH and TOO_MUCH[known](value):
            return str(name)
        if name not in names and known in {word.casefold() for word in names}:
            return str(name)
        # What stands in these has names of people's own.
        if known not in ("labels", "endpointsconfig", "driveropts", "options", "sysctls", "config") and (
            found := too_much(value, names)
        ):
            return found
    return ""
