"""What an image tells about how it was made."""

from __future__ import annotations

from grader.checks import arguments
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.image.subject import ImageSubject, find_image, history_of, nothing_to_compare
from grader.docker_api.course_images import steps_of
from grader.docker_api.daemon import Attrs
from grader.i18n import _


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
