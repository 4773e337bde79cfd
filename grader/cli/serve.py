"""``drydock serve``: a class on this machine."""

from __future__ import annotations

import os
import pwd
import re
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.lab_daemon import tell
from grader.errors import sudo_drydock
from grader.i18n import _
from grader.processes import PACKAGE_ROOT

if TYPE_CHECKING:
    from grader.classroom.places import ClassFolder
    from grader.lms.settings import LmsSettings

_FILE = click.Path(path_type=Path)


def _size(_context: click.Context, parameter: click.Parameter, said: str) -> str:
    """As JupyterHub reads it, which complains only when the first student comes."""
    if re.fullmatch(r"(?=.*[1-9])[0-9]+(\.[0-9]+)?[KMGT]", said) or (parameter.name == "disk" and said == "none"):
        return said
    raise click.BadParameter(_("{said} is no size like 2G or 500M.").format(said=said))


@click.command("serve")
@click.option("--users", type=_FILE, default=None, help="A CSV of names (default: who has an account here, PAM).")
@click.option("--lms", "by_lms", is_flag=True, help="Who opens the class in the LMS of lms.toml may log in.")
@click.option(
    "--teacher",
    "teachers",
    multiple=True,
    metavar="ACCOUNT[=LOGIN]",
    help="An account of this machine that sees the course, not a lab; LOGIN: how they log in, with --lms their e-mail.",
)
@click.option("--address", default="", help="The address to listen on (default: all of this machine's).")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port to listen on.")
@click.option(
    "--https", type=_FILE, nargs=2, default=None, metavar="CERT KEY", help="Files of a certificate and its key."
)
@click.option(
    "--domain",
    default="",
    metavar="NAME|URL",
    help="Give each student a name below this one (NAME.DOMAIN), so that a browser keeps them apart.",
)
@click.option("--folder", type=_FILE, default=Path("/srv/drydock"), show_default=True, help="Where the class lies.")
@click.option("--memory", callback=_size, default="2G", show_default=True, help="Memory of each student.")
@click.option(
    "--cpus",
    type=click.FloatRange(0.1, 10_000),
    default=2.0,
    show_default=True,
    help="Processors of each student.",
)
@click.option(
    "--disk", callback=_size, default="10G", show_default=True, help="Disk of each student; “none” for no limit."
)
@click.option(
    "--idle",
    # The Hub learns every five minutes that somebody is at work: with fewer it would end their server.
    type=click.IntRange(min=10),
    default=60,
    show_default=True,
    help="Minutes until a server that nobody uses ends.",
)
@click.option(
    "--config",
    # In the class's folder, where the Hub is started, it might be another file's name.
    type=click.Path(path_type=Path, exists=True, dir_okay=False, resolve_path=True),
    default=None,
    help="A jupyterhub_config.py of your own, instead of all these but --folder, and --users with --teacher as a list.",
)
@click.option("--print-config", is_flag=True, help="Print the jupyterhub_config.py and do nothing.")
@click.option("--add", is_flag=True, help="Add who is new in --users to the class, and end; the Hub goes on.")
@click.option(
    "--new-password",
    "renewed",
    multiple=True,
    metavar="NAME",
    help="Make a new password for one who lost theirs, and end; the Hub goes on.",
)
@click.option("--status", is_flag=True, help="Say who is where in the class, and what the machine has left.")
@click.option("--stop", is_flag=True, help="End all students' servers that run here.")
def command(
    *,
    users: Path | None,
    by_lms: bool,
    teachers: tuple[str, ...],
    address: str,
    port: int,
    https: tuple[Path, Path] | None,
    domain: str,
    folder: Path,
    memory: str,
    cpus: float,
    disk: str,
    idle: int,
    config: Path | None,
    print_config: bool,
    add: bool,
    renewed: tuple[str, ...],
    status: bool,
    stop: bool,
) -> None:
    """Bring up JupyterHub for a class: each student a JupyterLab and a Docker of their own (docs/class-server.md).

    It runs until Ctrl-C; students' servers go on until “drydock serve --stop”.
    """
    from grader.classroom import hub, roster
    from grader.classroom.places import ClassFolder
    from grader.course.labs import find_course

    place = ClassFolder(folder.resolve())
    if stop:
        _stop(place)
        return
    if status:
        _say_status(place)
        return
    if add or renewed:
        _change_list(place, add, users, renewed)
        return
    course = find_course().root.resolve()
    accounts = _accounts(teachers, by_lms=by_lms)
    wanted = hub.Wanted(
        place,
        course,
        address,
        port,
        https,
        place.roster if users else None,
        _lms(course, users) if by_lms else None,
        accounts,
        memory,
        cpus,
        None if disk == "none" else disk,
        idle,
        domain,
    )
    hub.check_domain(wanted)
    if print_config:
        click.echo(hub.configuration(wanted), nl=False)
        return
    hub.check_machine(wanted, own=config is not None)
    _tell_who_is_root(accounts)
    names = roster.read_names(users) if users else []
    place.make()
    if wanted.roster:
        _tell_passwords(place, roster.update(wanted.roster, place.passwords, list(dict.fromkeys([*names, *accounts]))))
    if config is None:
        config = place.hub / "jupyterhub_config.py"
        config.touch(mode=0o600)
        config.write_text(hub.configuration(wanted))
        tell(_("The Hub's address: {url}").format(url=wanted.host))
    _make_template(place)
    os.chdir(place.hub)
    # A script's `&` has it ignored, the Hub's services with it: ending them then took 30 seconds each.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub", "-f", str(config)])


