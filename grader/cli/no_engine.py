"""What somebody can do on whose machine no engine works."""

from __future__ import annotations

from grader.cli.group import Trouble
from grader.course.labs import CourseError, find_course
from grader.engines import EngineError, best_kind
from grader.errors import sudo_drydock
from grader.i18n import _


def three_ways() -> list[str]:
    """Three ways forward, a line each."""
    clone = _is_clone()
    by_root, typed = ("sudo make lab", "make lab") if clone else (sudo_drydock("lab"), "drydock lab")
    return [
        _("1. As root (or with sudo): {command}").format(command=by_root),
        _("2. Start any Docker you have (Docker Desktop will do), then: {command}").format(command=typed),
        _("3. Use a Debian 13 virtual machine, or the course on Binder (binder/).")
        if clone
        else _("3. Use a Debian 13 virtual machine."),
    ]


def _is_clone() -> bool:
    """Whether this is a clone of Drydock itself: a course of somebody's own has no Makefile of ours."""
    try:
        return (find_course().root / "scripts" / "setup").is_file()
    except CourseError:
        return False


def need_an_engine() -> None:
    """Raises Trouble that says why no engine works here and names the three ways."""
    try:
        best_kind()
    except EngineError as error:
        raise Trouble(
            str(error), "\n  ".join([_("drydock doctor explains it. Three ways forward:"), *three_ways()])
        ) from None
