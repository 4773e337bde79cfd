"""Programs that the checks write themselves: each makes its calls, and ends with what the kernel said."""

from __future__ import annotations

import errno
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from grader.checks.container.effects import EFFECTS
from grader.checks.syscalls import Call, error_of, knows, program

#: How a program for each machine is run here.
HERE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), "")
EMULATORS = {"amd64": "qemu-x86_64", "arm64": "qemu-aarch64"}


@pytest.fixture(params=EMULATORS)
def machine(request: pytest.FixtureRequest) -> str:
    if request.param != HERE and not shutil.which(EMULATORS[request.param]):
        pytest.skip(f"no {EMULATORS[request.param]} here")
    return str(request.param)


def ends_with(machine: str, folder: Path, *calls: Call) -> int:
    file = folder / "program"
    file.write_bytes(program(machine, calls))
    file.chmod(0o755)
    command = [] if machine == HERE else [EMULATORS[machine]]
    return subprocess.run([*command, file], check=False, stdin=subprocess.DEVNULL).returncode


def test_a_program_ends_with_what_the_kernel_said(machine: str, tmp_path: Path) -> None:
    there = Call("openat", (-100, str(tmp_path), 0))
    assert error_of(ends_with(machine, tmp_path, there)) == 0
    gone = Call("openat", (-100, f"{tmp_path}/none", 0))
    assert error_of(ends_with(machine, tmp_path, gone)) == errno.ENOENT


def test_an_answer_is_the_first_argument_of_the_next_call(machine: str, tmp_path: Path) -> None:
    (socket, ioctl) = EFFECTS["network"].ways[0]
    assert error_of(ends_with(machine, tmp_path, ioctl)) == errno.ENOTTY
    assert error_of(ends_with(machine, tmp_path, socket, ioctl)) in (errno.ENODEV, errno.EPERM)


@pytest.mark.parametrize("machine", EMULATORS)
def test_each_effect_has_a_way_on_each_machine(machine: str) -> None:
    assert knows(machine)
    assert not knows("riscv64")
    for name, effect in EFFECTS.items():
        ways = [way for way in effect.ways if knows(machine, way[-1])]
        assert ways, name
        for way in ways:
            assert program(machine, way).startswith(b"\x7fELF")
