"""What student's code may have changed and cells of ours rely on, restored: names of course images, and scripts."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from docker.errors import APIError, DockerException, ImageNotFound

from grader.docker_api.client import BoundedClient, TooLarge
from grader.docker_api.course_images import look, tags_of
from grader.engines import Endpoint, EngineError
from grader.i18n import _
from grader.sandbox import PinnedSocket
from grader.values.asked import planted_in

#: Seconds for each request; a flooded daemon is slow.
_PATIENCE = 20.0


class CourseImages:
    """Knows what the course's names mean, and puts them back where a student gave one to something else.

    Images that were removed stay removed: pruning is a safe exercise. But then their names mean nothing.
    """

    def __init__(self, endpoint: Endpoint, patience: float = 1.0) -> None:
        """``patience``: how many times longer than usual the daemon may take (``Engine.patience``).

        Raises EngineError when it does not answer.
        """
        with ExitStack() as stack:
            self._socket = PinnedSocket(endpoint.host)
            stack.callback(self._socket.close)
            try:
                self._client = BoundedClient(
                    base_url=self._socket.host,
                    version="auto",
                    timeout=_PATIENCE * patience,  # type: ignore[arg-type]
                )
                stack.callback(self._client.close)
                #: As they are before the student begins, for whoever compares with them.
                self.known = look(self._client)
            except (DockerException, OSError) as trouble:
                raise EngineError(_("The engine's daemon does not answer: {why}").format(why=trouble)) from trouble
            self._opened = stack.pop_all()

    def restore(self) -> list[str]:
        """Undo false names; returns them. A daemon that does not answer is for the check to report."""
        undone = []
        try:
            now = self._tags_now()
            for tag, known in self.known.items():
                if (used_for := now.get(tag)) not in (None, known["Id"]) and self._undo(tag, known["Id"], used_for):
                    undone.append(tag)
        except (DockerException, OSError):
            pass
        return undone

    def _tags_now(self) -> dict[str, str]:
        """The course's tags and the images that have them: their IDs, or the tags themselves where that is too long."""
        with suppress(TooLarge):
            return tags_of(self._client)
        # Somebody's image has a label of many megabytes; that may be one of another name.
        client: Any = self._client
        found = {}
        for tag in self.known:
            with suppress(ImageNotFound):
                try:
                    found[tag] = str(client.inspect_image(tag)["Id"])
                except TooLarge:
                    found[tag] = tag
        return found

    def _undo(self, tag: str, right: str, wrong: str) -> bool:
        """Whether the name could be put back, or at least taken away. What one name refuses is no matter of others."""
        repository, _colon, name = tag.rpartition(":")
        try:
            try:
                self._client.tag(right, repository, name, force=True)
            except ImageNotFound:
                # The student's image keeps a name: with its last one the daemon would delete it.
                self._client.tag(wrong, f"look-alike-{secrets.token_hex(4)}")
                self._client.remove_image(tag, noprune=True)
        except APIError:
            return False
        return True

    @property
    def host(self) -> str:
        """The daemon itself, as a DOCKER_HOST value: what now has its address may be another one."""
        return self._socket.host

    def close(self) -> None:
        self._opened.close()


# -- The scripts that setup cells run, as the author wrote them: a student's cells may have changed what lies there.

#: Not an absolute path: that is one in a container.
_RUN = re.compile(r"(?<![\w./-])(?:ba)?sh[ \t]+((?!/)[\w./-]+)")

#: Run by the kernel that prepares tasks, with a student's rights and no more, so a link laid out there leads nowhere.
_RESTORE = """
def restore_scripts(scripts):
    import os, secrets
    def clear(path):
        if os.path.isdir(path) and not os.path.islink(path):
            # Not removed: it may be huge, or be shut or another user's, or hold such folders.
            os.rename(path, path + "." + secrets.token_hex(4))
        elif os.path.lexists(path):
            os.unlink(path)
    for path, content in scripts.items():
        parts = path.split("/")
        for folder in ("/".join(parts[:depth]) for depth in range(1, len(parts))):
            if os.path.islink(folder) or not (os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)):
                clear(folder)
                os.mkdir(folder)
        clear(path)
        with open(path, "xb") as file:
            file.write(content)
restore_scripts({scripts})
del restore_scripts
"""


def scripts_run_by(source: str, folders: Sequence[Path]) -> dict[str, bytes]:
    """Path → content of each file that a setup cell runs by ``sh PATH`` or ``bash PATH``, of the first folder with it.

    And of each of those from which ``check.plant(…)`` chooses. Raises BadDeclaration.
    """
    found: dict[str, bytes] = {}
    planted = [str(script) for declaration in planted_in(source) for script in declaration.choices]
    for path in [*_RUN.findall(source), *planted]:
        for folder in folders:
            if ".." not in Path(path).parts and (script := folder / path).is_file():
                found.setdefault(path, script.read_bytes())
    return found


def restore_scripts(scripts: Mapping[str, bytes]) -> str:
    """The cell that writes them anew below the working folder; whatever is in the way goes, folders by another name."""
    return _RESTORE.replace("{scripts}", repr(dict(scripts)))
