"""Reading a kernel's messages: its cells can write to its sockets, too, and sign what they write."""

from __future__ import annotations

from itertools import chain
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient

#: Levels of lists and objects within each other, of which even a chart has fewer. Who walks through them all by
#: recursion can't go down much further.
_DEEPEST = 50


def next_message(client: BlockingKernelClient, channel: str, timeout: float) -> dict[str, Any] | None:
    """The next message, or None: also for one that is none of the protocol's."""
    getter = getattr(client, f"get_{channel}_msg")
    try:
        message: dict[str, Any] = getter(timeout=timeout)
    except Exception:  # queue.Empty, or whatever the first odd field leads to
        return None
    odd = (
        not isinstance(message.get("msg_type"), str)
        or not isinstance(message.get("parent_header"), dict)
        or not isinstance(message.get("content"), dict)
        or _is_deep(message["content"])
    )
    return None if odd else message


def _is_deep(content: Any) -> bool:
    level = [content]
    for _depth in range(_DEEPEST):
        parts = chain.from_iterable(part.values() if isinstance(part, dict) else part for part in level)
        level = [part for part in parts if isinstance(part, dict | list)]
        if not level:
            return False
    return True
