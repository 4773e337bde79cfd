"""Small pure helpers about how Docker writes things: references, ports, commands to show."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

#: Every container that a check makes for itself, and an engine's canary, carries this label and a name that begins so.
OWN_LABEL, OWN_NAME = "drydock.check", "drydock-check-"
#: The kernel's, in microseconds, when none is set.
CPU_PERIOD = 100_000
_HUB = ("docker.io/library/", "docker.io/", "index.docker.io/library/", "index.docker.io/")


def full_reference(reference: str) -> str:
    """``nginx`` → ``nginx:latest``, ``docker.io/library/nginx:1`` → ``nginx:1``: as RepoTags writes it."""
    for prefix in _HUB:
        if reference.startswith(prefix):
            reference = reference.removeprefix(prefix)
            break
    if "@" in reference or reference.startswith("sha256:"):
        return reference
    return reference if ":" in reference.rpartition("/")[2] else f"{reference}:latest"


def looks_like_id(reference: str) -> bool:
    """Whether the daemon could take ``reference`` for (the beginning of) an image's ID."""
    return re.fullmatch(r"(sha256:)?[0-9a-f]{2,64}", reference) is not None


def short_id(identifier: str) -> str:
    return identifier.removeprefix("sha256:")[:12]


def listed_name(listed: Mapping[str, Any]) -> str:
    """The name of a container in the daemon's list."""
    # A link adds names with more slashes; the container's own has one.
    return str(min(listed.get("Names") or ["?"], key=lambda name: str(name).count("/"))).removeprefix("/")


def looks_own(listed: Mapping[str, Any]) -> bool:
    """Whether a container in the daemon's list looks like a check's own."""
    names = [str(name).removeprefix("/") for name in listed.get("Names") or ()]
    return OWN_LABEL in (listed.get("Labels") or {}) and any(name.startswith(OWN_NAME) for name in names)


def unnamed_volume(name: str) -> bool:
    """Whether a volume is anonymous: nobody gave it a name, so the daemon made one of 64 random hex digits."""
    return re.fullmatch(r"[0-9a-f]{64}", name) is not None


def published(
    bindings: Mapping[str, Sequence[Mapping[str, str]] | None] | None,
) -> list[tuple[str, int, str]]:
    """Docker's map of ports as (host IP, host port, "80/tcp"), one entry per host port, no IPv6 twins.

    The daemon lists a port published on all addresses twice (0.0.0.0 and ::); an unset port, or one of a range
    ("8000-8010"), is 0 (chosen at start).
    """
    entries = []
    for inside, outside in (bindings or {}).items():
        for binding in outside or ():
            address = binding.get("HostIp") or "0.0.0.0"
            if address == "::" and any((other.get("HostIp") or "0.0.0.0") == "0.0.0.0" for other in outside or ()):
                continue
            entries.append((address, _host_port(binding.get("HostPort")), inside))
    return sorted(entries, key=lambda entry: (entry[2], entry[1], entry[0]))


def _host_port(text: str | None) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text or "") else 0  # type: ignore[arg-type]


def shown_port(entry: tuple[str, int, str]) -> str:
    """One published port as ``docker port`` shows it."""
    address, port, inside = entry
    return f"{inside} -> {f'[{address}]' if ':' in address else address}:{port or '?'}"


def environment(entries: Sequence[str] | None) -> dict[str, str]:
    """An Env list as names and values; a later entry wins, as in the process."""
    return {name: value for name, _equals, value in (str(entry).partition("=") for entry in entries or ())}


def shown_words(words: Sequence[str] | None) -> str:
    """A command as a Dockerfile's exec form writes it."""
    return json.dumps(list(words), ensure_ascii=False) if words else "[]"


def inspect_command(kind: str, name: str, *fields: str) -> str:
    """The docker command that shows ``fields`` (template paths such as ``.State.Status``) of one object."""
    middle = " ".join(f"{{{{json {field}}}}}" for field in fields)
    chosen = f" --format {shlex.quote(middle)}" if fields else ""
    return f"docker {kind} inspect{chosen} {shlex.quote(name)}"


def cpu_limit(host: Mapping[str, Any]) -> float | None:
    """CPUs by a HostConfig: --cpus is stored as billionths; --cpu-quota with --cpu-period says the same otherwise."""
    if host.get("NanoCpus"):
        return float(host["NanoCpus"]) / 1e9
    quota = float(host.get("CpuQuota") or 0)
    return quota / float(host.get("CpuPeriod") or CPU_PERIOD) if quota > 0 else None


def is_healthcheck(check: Any) -> bool:
    """Whether ``Config.Healthcheck`` makes the engine test anything: it may be missing, empty or NONE."""
    return bool(((check or {}).get("Test") or ["NONE"])[0] != "NONE")


def moment_of(text: object) -> datetime | None:
    """A time as Docker writes it (RFC 3339, up to nanoseconds); None for "never", which is the year 1."""
    try:
        when = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return when if when.year > 1 else None


def dig(attrs: Mapping[str, Any], *path: str) -> Any:
    """A nested value, or None where a step is missing: newer daemons leave out empty fields."""
    value: Any = attrs
    for step in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def places_of(text: str, described: object, place: str = "") -> list[str]:
    """Where in what the daemon describes a text stands, as ``Config.Env``."""
    if isinstance(described, Mapping):
        inside = [(f"{place}.{key}".lstrip("."), value) for key, value in described.items()]
        return [name for name, _value in inside if text in name] or [
            found for name, value in inside for found in places_of(text, value, name)
        ]
    if isinstance(described, list):
        return list(dict.fromkeys(found for value in described for found in places_of(text, value, place)))
    return [place] if text in str(described) else []
