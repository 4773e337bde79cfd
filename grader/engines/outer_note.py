"""What is noted of a lab engine in a container: which Docker it is in, and where its own answers.

In a lab's shells and notebooks DOCKER_HOST is the engine's own, so it does not tell which Docker the engine is in. They
keep what they were given once, so the engine must be found at the same place again.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.engines.layout import runtime_folder
from grader.engines.protocol import EngineError
from grader.files import write_whole

_SUFFIX = ".outer.json"


@dataclass(frozen=True)
class OuterNote:
    """Both ends of a lab engine in a container; "" and None for what is not known."""

    #: The DOCKER_HOST of the Docker that the engine was started in last.
    outer: str = ""
    #: The DOCKER_HOST of the engine itself, and its port on this machine's localhost.
    host: str = ""
    port: int | None = None


def read(folder: Path) -> OuterNote:
    """The note of the engine with this folder; an empty one if there is none."""
    return _parsed(_place(folder))


def write(folder: Path, note: OuterNote) -> None:
    write_whole(_place(folder), json.dumps(asdict(note)))


def outer_of(host: str) -> str:
    """The Docker that the lab engine with this DOCKER_HOST is in; empty if this is no lab engine's."""
    with contextlib.suppress(EngineError):
        for place in runtime_folder().glob(f"*{_SUFFIX}"):
            note = _parsed(place)
            if host and note.host == host:
                return note.outer
    return ""


def _place(folder: Path) -> Path:
    # Beside the folder, so that it outlives the data: after `drydock reset` the address must be the same.
    return folder.with_name(f"{folder.name}{_SUFFIX}")


def _parsed(place: Path) -> OuterNote:
    try:
        return OuterNote(**json.loads(place.read_text()))
    except (OSError, ValueError, TypeError):
        return OuterNote()
