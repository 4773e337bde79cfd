"""Programs that make a call to the kernel and end with its answer, without a library or a shell.

A check brings them into a container whose image has nothing to try a call with, or nothing that is to be believed. Each
is a static ELF file of some hundred bytes: one loop, in the machine's own code, over a table of calls, and the table. A
call's answer becomes the first argument of the next one (of `socket` it is what `bind` asks for), and so the last
one's becomes the exit code.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Where the file lies in memory, and how long its headers are.
_AT, _HEADERS = 0x400000, 64 + 56
#: A call in the table: its number and six arguments.
_ROW = struct.Struct("<7q")
#: The headers of an ELF file and of a segment (elf(5)).
_HEAD, _SEGMENT = struct.Struct("<16sHHIQQQIHHHHHH"), struct.Struct("<IIQQQQQQ")


@dataclass(frozen=True)
class Call:
    """One call to the kernel, by its name. A text among the arguments is given by its address."""

    name: str
    arguments: tuple[int | str | bytes, ...] = ()


@dataclass(frozen=True)
class _Machine:
    elf: int
    loop: bytes
    numbers: Mapping[str, int]


_X86_64 = bytes.fromhex(
    "488d1d27000000"  # lea rbx, the table, which begins where the loop ends
    "488b03 488b7b08 488b7310 488b5318 4c8b5320 4c8b4328 4c8b4b30"  # rax, rdi, rsi, rdx, r10, r8, r9 from its row
    "0f05 48894340"  # syscall; the answer into the next row
    "4883c338 ebd9"  # on to that one: the last one ends the program
)
_AARCH64 = bytes.fromhex(
    "33010010"  # adr x19, the table
    "680240f9 608640a9 628e41a9 649642a9"  # x8, then x0 and x1, x2 and x3, x4 and x5 from its row
    "010000d4 602200f9"  # svc 0; the answer into the next row
    "73e20091 f9ffff17"  # on to that one
)
# fmt: off
#: By a daemon's names for machines. (arm64 has no calls that newer ones have taken the place of.)
_MACHINES = {
    "amd64": _Machine(62, _X86_64, {
        "bind": 49, "chmod": 90, "chown": 92, "chroot": 161, "exit_group": 231, "fchmodat": 268, "fchownat": 260,
        "ioctl": 16, "keyctl": 250, "kill": 62, "mknod": 133, "mknodat": 259, "mount": 165, "open": 2,
        "openat": 257, "ptrace": 101, "read": 0, "setgid": 106, "setresgid": 119, "setresuid": 117,
        "settimeofday": 164, "setuid": 105, "socket": 41, "unshare": 272,
    }),
    "arm64": _Machine(183, _AARCH64, {
        "bind": 200, "chroot": 51, "exit_group": 94, "fchmodat": 53, "fchownat": 54, "ioctl": 29,
        "keyctl": 219, "kill": 129, "mknodat": 33, "mount": 40, "openat": 56, "ptrace": 117, "read": 63, "setgid": 144,
        "setresgid": 149, "setresuid": 147, "settimeofday": 170, "setuid": 146, "socket": 198, "unshare": 97,
    }),
}
# fmt: on


def knows(machine: str, call: Call | None = None) -> bool:
    """Whether programs can be made for this machine, and whether its kernel has this call."""
    return machine in _MACHINES and (call is None or call.name in _MACHINES[machine].numbers)


def program(machine: str, calls: Sequence[Call]) -> bytes:
    """An executable that makes these calls and ends with the last one's answer, of which an exit code has a byte."""
    made = _MACHINES[machine]
    texts = _HEADERS + len(made.loop) + _ROW.size * (len(calls) + 1)
    rows, data = b"", b""
    for call in (*calls, Call("exit_group")):
        row = [made.numbers[call.name]]
        for argument in call.arguments:
            if isinstance(argument, int):
                row.append(argument)
            else:
                row.append(_AT + texts + len(data))
                data += (argument if isinstance(argument, bytes) else argument.encode()) + b"\0"
        rows += _ROW.pack(*row, *[0] * (7 - len(row)))
    size = texts + len(data)
    entry = _AT + _HEADERS
    head = _HEAD.pack(b"\x7fELF\x02\x01\x01", 2, made.elf, 1, entry, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    # One segment that may be read, written and executed.
    segment = _SEGMENT.pack(1, 7, 0, _AT, _AT, size, size, 0x1000)
    return head + segment + made.loop + rows + data


def error_of(code: int) -> int:
    """The number of the error that an exit code tells of; 0: none, the call was obeyed."""
    return 256 - code if code > 256 - 134 else 0
