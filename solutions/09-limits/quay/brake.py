"""A very small tc: slows down what a network card sends, by a token bucket. brake.py CARD BYTES_A_SECOND

`tc qdisc replace dev CARD root tbf rate RATE burst 32kb latency 250ms` does the same. The course's images have no
tc, so this sends the same request to the kernel by itself: see rtnetlink(7), and tc-tbf(8) for the bucket.
"""

import os
import socket
import struct
import sys
from pathlib import Path

NEW_QDISC = 36
REQUEST, ACKNOWLEDGE, CREATE, REPLACE = 0x1, 0x4, 0x400, 0x100
ROOT, FIRST_HANDLE = 0xFFFFFFFF, 0x10000
BURST = 32 * 1024
#: The kernel's table of sending times has 256 entries, one for every 8 (2 to the power of 3) bytes.
CELL_POWER = 3


def attribute(kind: int, data: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def ticks_per_second() -> float:
    # The kernel's packet scheduler counts in ticks of its own; this file says how long one is.
    numerator, denominator = (int(word, 16) for word in Path("/proc/net/psched").read_text().split()[:2])
    return 1e6 * numerator / denominator


def brake(card: str, rate: int) -> None:
    def time_to_send(size: int) -> int:
        return int(size / rate * ticks_per_second())

    table = b"".join(struct.pack("=I", time_to_send((n + 1) << CELL_POWER)) for n in range(256))
    speed = struct.pack("=BBHhHI", CELL_POWER, 1, 0, -1, 0, rate)
    bucket = speed + bytes(12) + struct.pack("=III", rate // 4 + BURST, time_to_send(BURST), 0)
    header = struct.pack("=BxxxiIII", 0, socket.if_nametoindex(card), FIRST_HANDLE, ROOT, 0)
    request = header + attribute(1, b"tbf\0") + attribute(2, attribute(1, bucket) + attribute(2, table))
    kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    flags = REQUEST | ACKNOWLEDGE | CREATE | REPLACE
    kernel.send(struct.pack("=IHHII", 16 + len(request), NEW_QDISC, flags, 1, 0) + request)
    (error,) = struct.unpack_from("=i", kernel.recv(4096), 16)
    if error:
        sys.exit(f"This kernel can't brake {card}: {os.strerror(-error)}")
    print(f"{card} now sends at most {rate} bytes a second")


brake(sys.argv[1], int(sys.argv[2]))
