"""One Hub with two students' servers for a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hub_client import USERS, Hub, open_hub


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A Hub whose students "ada" and "bob" are at work."""
    # One processor each, so that two of a machine's are more than what is theirs.
    with open_hub(f"{USERS}\nc.DrydockSpawner.cpu_limit = 1\n") as hub:
        for name in ("ada", "bob"):
            hub.begin(name)
        for name in ("ada", "bob"):
            hub.await_server(name)
        yield hub
