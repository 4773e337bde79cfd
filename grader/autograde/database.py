"""The gradebook's database, looked at before a run: what is wrong with it is said in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nbgrader.api import Gradebook
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from grader.expected import ExpectedError
from grader.i18n import _

#: Drivers by module, as a person installs them.
_PACKAGES = {"psycopg": "'psycopg[binary]'", "psycopg2": "psycopg2-binary"}
_EXAMPLE = "postgresql://grader@/drydock?host=/var/run/postgresql"


class NoDatabase(ExpectedError):
    """The gradebook can't be opened. ``str()`` is one sentence; ``remedy`` what to do."""


@contextmanager
def gradebook(db_url: str) -> Iterator[Gradebook]:
    """nbgrader's gradebook at ``db_url``; its tables are made on first use. Raises NoDatabase."""
    try:
        book = Gradebook(db_url)
    except (ArgumentError, NoSuchModuleError) as error:
        raise NoDatabase(
            _("“{url}” is not the address of a database.").format(url=_without_password(db_url)),
            _("Write sqlite:///FILE or, for example, {example}").format(example=_EXAMPLE),
        ) from error
    except ModuleNotFoundError as error:
        raise NoDatabase(
            _("The Python package for this kind of database is not installed: {module}.").format(module=error.name),
            f"pip install {_PACKAGES.get(error.name or '', error.name)}",
        ) from error
    except DBAPIError as error:
        why = str(error.orig).strip().splitlines()[0]
        raise NoDatabase(
            _("The gradebook {url} can't be opened: {why}.").format(url=_without_password(db_url), why=why.rstrip(".")),
            _("Does the server run, and may you use this database? Try: psql '{url}'").format(
                url=_without_password(db_url)
            )
            if db_url.startswith("postgresql")
            else _("Look at the file and its folder: ls -l"),
        ) from error
    with book:
        yield book


def lab_named(book: Gradebook, start: str) -> str:
    """The only lab of the gradebook whose name begins with ``start`` ("03"), else ``start``."""
    names = [str(assignment.name) for assignment in book.assignments]
    found = [name for name in names if name.startswith(start)]
    return found[0] if len(found) == 1 and start not in names else start


def _without_password(db_url: str) -> str:
    try:
        return make_url(db_url).render_as_string(hide_password=True)
    except ArgumentError:
        return db_url
