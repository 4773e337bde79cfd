"""What a container says and does: logs, commands in it, files in it, answers over HTTP."""

from __future__ import annotations

from grader.checks import arguments
from grader.checks.container.subject import ContainerSubject
from grader.checks.daemon import Attrs
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.logs import read_logs
from grader.checks.plain import excerpt
from grader.i18n import _


class Output(ContainerSubject):
    """Expectations about what comes out of a container."""

    @expectation
    def logs_contain(self, text: str) -> Claim:
        """Its log has this text somewhere."""
        wanted = arguments.text(text, "text")

        def judge(_attrs: Attrs) -> Finding:
            logs = read_logs(self._daemon, self.name)
            return Finding(wanted in logs, excerpt(logs) or _("an empty log"))

        return Claim(
            _("The log of container {name} contains {text!r}").format(name=self.name, text=wanted),
            wanted,
            judge,
            f"docker logs {self._shell_name}",
            _("A container's log is what its main process writes to its standard output and error."),
        )
