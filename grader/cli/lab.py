"""``drydock lab``: from a clone to a lab in the browser, in one command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import webbrowser
from pathlib import Path

import click

from grader.cli import lab_daemon
from grader.cli.places import jupyter_folder
from grader.course.labs import RELEASE, find_course, read_notebook
from grader.i18n import _
from grader.jupyter import server
from grader.report.progress import VARIABLE as PROGRESS_VARIABLE
from grader.workspace import Workspace

_CLOSING_SECONDS = 15.0


@click.command("lab")
@click.argument("name", required=False)
@click.option("--engine", "kind", default=None, help="The engine to use (default: the best one here).")
@click.option("--browser/--no-browser", default=None, help="Open a browser window (default: where there is a screen).")
def command(*, name: str | None, kind: str | None, browser: bool | None) -> None:
    """Open lab NAME (a name or a number; default: the index of all labs) in JupyterLab with a Docker of its own.

    Notebooks, !docker and terminals in it all talk to the lab daemon; what containers publish is on localhost.
    """
    course = find_course()
    workspace = Workspace(course)
    notebook = _prepare(workspace, None if name is None else course.pick(name, RELEASE))
    lab_daemon.tell(_("Starting the lab daemon …"))
    lab = lab_daemon.start(workspace.root, kind, lab_daemon.tell)
    lab_daemon.tell(_("Docker {version} is up ({kind} engine).").format(version=lab_daemon.version(lab), kind=lab.kind))
    if name is not None:
        lab_daemon.bring_images(lab, course.lab(course.pick(name, RELEASE), RELEASE).images, lab_daemon.tell)
    lab_daemon.tell(_("Opening JupyterLab …"))
    page, process = server.find_or_start(
        workspace.root,
        jupyter_folder(),
        {**lab.engine.variables(), PROGRESS_VARIABLE: str(workspace.progress.path)},
    )
    lab_daemon.tell(
        _("JupyterLab was running already; this address opens the lab in it:")
        if process is None
        else _("The lab is ready. If no browser opens, use this address:")
    )
    _open(page.link(notebook), browser)
    if process is not None:
        _wait(process)


def _prepare(workspace: Workspace, name: str | None) -> Path:
    """Bring all into the workspace; returns the notebook to open: the lab's, or the index."""
    if not workspace.course.names(RELEASE):
        workspace.course.pick("", RELEASE)
    if name is None:
        _prepare_all(workspace)
        return workspace.index
    if workspace.prepare(name):
        lab_daemon.tell(_("Your copy of the lab is in {folder}").format(folder=workspace.folder(name)))
    _prepare_all(workspace)
    notebook = workspace.notebook(name)
    # Said now, before the browser shows an empty page with a stack trace.
    read_notebook(notebook, f"drydock reset {name} --notebook")
    return notebook


def _prepare_all(workspace: Workspace) -> None:
    workspace.prepare_all(refresh=server.running(jupyter_folder()) is None)


def _open(link: str, browser: bool | None) -> None:
    click.echo(f"\n    {link}\n")
    if browser or (browser is None and _has_screen()):
        webbrowser.open(link)


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _close(process: subprocess.Popen[bytes]) -> None:
    """End JupyterLab; it gets some seconds for closing its kernels."""
    process.terminate()
    try:
        process.wait(timeout=_CLOSING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes]) -> None:
    lab_daemon.tell(_("Ctrl-C here closes JupyterLab; the lab daemon goes on until “drydock down”."))
    # A shell that starts us in its background has us ignore Ctrl-C's signal; whoever sends it all the same means it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        _close(process)
        lab_daemon.tell(_("JupyterLab is closed. Your work is saved in workspace/. Stop the lab daemon: drydock down"))
        return
    if code:
        log = jupyter_folder() / "jupyter.log"
        raise server.JupyterError(_("JupyterLab ended with code {code}.").format(code=code), f"less '{log}'")
