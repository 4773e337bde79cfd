"""Containers the checks make for themselves: labelled, and removed at the end, be it by a later check.

They serve to look where the daemon's descriptions don't reach: files of an image or a volume, what a command in
an image prints, what another container's network looks like from inside.
"""

from __future__ import annotations

import io
import json
import secrets
import tarfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from grader.checks.commands import Outcome
from grader.checks.errors import AuthorError
from grader.docker_api import blame
from grader.docker_api.daemon import HELPER_IMAGE, Attrs, Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Obstructed, Refused, Unavailable
from grader.docker_api.streams import read_logs
from grader.docker_api.words import OWN_LABEL, OWN_NAME, looks_own
from grader.i18n import _

if TYPE_CHECKING:
    from grader.checks.expectation import Context

#: HostConfig of a container that looks. A student's that has the daemon's socket would lay a program of its own into it
#: between its making and its start (`docker cp`); into a root that can't be written to the daemon puts nothing.
SEALED = {"ReadonlyRootfs": True}
#: A helper's command may take so long.
_HELPER_SECONDS = 8
#: A container of ours that is not in use and older than this (seconds) was left by a check that was killed.
_STALE = 600
#: A container's start is the slowest request: emulated, on a busy machine, it takes more than the usual time.
START_SECONDS = 30.0
#: A program has so long until it says that it is at work.
_READY_SECONDS = 15.0
#: The IDs of those that this checker has made.
made: set[str] = set()
#: Those of them that are in use: no orphans, however old.
_in_use: set[str] = set()
#: Whether this is the only check on the daemon, as when a submission is graded. A name and a label anybody can give;
#: but a student's kernel may have been killed in a check, and another check may go on beside this one.
is_alone = False
#: The highest code with which a helper's own program ends; those above are a shell's, for what was killed.
_MOST = 125
#: Two files, so that of a long log more is left than is read: what is missing is then known to be.
#: Readable whatever the daemon's default log driver is, and read in no time whatever is printed.
_LOG = {"Type": "json-file", "Config": {"max-size": "16m", "max-file": "2"}}


@contextmanager
def throwaway(
    daemon: Daemon, image: str, command: Sequence[str] | None, *, host: Mapping[str, Any] | None = None, **more: Any
) -> Iterator[str]:
    """The ID of a created container, removed with its anonymous volumes at the end.

    ``host`` and ``more`` are the Engine API's HostConfig and other fields of "create a container".
    """
    remove_orphans(daemon)
    body: dict[str, Any] = {
        "Image": image,
        "Labels": {OWN_LABEL: "1"},
        # A health check of the image would run on its own, and its failures look like the student's.
        "Healthcheck": {"Test": ["NONE"]},
        "HostConfig": {"NetworkMode": "none", "LogConfig": _LOG, **(host or {})},
        **more,
    }
    if command is not None:
        body["Cmd"] = list(command)
    identifier = name = f"{OWN_NAME}{secrets.token_hex(6)}"
    try:
        # Also where no answer comes in time: it may be made by now, and be in the way of the student's next cell.
        answer = daemon.ask(lambda client: client.create_container_from_config(body, name), patience=START_SECONDS)
        identifier = str(answer["Id"])
        made.add(identifier)
        _in_use.add(identifier)
        yield identifier
    finally:
        _in_use.discard(identifier)
        daemon.release(partial(_remove, identifier))


def is_own(listed: Mapping[str, Any]) -> bool:
    """Whether a container in the daemon's list is a check's own."""
    return listed.get("Id") in made or (not is_alone and looks_own(listed))


def files_of(context: Context, daemon: Daemon, image: str) -> str:
    """The ID of a container of this image (its ID) for the whole of a task: never started, and nobody lays a file into
    it, so the daemon's archive of it has the image's files."""
    return context.kept(f"image:{image}", lambda: throwaway(daemon, image, ["-"], host=SEALED))


def run(
    daemon: Daemon, image: str, command: Sequence[str] | None, *, seconds: float, whole: bool = False, **more: Any
) -> Outcome:
    """Run a student's image in a throwaway container, at most ``seconds``. ``whole``: all that it prints must be read.
    Raises Unavailable or Obstructed."""
    try:
        return _run(daemon, image, command, seconds=seconds, whole=whole, **more)
    except Refused as refusal:
        return _not_started(daemon, refusal)


def _not_started(daemon: Daemon, refusal: Refused) -> Outcome:
    """The image has no command, or the runtime can't execute it: `docker run` ends with 125 to 127 then."""
    trouble = blame.of_refusal(daemon, refusal)
    if isinstance(trouble, Unavailable):
        raise trouble from refusal
    return Outcome(127, "", refusal.explanation)


