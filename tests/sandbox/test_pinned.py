"""The handle on a daemon's socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.engines import EngineError
from grader.sandbox.checker import PinnedSocket


def test_a_daemon_that_is_gone_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"has ended") as gone:
        PinnedSocket(f"unix://{tmp_path}/docker.sock")
    assert gone.value.remedy == "drydock up"
