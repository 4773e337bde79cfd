"""What tests of engines share: a runtime folder that must be empty at the end, and waiting for what must come."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from grader.engines import orphans
from grader.engines.microvm.engine import MicrovmEngine
from grader.files import cache_folder
from grader.processes import kernel_at_least


@cache
def needs_a_guest() -> pytest.MarkDecorator:
    """Where no microVM works a test is skipped, but not in CI."""
    probe = MicrovmEngine.probe()
    return pytest.mark.skipif(not probe.works and "CI" not in os.environ, reason=probe.reason)


def ought_to_be_shifted() -> bool:
    """By disk and kernel, not by the code that is looked at: whether throwaway engines have ids of their own, in CI."""
    kind = subprocess.run(["stat", "-f", "-c", "%T", cache_folder()], capture_output=True, text=True, check=True).stdout
    return "CI" in os.environ and os.geteuid() == 0 and kernel_at_least(5, 19) and kind.strip() in ("ext2/ext3", "xfs")


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
