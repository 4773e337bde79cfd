"""What is in an image, what its programs do, and what it tells about how it was made."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from grader.checks import arguments, commands
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.files import HoldsFiles, Reader, read_entry
from grader.checks.image.subject import ImageSubject, find_image, history_of, nothing_to_compare
from grader.checks.throwaway import files_of, run, run_and_stop
from grader.docker_api.course_images import steps_of
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig
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
            once = partial(run, self._daemon, str(attrs["Id"]), words, seconds=seconds, whole=bool(lacks), **more)
            outcome = once()
            asked = wanted.prints or wanted.matching or wanted.errors
            if asked and outcome.code is not None and not outcome.output + outcome.errors:
                # A busy daemon gives up what it hasn't read of a program that has ended (seen at a load of 17).
                outcome = once()
            return wanted.judge(outcome, seconds)

        shown = _shown_run(self._shell_name, words, start, user, env or {})
        return Claim(
            self._says(_("{what}, run as `{command}`, {wanted}"), command=shown, wanted=wanted.shown()),
            wanted.shown(),
            judge,
            shown,
            _("Run it yourself and read what it says."),
        )

    @expectation
    def stops_within(self, seconds: float, *, ready: str, code: int | None = None, says: str | None = None) -> Claim:
        """A container of it that is asked to stop ends within so many seconds, with this code when one is given.

        Its own CMD runs. It is asked, by its stop signal, when its log contains ``ready``; ``says`` is in its log then.
        """
        limit = arguments.seconds(seconds, "seconds")
        at_work = arguments.text(ready, "ready")
        last = None if says is None else arguments.text(says, "says")
        if code is not None:
            arguments.whole(code, "code", low=0, high=255)
        look = f"docker run -d --name trial {self._shell_name}; docker stop trial; docker logs trial"
        expected = _("ends within {seconds:g} s").format(seconds=limit)
        expected += "" if code is None else _(", with code {code}").format(code=code)
        expected += "" if last is None else _(", and has said {text!r}").format(text=last)

        def judge(attrs: Attrs) -> Finding:
            signal = str(dig(attrs, "Config", "StopSignal") or "SIGTERM")
            if _asks_nobody(signal):
                nobody = _("its stop signal is {signal}: that asks nobody, it ends what runs")
                return Finding(False, nobody.format(signal=signal))
            self._daemon.waits_until(_("a container of {name} has stopped").format(name=self.name), limit)
            stop = run_and_stop(self._daemon, str(attrs["Id"]), signal, ready=at_work, seconds=limit)
            shown = commands.shown_output(stop.outcome)
            if not stop.asked:
                return Finding(False, _("it never ran and said {text!r}: {output}").format(text=at_work, output=shown))
            ended = stop.outcome.code
            if ended is None:
                found = _("it still ran {seconds:g} s after {signal}: {output}")
                return Finding(False, found.format(seconds=limit, signal=signal, output=shown))
            right = code in (None, ended) and (last is None or last in stop.outcome.output)
            return Finding(right, _("code {code}: {output}").format(code=ended, output=shown))

        return Claim(
            self._says(_("{what}, when its container is asked to stop, {outcome}"), outcome=expected),
            expected,
            judge,
            look,
            _("Which process gets the signal, and what does it do with it? `docker top` shows process 1 first."),
        )

    def _reader(self) -> Reader:
        identifier = files_of(self._context, self._daemon, str((self._seen() or {})["Id"]))
        return lambda path: read_entry(self._daemon, identifier, path)

    def _look_command(self, path: str) -> str:
        return f"docker run --rm --entrypoint ls {self._shell_name} -ld {shlex.quote(path)}"


def _asks_nobody(signal: str) -> bool:
    """Whether it is the kill signal, by whatever name or number Docker knows it."""
    number = re.fullmatch(r"\+?0*9", signal)
    return number is not None or signal.upper().removeprefix("SIG") == "KILL"


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


# -- What an image tells about how it was made.


class History(ImageSubject):
    """Expectations about the steps that made an image."""

    @expectation
    def history_contains(self, text: str, *, above: str | None = None) -> Claim:
        """One of the steps that made it, or the message of a commit, contains this text.

        With ``above`` it was built on that image, whose own steps don't count.
        """
        return self._history_claim(text, above, present=True)

    @expectation
    def history_lacks(self, text: str, *, above: str | None = None) -> Claim:
        """No step that made it and no message of a commit contains this text (a password, say)."""
        return self._history_claim(text, above, present=False)

    def _history_claim(self, text: str, above: str | None, *, present: bool) -> Claim:
        wanted = arguments.text(text, "text")
        base = None if above is None else arguments.text(above, "above")
        sentences = {
            (True, False): _("The history of image {name} contains {text!r}"),
            (False, False): _("The history of image {name} does not contain {text!r}"),
            (True, True): _("The history of image {name}, above {base}, contains {text!r}"),
            (False, True): _("The history of image {name}, above {base}, does not contain {text!r}"),
        }
        looks = {
            True: _("`docker history` shows the steps that made an image, the newest first."),
            False: _("Build arguments and commands stay readable in the history of an image."),
        }

        def judge(attrs: Attrs) -> Finding:
            steps = steps_of(history_of(self._daemon, attrs))
            if base is not None:
                below = self._steps_called(base)
                if below is None:
                    return nothing_to_compare(base)
                if steps[max(len(steps) - len(below), 0) :] != below:
                    return Finding(False, _("it was not built on {base}").format(base=base))
                steps = steps[: len(steps) - len(below)]
            hits = [step for step in steps if wanted in step]
            found = hits[0] if hits else _("in none of its {count} steps").format(count=len(steps))
            return Finding(bool(hits) is present, found)

        return Claim(
            sentences[present, base is not None].format(name=self.name, text=wanted, base=base),
            wanted if present else _("nowhere in it"),
            judge,
            f"docker history --no-trunc {self._shell_name}",
            looks[present],
        )

    def _steps_called(self, reference: str) -> list[str] | None:
        """The steps that made another image, also a course image that was removed since; None: there is none."""
        if known := self._daemon.course_image(reference):
            return list(known["Steps"])
        other = find_image(self._daemon, reference)
        return None if other is None else steps_of(history_of(self._daemon, other))
