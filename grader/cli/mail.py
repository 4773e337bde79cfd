"""``drydock mail``: a mail for each student as a file, to be sent by a mail program."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from grader.i18n import _, ngettext
from grader.report.plain import one_line

if TYPE_CHECKING:
    from grader.autograde.mailing import Mail, Missing, Post

FOLDER = "mails"


@click.group("mail")
def command() -> None:
    """Make a mail for each student as a file (.eml), for your mail program to send. Nothing is sent."""


def _options(function: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(
        (
            click.option("--from", "sender", required=True, metavar="ADDRESS", help="Who writes: NAME <MAIL@HOST>."),
            click.option(
                "--template",
                type=click.Path(path_type=Path, dir_okay=False),
                help="Your own letter: a line “Subject: …”, then the text.",
            ),
            click.option("--student", "students", multiple=True, help="Only this student (may be repeated)."),
            click.option(
                "--dir",
                "folder",
                type=click.Path(path_type=Path, file_okay=False),
                help=f"Where to (default: {FOLDER}/… in the course's folder).",
            ),
            click.option("--db", "db_url", default=None, help="The gradebook (default: the course's)."),
        )
    ):
        function = option(function)
    return function


@command.command("feedback")
@click.argument("lab")
@_options
def feedback(
    *, lab: str, sender: str, template: Path | None, students: tuple[str, ...], folder: Path | None, db_url: str | None
) -> None:
    """Mails with the feedback pages of LAB. A letter has $name, $student and $lab."""
    from grader.autograde.batch import course_config, course_folder, lab_in_gradebook
    from grader.autograde.mailing import FEEDBACK_WORDS, Letter, Post, feedback_letter, feedback_mails, sender_of

    root = course_folder(Path.cwd())
    config = course_config(root, db_url=db_url)
    lab = lab_in_gradebook(config, lab)
    letter = Letter.read(template, FEEDBACK_WORDS) if template else Letter(feedback_letter(), FEEDBACK_WORDS)
    post = Post(config, folder or root / FOLDER / lab, sender_of(sender), letter)
    _write(post, feedback_mails(config, lab, students), everybody=not students)


@command.command("keys")
@_options
def keys(
    *, sender: str, template: Path | None, students: tuple[str, ...], folder: Path | None, db_url: str | None
) -> None:
    """Mails with each student's key (drydock values). A letter has $name, $student and $key."""
    from grader.autograde.batch import course_config, course_folder
    from grader.autograde.mailing import KEY_WORDS, Letter, Post, key_letter, key_mails, sender_of

    root = course_folder(Path.cwd())
    config = course_config(root, db_url=db_url)
    letter = Letter.read(template, KEY_WORDS) if template else Letter(key_letter(), KEY_WORDS)
    post = Post(config, folder or root / FOLDER / "keys", sender_of(sender), letter)
    _write(post, key_mails(config, students), everybody=not students)


def _write(post: Post, mails: Iterable[Mail | Missing], *, everybody: bool) -> None:
    from grader.autograde.mailing import Missing, NotWritten

    console = Console()
    missing: dict[str, str] = {}
    for mail in mails:
        if isinstance(mail, Missing):
            missing[mail.student] = mail.why
            continue
        try:
            post.write(mail)
        except NotWritten as refusal:
            missing[mail.student] = str(refusal)
    for student, why in missing.items():
        console.print(
            f"[red]![/red] {escape(one_line(student))}: {escape(one_line(why))}", highlight=False, soft_wrap=True
        )
    n = len(post.written)
    text = ngettext("{n} mail is in {folder}. Nothing was sent.", "{n} mails are in {folder}. Nothing was sent.", n)
    console.print(escape(text.format(n=n, folder=post.folder)), highlight=False, soft_wrap=True)
    if everybody and (older := post.older()):
        names = ", ".join(path.name for path in older)
        console.print(escape(_("Of an earlier run, not to be sent again: {names}").format(names=names)), soft_wrap=True)
    raise SystemExit(1 if missing else 0)
