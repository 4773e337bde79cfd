"""The command group: imports a subcommand when it is called, and turns expected trouble into one sentence."""

from __future__ import annotations

import errno
import importlib
import io
import os
import signal
import sys
from pathlib import Path
from typing import Any

import click

from grader import __version__, extras
from grader.errors import ExpectedError
from grader.i18n import _

#: Nothing was wrong with the lab, but the command could not do its work.
EXIT_COULD_NOT = 3

_COMMANDS = {
    "lab": _("Open a lab in JupyterLab with a Docker of its own."),
    "check": _("Check a lab's tasks in the terminal."),
    "reset": _("A fresh lab daemon in about a second."),
    "up": _("Start the lab daemon."),
    "down": _("Stop the lab daemon; what is in it is kept."),
    "status": _("Say what is running."),
    "env": _("Print the lines that point docker at the lab daemon."),
    "doctor": _("Explain this machine: what works, what is missing."),
    "grade": _("Grade submissions."),
    "stats": _("Say how a lab's tasks did in a class."),
    "similar": _("Say which submissions of a lab are alike."),
    "grades": _("Marks: into your LMS, and more time for a student."),
    "feedback": _("Make the feedback pages of a graded lab."),
    "mail": _("Mails with feedback or keys, as files."),
    "serve": _("A class on this machine: JupyterHub, each student behind walls of their own."),
    "certificate": _("A page to print for a stage of the course that is done."),
    "values": _("Names, ports and tokens that differ per student."),
    "author": _("For authors: begin a lab or a course, prove it sound, make the release."),
}


#: Of files and folders that a person names or keeps, and that are not as they should be.
_PLACES = (errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EROFS, errno.ELOOP, errno.ENAMETOOLONG)


class LazyGroup(click.Group):
    """Subcommand NAME is the object ``command`` in ``grader.cli.NAME``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(f"grader.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(_("Commands")):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            raise click.UsageError(
                _("There is no command “{name}”. Run: drydock --help").format(name=args[0]), ctx
            ) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            trouble = explain(error)
            if trouble is None:
                raise
            raise trouble from None


class Trouble(click.ClickException):
    """One sentence and, on a line of its own, what to do next."""

    exit_code = EXIT_COULD_NOT

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy

    def format_message(self) -> str:
        return f"{self.message}\n{_('Next')}: {self.remedy}" if self.remedy else self.message


def explain(error: BaseException) -> Trouble | None:
    """The sentence for an expected kind of trouble, or None for a bug, which keeps its traceback."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Trouble(
            _("The disk is full: {what}.").format(what=error.filename or error.strerror),
            _("Free some space (drydock doctor says where things are), then run the same command again."),
        )
    if isinstance(error, PermissionError):
        remedy = _("Look at who owns it: ls -ld '{path}'").format(path=error.filename) if error.filename else ""
        return Trouble(_("{path} may not be written or read by you.").format(path=error.filename or error), remedy)
    if isinstance(error, ImportError):
        error = extras.missing(error) or error
    if isinstance(error, ExpectedError):
        return Trouble(str(error), error.remedy)
    # A name without a folder is a program's that is missing: a bug or a broken machine.
    if isinstance(error, OSError) and error.errno in _PLACES and os.sep in (path := os.fsdecode(error.filename or "")):
        return Trouble(
            _("{path}: {why}.").format(path=path, why=error.strerror),
            _("Look at what is there: ls -ld '{path}'").format(path=Path(path).parent),
        )
    return None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="drydock")
def main() -> None:
    """A hands-on Docker course, graded against a real Docker daemon."""
    # A character that this terminal or pipe can't show must not end a run.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # A plain `kill` unwinds like Ctrl-C: daemons end and temporary folders go.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
