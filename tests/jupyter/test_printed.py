"""What a cell prints, as it goes through our hands: at once and whole, but for a line that may name a registry."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import pytest

from grader.jupyter.printed import Printed


@contextmanager
def _cell() -> Iterator[io.StringIO]:
    """What is shown of what a cell prints."""
    with redirect_stdout(io.StringIO()) as shown:
        printed = Printed()
        printed.begin()
        yield shown
        printed.end()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_line_may_be_long(end: str) -> None:
    """It took hours once, by a pattern that began anew at each letter."""
    with _cell() as shown:
        print("x" * 1_000_000, end=end)
        assert len(shown.getvalue()) == 1_000_000 + len(end)


def test_only_a_line_that_may_name_a_registry_waits_for_its_end() -> None:
    refused = 'Get "https://registry.example/v2/": dial tcp: lookup registry.example: refused'
    with _cell() as shown:
        for piece, so_far in (
            ("Download", "Download"),
            ("ing\rfailed to ", "Downloading\r"),
            (f"find: {refused[:40]}", "Downloading\r"),
            (f"{refused[40:]}\nmore", "Downloading\rfailed to find: no registry answers.\nmore"),
            ("\nfailed to end", "Downloading\rfailed to find: no registry answers.\nmore\n"),
        ):
            print(piece, end="")
            assert shown.getvalue() == so_far
    assert shown.getvalue().endswith("more\nfailed to end")
