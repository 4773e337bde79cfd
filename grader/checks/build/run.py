"""A build of a student's Dockerfile by the checker: through the Engine API, without any program of the student's."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader.checks.build.trace import Trace
from grader.checks.files import Entry, packed
from grader.checks.folder import tree_in
from grader.docker_api import blame
from grader.docker_api.daemon import Daemon
from grader.docker_api.errors import Obstructed
from grader.docker_api.words import OWN_LABEL
from grader.i18n import _

#: Under this name, with a tag of its own, an image is built.
_NAME = "drydock-check"
#: A build's steps may take so long without a word.
_STEP_SECONDS = 30.0
#: And so long a whole build that goes on talking: in a lab they take seconds.
_BUILD_SECONDS = 40.0
#: What a folder may hold at most to be built by a check: a lab's folders are small.
_FILES, _BYTES = 500, 8 * 1024 * 1024


@dataclass(frozen=True)
class Recipe:
    """What is built: a folder of the lab, and the options of ``docker build``."""

    folder: str
    dockerfile: str = "Dockerfile"
    target: str = ""
    args: Mapping[str, str] = field(default_factory=dict)


def files_of(root: str, recipe: Recipe) -> dict[str, Entry]:
    """What the docker command would send: the folder without what ``.dockerignore`` names. Raises Obstructed."""
    from docker.utils.build import PatternMatcher

    found: dict[str, Entry] = {}
    size = 0
    for path, entry in tree_in(root, recipe.folder):
        size += entry.size if entry.kind == "file" else 0
        if len(found) >= _FILES or size > _BYTES:
            raise Obstructed(_("The folder {name} is too large to be built by a check.").format(name=recipe.folder))
        found[path] = entry
    ignored = found.get(f"{recipe.dockerfile}.dockerignore") or found.get(".dockerignore")
    text = ignored.content.decode("utf-8", "replace") if ignored else ""
    patterns = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    rules: list[Any] = PatternMatcher(patterns).patterns
    try:
        return {path: one for path, one in found.items() if path == recipe.dockerfile or not _ignored(rules, path)}
    except re.error as error:
        raise Obstructed(_("a pattern in .dockerignore can't be read: {why}").format(why=error)) from error


def _ignored(rules: Sequence[Any], path: str) -> bool:
    """As the docker command does: what names a folder names all in it, and the last rule that fits counts. (docker-py's
    own ``matches`` asks of one folder above only, so by ``**/notes`` not of all that ``**`` stands for.)"""
    parts = path.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    fitting = [rule for rule in rules if any(map(rule.match, above))]
    return bool(fitting) and not fitting[-1].exclusion


def changed(files: Mapping[str, Entry], path: str, adding: str) -> dict[str, Entry]:
    """The same with a line more in one file, which no build has seen before. Raises Obstructed."""
    entry = files.get(path)
    if entry is None or entry.kind != "file":
        raise Obstructed(_("there is no file {path} that is sent to the builder").format(path=path))
    line = adding.replace("{token}", secrets.token_hex(4)).encode()
    start = entry.content if entry.content.endswith(b"\n") or not entry.content else entry.content + b"\n"
    content = start + line + b"\n"
    return {**files, path: replace(entry, content=content, size=len(content))}


def build(daemon: Daemon, files: Mapping[str, Entry], recipe: Recipe) -> Trace:
    """What BuildKit tells of it. Its image is removed, after a kill by the next one; what its steps left in the cache
    stays, as ever. Raises Unavailable, Obstructed or Refused."""
    remove_left(daemon)
    tag = f"{_NAME}:{secrets.token_hex(6)}"
    params = {
        "version": "2",
        "t": tag,
        "dockerfile": recipe.dockerfile,
        "target": recipe.target,
        "buildargs": json.dumps(dict(recipe.args)),
        "labels": json.dumps({OWN_LABEL: "1"}),
    }
    trace = Trace()
    archive = packed(files)
    began = time.monotonic()
    try:
        with daemon.stream("/build", params, patience=_STEP_SECONDS, archive=archive) as response:
            for message in _messages(response):
                trace.take(message)
                _go_on(daemon, time.monotonic() - began)
    finally:
        daemon.release(lambda client: client.remove_image(tag))
    return trace


def remove_left(daemon: Daemon) -> None:
    """Remove images under our name that a killed check has built: nobody needs one once its build has ended."""

    def remove(client: Any) -> None:
        for image in client.images(_NAME, filters={"label": f"{OWN_LABEL}=1"}):
            for name in image.get("RepoTags") or ():
                if name.startswith(f"{_NAME}:"):
                    client.remove_image(name)

    daemon.release(remove)


def _go_on(daemon: Daemon, had: float) -> None:
    """Whether a build that has had so many seconds may have more. Raises Unavailable or Obstructed."""
    if had > _BUILD_SECONDS * daemon.pace():
        blame.must_have_had(daemon, _BUILD_SECONDS, had)
        raise Obstructed(_("the build did not end within {seconds:g} s").format(seconds=_BUILD_SECONDS))
    if daemon.deadline.is_over():
        raise blame.of_the_end(daemon.deadline)


def _messages(response: Any) -> Iterator[dict[str, Any]]:
    """A stream of JSON, one message a line."""
    for line in response.iter_lines():
        if line.strip():
            yield json.loads(line)
