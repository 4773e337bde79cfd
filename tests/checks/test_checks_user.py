"""Spellings of a user: root has several, and a group counts only when it is asked for."""

from __future__ import annotations

import pytest

from grader.checks.configured import same_user


@pytest.mark.parametrize(
    ("has", "wanted", "same"),
    [
        ("10001", "10001", True),
        ("10001:10001", "10001", True),
        ("10001:0", "10001", True),
        ("10001", "10001:0", False),
        ("10001:10001", "10001:0", False),
        ("10001:0", "10001:0", True),
        ("1000", "10001", False),
        (None, "10001", False),
        (None, "root", True),
        ("", "0", True),
        ("0:0", "root", True),
        ("0:50", "root", True),
        ("harbour", "root", False),
    ],
)
def test_same_user(has: str | None, wanted: str, same: bool) -> None:
    assert same_user(has, wanted) is same
