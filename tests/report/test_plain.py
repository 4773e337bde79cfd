from __future__ import annotations

import pytest

from grader.report.plain import excerpt, printable


@pytest.mark.parametrize("noise", [100, 5_000, 500_000])
def test_of_a_long_text_the_end_is_shown(noise: int) -> None:
    text = f"the beginning {'noise ' * noise}\x1b the real reason"
    assert excerpt(text).endswith("noise \\x1b the real reason")
    assert excerpt(text).startswith("… ")
    shown = printable(text, 200)
    assert shown.startswith("the beginning") and shown.endswith("the real reason")
    assert len(shown) <= 200
