"""What a check cell says of its task, read without running it."""

from __future__ import annotations

import pytest

from grader.course.declared import Declared, declared


def said(words: str) -> Declared:
    return declared(f'with check.task("drill", hint="Look.", needs=("secret",), longer={words}) as t:\n    pass')


@pytest.mark.parametrize("words", ["4", "1", "5", "1.5"])
def test_a_check_may_take_longer(words: str) -> None:
    assert said(words) == Declared("drill", "Look.", ("secret",), (), float(words))


@pytest.mark.parametrize("words", ["times", "'4'", "True", "0", "9", "-1", "1e999", "{[]: 4}"])
def test_what_is_no_such_number_is_as_long_as_others(words: str) -> None:
    assert said(words) == Declared("drill", "Look.", ("secret",), (), 1)


def test_who_says_nothing_is_as_long_as_others() -> None:
    assert declared('with check.task("drill", hint="Look.") as t: pass').longer == declared("").longer == 1


def test_what_comes_after_another_task_builds_on_it_as_well() -> None:
    both = declared('with check.task("drill", hint="Look.", after=["plan"], needs=("secret",)) as t: pass')
    assert both.needs == ("secret", "plan")
    assert declared('with check.task("drill", hint="Look.", after="plan") as t: pass').needs == ()