def _change_list(place: ClassFolder, add: bool, users: Path | None, renewed: tuple[str, ...]) -> None:
    """While the Hub goes on, which reads the list at each login."""
    from grader.classroom import roster
    from grader.classroom.places import ClassError

    if os.geteuid() != 0:
        raise ClassError(_("The class's list of names is root's."), sudo_drydock("serve --users users.csv --add"))
    if not place.roster.exists():
        raise ClassError(
            _("There is no class with a list of names in {folder}.").format(folder=place.path), "drydock serve --help"
        )
    if add:
        if users is None:
            raise ClassError(_("Whom to add says --users."), "drydock serve --users users.csv --add")
        made = roster.add(place.roster, place.passwords, roster.read_names(users))
        _tell_passwords(place, made)
        if not made:
            tell(_("Nobody is new in {file}.").format(file=users))
    if renewed:
        _tell_passwords(place, roster.renew(place.roster, place.passwords, list(renewed)))


def _tell_passwords(place: ClassFolder, made: dict[str, str]) -> None:
    if made:
        tell(_("New passwords: {names}.").format(names=", ".join(made)))
        tell(_("Passwords to hand out, then to remove: {file}").format(file=place.passwords))


def _accounts(teachers: tuple[str, ...], *, by_lms: bool) -> dict[str, str]:
    """Account of this machine → the name that they log in with."""
    from grader.classroom.places import ClassError

    pairs = [word.partition("=") for word in teachers]
    if not by_lms and any(login for _account, _is, login in pairs):
        raise ClassError(_("Teachers log in by another name only with --lms."), "drydock serve --help")
    return {account: login or account for account, _is, login in pairs}


def _tell_who_is_root(accounts: Iterable[str]) -> None:
    """Root runs Drydock's files at each start, so an account that may write to them is root."""
    for account in accounts:
        # Of one that isn't there the Hub's page tells.
        with suppress(KeyError):
            number = pwd.getpwnam(account).pw_uid
            for folder in (PACKAGE_ROOT, Path(sys.prefix)):
                # Whoever owns a folder above it can put another one there.
                theirs = [part for part in (folder, *folder.parents) if part.stat().st_uid == number != 0]
                if theirs:
                    tell(
                        _(
                            "{account} owns {folder}, from which root runs Drydock: that makes this account root."
                        ).format(account=account, folder=theirs[0])
                    )


def _lms(course: Path, users: Path | None) -> LmsSettings:
    from grader.classroom.places import ClassError
    from grader.lms.settings import lms_settings

    if users is not None:
        raise ClassError(_("Who may log in says either --users or --lms."), "drydock serve --help")
    found = lms_settings(course)
    found.check_login(course)
    return found


def _make_template(place: ClassFolder) -> None:
    """Before the first student waits for it."""
    from grader.engines import template
    from grader.engines.native import NativeEngine

    os.environ.update(DRYDOCK_RUNTIME=str(place.runtime), DRYDOCK_CACHE=str(place.cache))
    template.ensure(NativeEngine, tell)


def _stop(place: ClassFolder) -> None:
    from grader.classroom.running import stop_all

    tell(_("Students' servers that were ended: {count}.").format(count=stop_all(place)))


def _say_status(place: ClassFolder) -> None:
    from grader.classroom.class_page import as_text

    place.must_exist()
    click.echo(as_text(place))
