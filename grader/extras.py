"""Parts of Drydock that grading does without: where one is missing, a sentence and the command that installs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from grader.errors import ExpectedError
from grader.i18n import _

#: The packages that the extras of pyproject.toml bring, as they are imported.
_EXTRAS = {
    **dict.fromkeys(("ipywidgets", "jupyterlab", "matplotlib"), "lab"),
    "qemu": "microvm",
    **dict.fromkeys(("jupyterhub", "ltiauthenticator"), "class"),
    "distributed": "dask",
    **dict.fromkeys(("jwt", "cryptography", "requests"), "lms"),
    **dict.fromkeys(("tree_sitter", "tree_sitter_bash"), "mutants"),
}


class MissingPart(ExpectedError):
    """A package of an extra is not installed. ``remedy`` installs it."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception for its own rendering by this name: a sentence instead of a traceback.
        return [f"{self} {self.remedy}"]


def missing(error: ImportError) -> MissingPart | None:
    """What to tell instead of this error; None where it is about something else."""
    return _part((error.name or "").partition(".")[0])


def _part(package: str) -> MissingPart | None:
    if package not in _EXTRAS:
        return None
    return MissingPart(
        _("The package {package} is not installed: grading does without it.").format(package=package),
        f"pip install 'drydock-course[{_EXTRAS[package]}]'",
    )


@contextmanager
def needed() -> Iterator[None]:
    """Around the import of something that comes with an extra. Raises MissingPart."""
    try:
        yield
    except ImportError as error:
        part = missing(error)
        if part is None:
            raise
        raise part from None


def absent(package: str) -> MissingPart | None:
    """The same before a program that uses the package is started; None where it is there."""
    return _part(package) if find_spec(package) is None else None
