"""What a daemon may answer: so much, within so much time in all; and whether it answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from docker import APIClient

from grader.docker_api.client import LARGEST, BoundedClient, TooLarge, answers


class Server:
    """A socket that gives every caller an HTTP answer: at once, byte by byte (``drips``), or never (no ``body``).

    ``lost`` bytes are promised beyond those that come before it hangs up.
    """

    def __init__(self, path: Path, body: bytes, *, drips: bool = False, lost: int = 0) -> None:
        self.host = f"unix://{path}"
        self.ended = threading.Event()
        self._body, self._drips, self._length = body, drips, len(body) + lost
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen(8)
        if body:
            threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._answer, args=(self._socket.accept()[0],), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with suppress(OSError):
            caller.recv(65536)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {self._length}\r\n\r\n"
            caller.sendall(head.encode())
            if not self._drips:
                caller.sendall(self._body)
                caller.close()
                return
            for byte in self._body:
                caller.sendall(bytes([byte]))
                if self.ended.wait(0.05):
                    return

    def close(self) -> None:
        self.ended.set()
        self._socket.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[type[Server]]:
    made: list[Server] = []

    class Made(Server):
        def __init__(self, body: bytes, *, drips: bool = False, lost: int = 0) -> None:
            super().__init__(tmp_path / f"{len(made)}.sock", body, drips=drips, lost=lost)
            made.append(self)

    yield Made
    for one in made:
        one.close()


def test_an_answer_has_a_size_and_a_time_in_all(serve: type[Server]) -> None:
    def ask(server: Server, kind: type[APIClient], timeout: float) -> object:
        with kind(base_url=server.host, version="1.41", timeout=timeout) as client:  # type: ignore[arg-type]
            return client.inspect_volume("x")

    assert ask(serve(b'{"Name": "x"}'), BoundedClient, 30) == {"Name": "x"}
    with pytest.raises(TooLarge):
        ask(serve(b" " * LARGEST + b"{}"), BoundedClient, 300)
    # A daemon that is killed in the middle of a word.
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask(serve(b'{"Name": "x"', lost=1), BoundedClient, 30)
    # Every byte comes in good time, and the whole of it never.
    with pytest.raises(requests.ReadTimeout):
        ask(serve(b" " * 1_000_000, drips=True), BoundedClient, 1)


def test_a_daemon_that_listens_and_says_nothing_is_found_out(serve: type[Server], tmp_path: Path) -> None:
    assert answers(serve(b"OK").host, 30)
    assert not answers(serve(b"").host, 0.2)
    assert not answers(f"unix://{tmp_path}/none.sock", 30)
