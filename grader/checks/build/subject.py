"""``t.build("yard")``: a folder of the lab, built by the check, and built again after a change in one file.

What is measured is which steps run again, never how long they take.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from typing import Self

from grader.checks import arguments
from grader.checks.build.run import Recipe, build, changed, files_of
from grader.checks.build.trace import Step, Trace
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Context, Finding, Subject, expectation
from grader.checks.folder import entry_in, root_of, within
from grader.docker_api.daemon import Attrs
from grader.i18n import _, ngettext
from grader.report.plain import listed, printable

#: What stands in the line that is added to the changed file: other bytes at each try, so that no cache knows them.
_TOKEN = "{token}"


class Build(Subject):
    """``t.build("yard")``: the folder's Dockerfile, as the lab's daemon builds it."""

    kind = "build"
    on_hosts = False

    @classmethod
    def stated(
        cls,
        context: Context,
        folder: str,
        *,
        dockerfile: str = "Dockerfile",
        target: str = "",
        args: Mapping[str, str] | None = None,
    ) -> Self:
        made = cls(context, within(folder, "folder"))
        made._recipe = Recipe(made.name, within(dockerfile, "dockerfile"), target, dict(args or {}))
        return made

    def __init__(self, context: Context, name: str) -> None:
        super().__init__(context, name)
        self._recipe = Recipe(name)
        self._built: dict[tuple[str, str, bool], Trace] = {}

    @property
    def what(self) -> str:
        return _("The build of the folder {name}").format(name=self.name)

    def _fetch(self) -> Attrs | None:
        found = entry_in(root_of(self._context), f"{self.name}/{self._recipe.dockerfile}")
        return {} if found is not None and found.kind == "file" else None

    def _missing(self) -> Finding:
        path = f"{self.name}/{self._recipe.dockerfile}"
        return Finding(
            False,
            _("there is no file {path}").format(path=path),
            f"ls -l {shlex.quote(self.name)}",
            self._where_to_begin(),
        )

    @expectation
    def works(self) -> Claim:
        """It builds."""
        return self._claim(self._says(_("{what} works")), _("no error"), lambda trace: Finding(True), "", "")

    @expectation
    def runs_again(self, step: str, *, after: str, adding: str = f"# {_TOKEN}") -> Claim:
        """A step with this text in its line runs again when a line has been added to this file."""
        text, path, line = _arguments(step, after, adding)

        def judge(trace: Trace) -> Finding:
            steps = trace.lines_with(text)
            return Finding(any(one.ran for one in steps), _shown(steps or trace.lines))

        sentence = _("After a change in {path}, the step with {step} runs again").format(path=path, step=text)
        return self._claim(sentence, _("the step is run"), judge, path, line)

    @expectation
    def keeps(self, step: str, *, after: str, adding: str = f"# {_TOKEN}") -> Claim:
        """All steps with this text in their lines come from the cache when a line has been added to this file."""
        text, path, line = _arguments(step, after, adding)

        def judge(trace: Trace) -> Finding:
            steps = trace.lines_with(text)
            return Finding(bool(steps) and not any(one.ran for one in steps), _shown(steps or trace.lines))

        sentence = _("After a change in {path}, the step with {step} comes from the cache").format(path=path, step=text)
        return self._claim(sentence, _("CACHED"), judge, path, line)

    @expectation
    def runs_at_most(self, steps: int, *, after: str, adding: str = f"# {_TOKEN}") -> Claim:
        """So many steps run again at most when a line has been added to this file."""
        most = arguments.whole(steps, "steps", low=0, high=1000)
        _text, path, line = _arguments("-", after, adding)

        def judge(trace: Trace) -> Finding:
            return Finding(sum(one.ran for one in trace.lines) <= most, _shown(trace.lines))

        sentence = ngettext(
            "After a change in {path}, {most} step runs again at most",
            "After a change in {path}, {most} steps run again at most",
            most,
        ).format(path=path, most=most)
        expected = ngettext("{most} step at most", "{most} steps at most", most).format(most=most)
        return self._claim(sentence, expected, judge, path, line)

    @expectation
    def prints(self, pattern: str, *, after: str, adding: str = f"# {_TOKEN}") -> Claim:
        """What its steps print fits this regular expression when a line has been added to this file."""
        wanted = arguments.pattern(pattern, "pattern")
        _text, path, line = _arguments("-", after, adding)

        def judge(trace: Trace) -> Finding:
            printed = "\n".join(one.printed.decode("utf-8", "replace") for one in trace.lines)
            return Finding(wanted.search(printed) is not None, printable(printed, 400) or _("nothing"))

        sentence = _("After a change in {path}, a step of the build prints {pattern}").format(
            path=path, pattern=pattern
        )
        # Cache mounts can be pruned alone: then a step that runs finds them empty, once.
        return self._claim(sentence, pattern, judge, path, line, anew=True)

    def _claim(
        self,
        sentence: str,
        expected: str,
        judge: Callable[[Trace], Finding],
        path: str,
        adding: str,
        *,
        anew: bool = False,
    ) -> Claim:
        def judged(_attrs: Attrs) -> Finding:
            trace = self._trace(path, adding, anew)
            if trace.error:
                return Finding(False, _("the build failed: {why}").format(why=printable(trace.error, 300)))
            return judge(trace)

        return Claim(
            sentence,
            expected,
            judged,
            self._command(),
            _("Build once, change the file, build again: which steps are CACHED, and which are not?"),
        )

    def _command(self) -> str:
        recipe = self._recipe
        words = ["docker", "build", "--progress=plain"]
        words += ["-f", f"{self.name}/{recipe.dockerfile}"] if recipe.dockerfile != "Dockerfile" else []
        words += ["--target", recipe.target] if recipe.target else []
        for name, value in recipe.args.items():
            words += ["--build-arg", f"{name}={value}"]
        return shlex.join([*words, self.name])

    def _trace(self, path: str, adding: str, anew: bool = False) -> Trace:
        """Of a build after a change in the file at ``path``, on what the build before it left in the cache.

        ``anew``: that one had such a change, too, so its steps ran, whatever was pruned since the student's own."""
        key = path, adding, anew
        if key not in self._built:
            before = self._trace(path if anew else "", adding if anew else "") if path else None
            if before is not None and before.error:
                self._built[key] = before
            else:
                root = root_of(self._context)
                files = files_of(root, self._recipe)
                # What .dockerignore keeps back may change as it likes: the builder is sent the same.
                if path and (path in files or entry_in(root, f"{self.name}/{path}") is None):
                    files = changed(files, path, adding)
                self._built[key] = build(self._daemon, files, self._recipe)
        return self._built[key]


def _arguments(step: str, after: str, adding: str) -> tuple[str, str, str]:
    line = arguments.text(adding, "adding")
    if _TOKEN not in line:
        raise AuthorError(
            _("{what} must contain {token}: a line that a build has seen before changes nothing").format(
                what="adding", token=_TOKEN
            )
        )
    return arguments.text(step, "step"), within(after, "after"), line


def _shown(steps: list[Step]) -> str:
    """The steps as ``docker build`` shows them."""
    lines = [
        (_("CACHED {line}") if not one.ran else _("run: {line}")).format(line=re.sub(r"\s+", " ", one.line)[:70])
        for one in steps
    ]
    return listed(lines, empty=_("no steps"))
