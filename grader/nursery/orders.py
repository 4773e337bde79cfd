"""What a nursery is asked for, as data that goes through a socket."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from grader.engines.protocol import Walls


@dataclass(frozen=True)
class KernelOrder:
    """An IPython kernel inside an engine's walls. Bytes, numbers of processes; ``umask`` as in umask(2)."""

    walls: Walls
    environment: dict[str, str]
    #: Its working folder, and a folder to make in it or elsewhere; both as seen inside the walls.
    folder: str
    sockets: str
    arguments: list[str]
    #: The descriptor whose other end closes when the kernel is no longer wanted.
    lifeline: int
    umask: int
    address_space: int
    file_size: int
    processes: int


@dataclass(frozen=True)
class CheckerOrder:
    """A runner of check cells in the network namespace of process ``network`` (None: where the nursery is)."""

    environment: dict[str, str]
    network: int | None = None


Order = KernelOrder | CheckerOrder
_KINDS: dict[str, type[KernelOrder] | type[CheckerOrder]] = {"kernel": KernelOrder, "checker": CheckerOrder}


@dataclass(frozen=True)
class Letter:
    """An order, and the numbers that the descriptors sent with it must have in the new process."""

    order: Order
    descriptors: list[int] = field(default_factory=list)

    def pack(self) -> bytes:
        kind = next(name for name, cls in _KINDS.items() if isinstance(self.order, cls))
        return json.dumps({"kind": kind, "order": asdict(self.order), "descriptors": self.descriptors}).encode()

    @classmethod
    def unpack(cls, data: bytes) -> Letter:
        content = json.loads(data)
        fields = dict(content["order"])
        if "walls" in fields:
            walls = fields["walls"]
            fields["walls"] = Walls(walls["pid"], tuple(walls["groups"]), walls["user"], tuple(walls["opaque"]))
        return cls(_KINDS[content["kind"]](**fields), list(content["descriptors"]))
