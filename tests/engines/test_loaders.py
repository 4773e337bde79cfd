"""Which files make programs opaque (grader/engines/loaders.py); what that is good for is in tests/attacks."""

import ctypes
import errno
import os
import subprocess
from pathlib import Path

import pytest

from grader.engines import loaders
from grader.engines.loaders import loader_of, opaque_files


def test_a_programs_loader_is_what_the_kernel_starts_it_with():
    loader = loader_of(Path("/bin/sh").resolve())
    assert loader is not None
    done = subprocess.run([loader, "/bin/sh", "-c", "echo started"], capture_output=True, text=True, check=True)
    assert done.stdout == "started\n"


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\x7fELF\x01" + bytes(60), b"\x7fELF\x02" + bytes(59)])
def test_what_has_no_loader(tmp_path, content):
    program = tmp_path / "program"
    program.write_bytes(content)
    assert loader_of(program) is None


def test_a_program_without_a_loader_stands_for_itself():
    loader = str(loader_of(Path("/bin/sh").resolve()).resolve())  # type: ignore[union-attr]
    assert opaque_files(["sh", "no-such-program"]) == [loader]
    # A loader has none itself.
    assert loader_of(Path(loader)) is None


@pytest.mark.parametrize(("number", "stops"), [(errno.EMFILE, True), (errno.ENOSYS, False)])
def test_an_engine_that_nobody_can_watch_does_not_start(monkeypatch, number, stops):
    """Somebody may have taken all that the kernel gives: then the wall would be missing without a word."""

    class Kernel:
        def inotify_init1(self, _flags):
            ctypes.set_errno(number)
            return -1

    monkeypatch.setattr(loaders, "_LIBC", Kernel())
    # Before Linux 6.7 there is nothing to watch, however many watches there are.
    monkeypatch.setattr(loaders, "_REGISTER", "nowhere")
    assert loaders.watch(os.getpid()) is None
    monkeypatch.setattr(loaders, "_REGISTER", Path(__file__).resolve().relative_to("/"))
    if stops:
        with pytest.raises(RuntimeError, match="max_user_instances"):
            loaders.watch(os.getpid())
    else:
        assert loaders.watch(os.getpid()) is None