def _run(
    daemon: Daemon, image: str, command: Sequence[str] | None, *, seconds: float, whole: bool = False, **more: Any
) -> Outcome:
    with throwaway(daemon, image, command, **more) as identifier:
        return start(daemon, identifier, seconds=seconds, whole=whole)


def start(daemon: Daemon, identifier: str, *, seconds: float, whole: bool = False) -> Outcome:
    """Start such a container, and see how it ends within ``seconds``. Raises Unavailable, Obstructed or Refused."""
    daemon.ask(lambda client: client.start(identifier), patience=START_SECONDS)
    code = exit_code_of(daemon, identifier, seconds)
    # Of what goes on for ever the beginning is enough to say so.
    whole = whole and code is not None
    output = read_logs(daemon, identifier, tty=False, streams=(1,), whole=whole)
    errors = read_logs(daemon, identifier, tty=False, streams=(2,), whole=whole)
    return Outcome(code, output, errors)


def exit_code_of(daemon: Daemon, identifier: str, seconds: float) -> int | None:
    """With which it ends within ``seconds``; None where it had them and has not ended. Raises Unavailable."""
    had = min(seconds, daemon.deadline.remaining())
    code = daemon.wait_for_exit(identifier, seconds)
    if code is None:
        blame.must_have_had(daemon, seconds, had)
    return code


@dataclass(frozen=True)
class Stop:
    """How a container went when it was asked to stop; ``asked`` is False where it wasn't: it had not come so far."""

    asked: bool
    outcome: Outcome


def run_and_stop(daemon: Daemon, image: str, signal: str, *, ready: str, seconds: float) -> Stop:
    """Run an image's own command, send its main process this signal when its log says ``ready``, and give it so many
    seconds to end. Raises Unavailable or Obstructed.
    """
    try:
        with throwaway(daemon, image, None) as identifier:
            daemon.ask(lambda client: client.start(identifier), patience=START_SECONDS)
            if not says(daemon, identifier, ready):
                return Stop(False, Outcome(None, read_logs(daemon, identifier, tty=False), ""))
            try:
                daemon.ask(lambda client: client.kill(identifier, signal))
            except Refused:
                # It has ended by itself in the meantime.
                return Stop(False, Outcome(None, read_logs(daemon, identifier, tty=False), ""))
            code = exit_code_of(daemon, identifier, seconds)
            return Stop(True, Outcome(code, read_logs(daemon, identifier, tty=False), ""))
    except Refused as refusal:
        return Stop(False, _not_started(daemon, refusal))


def says(daemon: Daemon, identifier: str, ready: str) -> bool:
    """Whether it runs and its log comes to say this. A container without a word has had its time to say it."""
    limit = Deadline(min(_READY_SECONDS * daemon.pace(), daemon.deadline.remaining()))
    while True:
        runs = bool(daemon.ask(lambda client: client.inspect_container(identifier))["State"]["Running"])
        if ready in read_logs(daemon, identifier, tty=False):
            return runs
        if not runs:
            return False
        if limit.is_over():
            blame.must_have_had(daemon, _READY_SECONDS, max(limit.seconds, 0))
            return False
        time.sleep(0.1)


def run_and_look(daemon: Daemon, image: str, command: Sequence[str], *, seconds: float) -> Outcome:
    """Run an image's own command, and beside it a helper's, which shares its network and sees its processes.

    A helper that came to no end has code 126. Raises Unavailable or Obstructed.
    """
    try:
        with throwaway(daemon, image, None) as identifier:
            daemon.ask(lambda client: client.start(identifier), patience=START_SECONDS)
            among = f"container:{identifier}"
            host = {"PidMode": among, "NetworkMode": among, **SEALED}
            outcome = _run(daemon, helper_image(daemon), command, seconds=seconds, whole=True, host=host)
            return outcome if outcome.code is not None else Outcome(_MOST + 1, "", "")
    except Refused as refusal:
        return _not_started(daemon, refusal)


def uncut(outcome: Outcome) -> Outcome:
    """What a helper found out, which must have come to an end of its own. Raises Obstructed."""
    if outcome.code is None:
        raise Obstructed(_("a look from inside came to no end"))
    if outcome.code > _MOST:
        # Who may do that could have every answer that is “no”.
        raise Obstructed(_("a look from inside was cut off (code {code})").format(code=outcome.code))
    return outcome


