"""An IPython extension: the stumbles of a first hour, in one sentence each that says what to do.

Only what is shown changes. A cell that fails still fails, with the same exception: `%tb` and whoever runs the cells by
a program see it as before. A check's report is shown already, so its exception shows nothing more. Loaded by the
kernels of a course's JupyterLab (data/kernels) and by `connect` in a student's copy; grading and CI see IPython's own
words.
"""

from __future__ import annotations

import re
import signal
from subprocess import CalledProcessError
from types import TracebackType
from typing import Any

from grader.checks.errors import AuthorError, CheckFailed, CouldNotCheck
from grader.i18n import _
from grader.jupyter.printed import Printed

#: Programs of a lab's first lines; a Python line doesn't begin with one of these and a word.
_PROGRAMS = "docker|drydock|curl|wget|echo|cat|cd|ls|mkdir|sleep|export|cp|mv|rm|grep|head|tail|sh|bash"
_COMMAND = re.compile(rf"\s*(?:sudo\s+)?(?:{_PROGRAMS})\s+[\w\"'./~$-]")
_NOTE = "_drydock_plain_errors"


def load_ipython_extension(shell: Any) -> None:
    """IPython's own name for this. A second time changes nothing."""
    if getattr(shell, _NOTE, None) is not None:
        return
    printed = Printed()
    setattr(shell, _NOTE, printed)
    shell.set_custom_exc((Exception, KeyboardInterrupt), _shown)
    shell.events.register("pre_run_cell", printed.begin)
    shell.events.register("post_run_cell", printed.end)


def printed_by_cell(shell: Any) -> str:
    """What the cell that runs, or ran last, printed: the end of it. Nothing where the extension isn't loaded."""
    printed: Printed | None = getattr(shell, _NOTE, None)
    return printed.text if printed is not None else ""


def _shown(
    shell: Any, kind: type[BaseException], error: BaseException, trace: TracebackType, tb_offset: int | None = None
) -> None:
    if isinstance(error, CheckFailed | CouldNotCheck):
        # The kernel's reply says that the cell failed, and with these words; an output would be a second report in red.
        shell._last_traceback = error._render_traceback_()
        return
    sentence = sentence_for(error, shell)
    if sentence:
        shell._showtraceback(kind, error, [sentence])
    else:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def sentence_for(error: BaseException, shell: Any) -> str:
    """What to tell instead of a traceback; "" where the traceback says it best."""
    if isinstance(error, KeyboardInterrupt):
        return _stopped()
    # docker-py's by its name: the cells that use it import it.
    if isinstance(error, CalledProcessError) or type(error).__module__ == "docker.errors":
        printed: Printed | None = getattr(shell, _NOTE, None)
        more = "" if isinstance(error, CalledProcessError) else str(error)
        return (printed.sentence(more) if printed is not None else "") or _refused(error)
    if isinstance(error, NameError) and error.name == "check" and "check" not in shell.user_ns:
        return _(
            "This notebook isn't connected: run its first code cell, then this one again. "
            "(It is the same after each restart of the kernel.)"
        )
    if isinstance(error, AuthorError):
        # What is wrong in a check cell is part of its report: this comes from `check.answer(…)` or `check.value(…)`.
        return _("That can't be: {why}.").format(why=error)
    if isinstance(error, SyntaxError) and _COMMAND.match(error.text or ""):
        return _(
            "This cell holds a command for the shell, but was read as Python: write %%bash as the cell's first line."
        )
    return ""


def _stopped() -> str:
    return _("Stopped by ■. What it started on the daemon may go on there: docker ps shows it.")


def _script_failed(error: CalledProcessError) -> str:
    if error.returncode is None:
        # IPython doesn't wait for what it stops, and Python can't put such an error into words.
        error.returncode = -signal.SIGINT
    if error.returncode < 0:
        return _stopped()
    return _("The last command failed (exit code {code}); what it printed above says why.").format(
        code=error.returncode
    )


def _refused(error: BaseException) -> str:
    if isinstance(error, CalledProcessError):
        return _script_failed(error)
    # Docker's own words, without the address that was asked.
    why = str(getattr(error, "explanation", None) or error).strip().rstrip(".")
    return _("Docker says: {why}.").format(why=why)
