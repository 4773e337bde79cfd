"""What a cell may write to its kernel's sockets, signed as the kernel's own: no message of its ends the grading."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
import zmq
from jupyter_client.channels import ZMQSocketChannel
from jupyter_client.session import DELIM, Session

from grader.sandbox.kernel import _Cell
from grader.sandbox.outputs import OutputCollector, OutputLimits

REQUEST = "the-cell"
PARENT = {"msg_id": REQUEST}
STREAM = {"name": "stdout", "text": "shown"}
#: More than json takes, and what json takes but neither its writer nor nbformat.
DEPTHS = (200_000, 5_000, 400, 60)


class Json(str):
    """Already what is sent."""

    __slots__ = ()


class Sockets:
    """A kernel's end of its sockets, in the hands of a cell that knows the key; and the client's end."""

    def __init__(self, context: zmq.Context[Any]) -> None:
        self._session = Session(key=b"k")
        self._theirs: dict[str, zmq.Socket[bytes]] = {}
        ours = {}
        for name in ("iopub", "shell"):
            address = f"inproc://{name}"
            self._theirs[name], socket = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
            self._theirs[name].bind(address)
            socket.connect(address)
            ours[f"get_{name}_msg"] = ZMQSocketChannel(socket, Session(key=b"k")).get_msg
        self.client = cast("Any", SimpleNamespace(**ours))

    def say(self, kind: Any, content: Any, parent: Any = PARENT, channel: str = "iopub", **header: Any) -> None:
        whole = {**self._session.msg_header(str(kind)), "msg_type": kind, **header}
        parts = [whole, parent, {}, content]
        packed = [part.encode() if isinstance(part, Json) else json.dumps(part, default=str).encode() for part in parts]
        self._theirs[channel].send_multipart([DELIM, self._session.sign(packed), *packed])


@contextmanager
def _cell(most: OutputLimits) -> Iterator[tuple[Sockets, _Cell, OutputCollector]]:
    with zmq.Context() as context:
        sockets = Sockets(context)
        collector = OutputCollector(most, most.notebook)
        yield sockets, _Cell(sockets.client, REQUEST, collector, None), collector
        context.destroy(linger=0)


def nested(depth: int, *, into: str = "data") -> Json:
    return Json(f'{{"{into}": {"[" * depth}{"]" * depth}, "metadata": {{}}, "name": "stderr"}}')


ODD: dict[str, dict[str, Any]] = {
    **{f"parent {parent!r}": {"kind": "stream", "content": STREAM, "parent": parent} for parent in ([], None, 5, "x")},
    **{f"content {content!r}": {"kind": "stream", "content": content} for content in ([], None, 5, "x")},
    **{f"data {depth} deep": {"kind": "display_data", "content": nested(depth)} for depth in DEPTHS},
    **{f"text {depth} deep": {"kind": "stream", "content": nested(depth, into="text")} for depth in DEPTHS},
    "deep parent": {"kind": "stream", "content": STREAM, "parent": nested(5_000)},
    "type": {"kind": ["stream"], "content": STREAM},
    **{f"version {it!r}": {"kind": "stream", "content": STREAM, "version": it} for it in ("four", "4.0", [])},
}


@pytest.mark.parametrize("odd", ODD)
def test_no_odd_message_ends_the_grading(odd: str) -> None:
    with _cell(OutputLimits()) as (sockets, cell, collector):
        sockets.say(**ODD[odd])
        sockets.say("stream", STREAM)
        sockets.say(**(ODD[odd] | {"kind": "execute_reply"}), channel="shell")
        sockets.say("execute_reply", {"status": "ok"}, channel="shell")
        sockets.say("status", {"execution_state": "idle"})
        assert cell.follow(time.monotonic() + 20, cast("Any", SimpleNamespace(is_alive=lambda: True)))
        assert "shown" in str(collector.outputs)


def test_many_results_and_then_errors_of_another_kind() -> None:
    """What decides a score is remembered up to a number of outputs; what comes then is not taken for one of them."""
    collector = OutputCollector(OutputLimits(), 1_000_000)
    for _number in range(60):
        collector.add({"msg_type": "execute_result", "header": {}, "content": {"data": {"text/plain": "1"}}})
    for _number in range(3):
        collector.add({"msg_type": "stream", "content": {"name": "stderr", "text": "late"}})
    assert {output.output_type for output in collector.deciding} == {"execute_result"}
