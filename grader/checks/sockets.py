"""Listening sockets, read from the kernel's tables in /proc/net (proc_net(5))."""

from __future__ import annotations

import ipaddress

#: State of a TCP socket that listens, and of a UDP socket that is bound (include/net/tcp_states.h).
_LISTENS = {"tcp": "0A", "udp": "07"}


def listening(tables: str) -> list[tuple[str, str, int]]:
    """(protocol, address, port) of what listens, from the tables' texts, each after a line with its name."""
    found, kind = set(), ""
    for line in tables.splitlines():
        fields = line.split()
        if len(fields) == 1:
            kind = fields[0]
        elif len(fields) > 3 and fields[0].endswith(":") and fields[3] == _LISTENS.get(kind[:3]):
            address, _colon, port = fields[1].partition(":")
            shown = _address(address)
            # 127.0.0.11 is Docker's own name server, in every container on a user-defined network.
            if shown != "127.0.0.11":
                found.add((kind[:3], shown, int(port, 16)))
    return sorted(found, key=lambda entry: (entry[0], entry[2], entry[1]))


def _address(digits: str) -> str:
    """The kernel writes an address as 32-bit words in the machine's byte order, which is little-endian here."""
    raw = bytes.fromhex(digits)
    swapped = b"".join(raw[start : start + 4][::-1] for start in range(0, len(raw), 4))
    address = ipaddress.ip_address(swapped)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
