"""The course's images as they were before the student began: what their names mean to every check.

A tag is only a name, and a student may give it to another image, or remove the course's own image and use its name
for one of theirs. So a check compares with what the names meant at first, not with what they mean now.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

#: Tags that begin so belong to the course.
REPOSITORY = "drydock/"
#: Tells a check's process what was found; without it the process looks for itself, at its start.
VARIABLE = "DRYDOCK_COURSE_IMAGES"

#: What a container of an image begins with.
_SETTINGS = (
    "Cmd", "Entrypoint", "Env", "ExposedPorts", "Healthcheck", "Labels", "StopSignal", "User", "Volumes", "WorkingDir",
)  # fmt: skip

#: The course's tags: the ID, the layers, the settings and the history of the image that each means.
type CourseImages = Mapping[str, Mapping[str, Any]]


def tags_of(client: Any, registry: str = "") -> dict[str, str]:
    """The course's tags and the IDs of the images that have them now. ``client`` is docker-py's APIClient.

    ``registry``: what stands before them there, which is left out.
    """
    return {
        tag.removeprefix(registry): str(image["Id"])
        for image in client.images()
        for tag in image.get("RepoTags") or ()
        if tag.startswith(f"{registry}{REPOSITORY}")
    }


def look(client: Any, registry: str = "") -> CourseImages:
    """What the course's tags mean now: asked before any of the student's code has run."""
    tags = tags_of(client, registry)
    seen = {identifier: _seen(client, identifier) for identifier in set(tags.values())}
    return {tag: seen[identifier] for tag, identifier in tags.items()}


def _seen(client: Any, identifier: str) -> Mapping[str, Any]:
    attrs = client.inspect_image(identifier)
    return {
        "Id": identifier,
        "RootFS": attrs.get("RootFS"),
        "Config": {name: (attrs.get("Config") or {}).get(name) or None for name in _SETTINGS},
        "Steps": steps_of(client.history(identifier)),
    }


def as_there(ours: CourseImages, theirs: CourseImages) -> CourseImages:
    """``ours`` with the IDs that the same images have on another daemon, by whose tags they are found there.

    In containerd's store an image's ID is its manifest's digest, elsewhere that of its settings: the same image is told
    by layers, settings and history.
    """
    return {tag: {**image, "Id": _id_there(image, theirs.get(tag) or {})} for tag, image in ours.items()}


def _id_there(image: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    same = all(image.get(part) == other.get(part) for part in ("RootFS", "Config", "Steps"))
    return str((other if same else image)["Id"])


def steps_of(history: Any) -> list[str]:
    """The steps of ``docker history`` as texts, the newest first, with the messages of commits."""
    # A commit's message is in the comment; its "created by" is only the command the container ran.
    told = [(step.get("CreatedBy"), step.get("Comment")) for step in history or ()]
    return ["  ".join(str(part) for part in parts if part) for parts in told]


def as_variable(images: CourseImages) -> dict[str, str]:
    """The environment for a check's process."""
    return {VARIABLE: json.dumps(images)}


def from_environment() -> CourseImages | None:
    """What the caller found, or None when it said nothing."""
    given = os.environ.get(VARIABLE)
    return json.loads(given) if given else None
