"""An IPython extension: the kernel of a lab's notebook tells the page's panel about the tasks, and has them looked at.

The page (data/labextensions) opens a comm; from then on it gets the whole state after each change. Checks that only
look run in a process of their own (panel/auto_checks.py), as long as the comm is open and nobody has switched them off.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.course.labs import find_course
from grader.errors import ExpectedError
from grader.panel.folder_watch import FolderWatch, follow
from grader.panel.task_list import TaskList, allowed
from grader.report.progress import TaskProgress, progress_folder
from grader.shell import notebook_of_kernel

TARGET = "drydock-tasks"


def load_ipython_extension(shell: Any) -> None:
    """IPython's own name for this. In a notebook that is no lab's it does nothing."""
    notebook = notebook_of_kernel()
    if notebook.stem != notebook.parent.name or getattr(shell, "kernel", None) is None:
        return
    from comm import get_comm_manager

    # The environment as it is before a cell of the student's runs.
    desk = _Desk(shell, notebook.stem, dict(os.environ))
    get_comm_manager().register_target(TARGET, desk.opened)


class _Desk:
    """One notebook's panel: at most one page has it, the one that asked last."""

    def __init__(self, shell: Any, lab: str, environment: Mapping[str, str]) -> None:
        self._lab, self._environment, self._folder = lab, environment, Path.cwd()
        self._telling = threading.Lock()
        self._comm: Any = None
        self._watch: FolderWatch | None = None
        self._auto_checks: subprocess.Popen[str] | None = None
        self._known: Mapping[str, TaskProgress] = {}
        self._automatic, self._busy = True, False
        shell.events.register("pre_run_cell", lambda _info: self._order("busy"))
        shell.events.register("post_run_cell", lambda _result: self._order("idle"))

    def opened(self, comm: Any, message: Mapping[str, Any]) -> None:
        """The page has opened a comm; what it says with that is the student's wish."""
        earlier = self._comm
        self._closed()
        if earlier is not None:
            # Its page may be open still, and must not look alive.
            earlier.close({"elsewhere": True})
        try:
            self._course = find_course(self._folder)
            self._tasks = TaskList.of(self._course, self._lab)
            self._may = allowed(self._course)
        except ExpectedError:
            # A notebook of the student's own, in a folder of its name.
            comm.close()
            return
        self._comm, self._progress = comm, progress_folder(self._course)
        self._known = self._progress.of(self._lab)
        # An earlier page's may still be heard of.
        comm.on_msg(lambda wish: self._wish(wish) if comm is self._comm else None)
        comm.on_close(lambda _message: self._closed() if comm is self._comm else None)
        self._wish(message)
        self._watch = follow(self._progress.path, self._show, "drydock-tasks")

    def _wish(self, message: Mapping[str, Any]) -> None:
        self._automatic = message["content"]["data"].get("automatic") is not False and self._may
        if self._automatic and self._tasks.looking:
            self._start()
        else:
            self._stop()
        self._show()

    def _show(self) -> None:
        """From the thread that follows the notes, too."""
        with self._telling:
            if self._comm is None:
                return
            before, self._known = self._known, self._progress.of(self._lab)
            state = self._tasks.state(self._known, automatic=self._automatic, may=self._may)
            self._comm.send({**state, "news": self._tasks.news(before, self._known)})

    def _start(self) -> None:
        if self._auto_checks is not None and self._auto_checks.poll() is None:
            return
        with suppress(OSError):
            self._auto_checks = subprocess.Popen(
                [sys.executable, "-P", "-m", "grader.panel.auto_checks", self._lab],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                text=True,
                # ■ stops a cell, and what looks by itself goes on.
                start_new_session=True,
            )
            if self._busy:
                self._order("busy")

    def _order(self, what: str) -> None:
        # Read once: a page's wish comes in another thread (ipykernel's subshell), also while a cell runs.
        self._busy, process = what == "busy", self._auto_checks
        if process is not None and process.stdin is not None:
            with suppress(OSError, ValueError):
                process.stdin.write(f"{what}\n")
                process.stdin.flush()

    def _stop(self) -> None:
        process, self._auto_checks = self._auto_checks, None
        if process is not None and process.stdin is not None:
            with suppress(OSError):
                # The end of what it reads is its end.
                process.stdin.close()
            threading.Thread(target=process.wait, daemon=True).start()

    def _closed(self) -> None:
        with self._telling:
            self._comm = None
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self._stop()
