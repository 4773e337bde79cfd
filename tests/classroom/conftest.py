"""One Hub with two students' servers for a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hub_client import Hub, open_hub


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A Hub whose students "ada" and "bob" are at work."""
    with open_hub() as hub:
        for name in ("ada", "bob"):
            hub.begin(name)
        for name in ("ada", "bob"):
            hub.await_server(name)
        yield hub
