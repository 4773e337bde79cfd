"""What is in an image, and what its programs do."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from grader.checks import arguments, commands
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.files import Reader, read_entry
from grader.checks.holding_files import HoldsFiles
from grader.checks.image.subject import ImageSubject
from grader.checks.throwaway import run, throwaway
from grader.docker_api.daemon import Attrs
from grader.i18n import _


class Contents(ImageSubject, HoldsFiles):
    """Expectations about files in an image and commands run in a container made from it."""

    @expectation
    def runs(
        self,
        command: Sequence[str] | str | None = None,
        *,
        entrypoint: Sequence[str] | str | None = None,
        prints: str | Sequence[str] | None = None,
        lacks: str | Sequence[str] | None = None,
        matching: str | None = None,
        errors: str | Sequence[str] | None = None,
        exit_code: int | None = 0,
        user: str = "",
        env: Mapping[str, str] | None = None,
        workdir: str = "",
        within: float = 20,
    ) -> Claim:
        """A container of it prints this and ends with this code (None: any).

        Without ``command`` its own CMD runs. The container is ours: no network, removed at once.
        """
        words = None if command is None else arguments.words(command, "command")
        start = None if entrypoint is None else arguments.words(entrypoint, "entrypoint")
        wanted = commands.wanted(prints=prints, lacks=lacks, matching=matching, errors=errors, exit_code=exit_code)
        seconds = arguments.seconds(within, "within")
        more: dict[str, Any] = {"Env": [f"{name}={value}" for name, value in (env or {}).items()]}
        more |= {"Entrypoint": start} if start is not None else {}
        more |= {"User": user} if user else {}
        more |= {"WorkingDir": workdir} if workdir else {}

        def judge(attrs: Attrs) -> Finding:
            self._daemon.waits_until(_("a container of {name} has ended").format(name=self.name), seconds)
            outcome = run(self._daemon, str(attrs["Id"]), words, seconds=seconds, **more)
            return wanted.judge(outcome, seconds)

        shown = _shown_run(self._shell_name, words, start, user, env or {})
        return Claim(
            self._says(_("{what}, run as `{command}`, {wanted}"), command=shown, wanted=wanted.shown()),
            wanted.shown(),
            judge,
            shown,
            _("Run it yourself and read what it says."),
        )

    def _reader(self) -> Reader:
        image = str((self._seen() or {})["Id"])
        # Created and never started: the daemon's archive is all that is needed.
        identifier = self._context.kept(f"image:{image}", lambda: throwaway(self._daemon, image, ["-"]))
        return lambda path: read_entry(self._daemon, identifier, path)

    def _look_command(self, path: str) -> str:
        return f"docker run --rm --entrypoint ls {self._shell_name} -ld {shlex.quote(path)}"


def _shown_run(
    image: str, words: list[str] | None, entrypoint: list[str] | None, user: str, env: Mapping[str, str]
) -> str:
    """The docker command that does what our throwaway container does."""
    parts = ["docker run --rm --network none"]
    parts += [f"--user {shlex.quote(user)}"] if user else []
    parts += [f"--env {shlex.quote(f'{name}={value}')}" for name, value in env.items()]
    parts += [f"--entrypoint {shlex.quote(entrypoint[0])}"] if entrypoint else []
    rest = [*(entrypoint or [])[1:], *(words or [])]
    return " ".join([*parts, image, shlex.join(rest)]).rstrip()
