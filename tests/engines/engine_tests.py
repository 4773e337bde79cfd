"""What tests of engines share: a runtime folder that must be empty at the end, and waiting for what must come."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from grader.engines import orphans
from grader.engines.microvm.engine import MicrovmEngine


@cache
def needs_a_guest() -> pytest.MarkDecorator:
    """Where no microVM works a test is skipped, but not in CI."""
    probe = MicrovmEngine.probe()
    return pytest.mark.skipif(not probe.works and "CI" not in os.environ, reason=probe.reason)


@contextmanager
def empty_at_the_end(name: str) -> Iterator[Path]:
    """A runtime folder of one's own meanwhile. What an engine leaves there is an error, and is swept away."""
    folder = Path(tempfile.mkdtemp(prefix=f"dd-{name}-", dir="/var/tmp"))
    folder.chmod(0o711)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRYDOCK_RUNTIME", str(folder))
        yield folder
        left = [path.name for path in folder.iterdir() if path.is_dir()]
        orphans.remove_orphans()
        shutil.rmtree(folder)
    assert left == []


def eventually(condition: Callable[[], bool], within: float = 180) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
