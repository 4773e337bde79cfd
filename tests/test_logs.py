"""What an instructor reads of an error that nbgrader has logged: the exception, in one line."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest
import sqlalchemy
from sqlalchemy.exc import OperationalError

from grader.logs import CaughtLog


def no_such_table() -> None:
    with sqlalchemy.create_engine("sqlite://").connect() as book:
        book.execute(sqlalchemy.text("select * from student"))


def chained() -> None:
    try:
        no_such_table()
    except OperationalError as error:
        raise ValueError("the gradebook\nis not one") from error


@pytest.mark.parametrize(
    ("fail", "says"),
    [
        (no_such_table, "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: student"),
        (chained, "ValueError: the gradebook"),
    ],
)
def test_a_traceback_becomes_the_line_that_says_what_it_was(fail: Callable[[], None], says: str) -> None:
    words = CaughtLog()
    words.logger.error("There was an error processing assignment: %s", "ada")
    try:
        fail()
    except Exception:
        # As nbgrader does it.
        words.logger.error(traceback.format_exc())
    words.logger.error("Please see the above traceback.")
    assert words.first_error() == says


def test_without_a_traceback_it_is_the_first_error() -> None:
    words = CaughtLog()
    assert words.first_error() == ""
    words.logger.error("No Traceback:\nsubmitted/ada is a link")
    words.logger.error("another")
    assert words.first_error() == "submitted/ada is a link"