def run_among(daemon: Daemon, container: str, command: Sequence[str]) -> Outcome:
    """Run a helper's command in the PID namespace of a running container (its ID), which shows it all processes.

    Raises Unavailable, Obstructed or Refused, as ``run_beside`` does.
    """
    host = {"PidMode": f"container:{container}", **SEALED}
    return _run(daemon, helper_image(daemon), command, seconds=_HELPER_SECONDS, host=host)


def run_beside(daemon: Daemon, container: str, command: Sequence[str]) -> Outcome:
    """Run a helper's command in the network namespace of a running container (its ID).

    Raises Unavailable, Obstructed or Refused: a helper that doesn't start has found out nothing.
    """
    return run_in_network(daemon, f"container:{container}", command)


def run_in_network(daemon: Daemon, mode: str, command: Sequence[str]) -> Outcome:
    """Run a helper's command with this network mode ("host": where the daemon publishes ports).

    Raises Unavailable, Obstructed or Refused, as ``run_beside`` does.
    """
    return _run(
        daemon,
        helper_image(daemon),
        command,
        seconds=_HELPER_SECONDS,
        host={"NetworkMode": mode, **SEALED},
        # An unknown name is passed on to outer name servers, which may be unreachable (resolv.conf(5)).
        Env=["RES_OPTIONS=timeout:2 attempts:1"],
    )


def course_image(daemon: Daemon, image: str) -> Attrs:
    """A course image's description. Raises Obstructed where it is gone, AuthorError where there is no such one."""
    known = daemon.course_image(image)
    if known is None:
        raise AuthorError(_("{image} is no course image of this lab").format(image=image))
    found = daemon.find(lambda client: client.inspect_image(known["Id"]))
    if found is None:
        raise image_gone(image)
    return found


def image_gone(image: str) -> Obstructed:
    """A course image is not there any more."""
    return Obstructed(
        _("the course image {image} is gone from this daemon; `drydock reset` brings it back").format(image=image)
    )


def helper_image(daemon: Daemon) -> str:
    """The helper image's ID. To remove images is a safe exercise: then its files are brought for as long as the check
    lasts, under no name. Raises Obstructed where they aren't at hand.
    """
    found = daemon.helper() or daemon.brought
    if not found:
        files = _helper_files()
        if files is None:
            raise image_gone(HELPER_IMAGE)
        found = daemon.brought = _imported(daemon, files)
        daemon.cleanup.callback(daemon.release, lambda client: client.remove_image(found))
    return found


def _helper_files() -> bytes | None:
    """The helper's only layer as a tar, from the course images made on this machine."""
    from grader import images

    with suppress(images.ImagesError, OSError, tarfile.TarError, KeyError, ValueError):
        archive = images.archive_of(HELPER_IMAGE)
        if archive is not None:
            with tarfile.open(archive) as saved:
                (about,) = json.load(saved.extractfile("manifest.json") or io.BytesIO())
                (layer,) = about["Layers"]
                content = saved.extractfile(layer)
                return content.read() if content else None
    return None


def _imported(daemon: Daemon, files: bytes) -> str:
    """The ID of a nameless image with these files (a tar)."""
    answer = daemon.ask(lambda client: client.import_image_from_data(files))
    return "sha256:" + str(answer).rpartition("sha256:")[2].split('"')[0]


@contextmanager
def any_image(daemon: Daemon) -> Iterator[str]:
    """Some image to make a container of that is never started: the helper, or an empty one of ours."""
    found = daemon.helper()
    if found:
        yield found
        return
    empty = io.BytesIO()
    tarfile.open(fileobj=empty, mode="w").close()
    identifier = _imported(daemon, empty.getvalue())
    try:
        yield identifier
    finally:
        daemon.release(lambda client: client.remove_image(identifier))


def remove_orphans(daemon: Daemon, older_than: float = _STALE) -> None:
    """Remove containers of ours that a killed check left behind, ``older_than`` in seconds."""
    label = f"{OWN_LABEL}=1"
    left = daemon.ask(lambda client: client.containers(all=True, filters={"label": label}))
    own = [c for c in left if looks_own(c) and c["Id"] not in _in_use]
    # Another check may go on beside this one: what it has just made is young by the daemon's clock.
    now = time.time() + (daemon.ahead() if own else 0.0)
    for identifier in [c["Id"] for c in own if now - int(c.get("Created", 0)) >= older_than]:
        daemon.release(partial(_remove, identifier))


def _remove(identifier: str, client: Any) -> None:
    client.remove_container(identifier, v=True, force=True)
