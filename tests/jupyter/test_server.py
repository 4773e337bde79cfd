"""Which JupyterLab runs, by the notes that servers leave: without a JupyterLab."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from grader import processes
from grader.jupyter import server


def _note(runtime: Path, pid: int, port: int) -> Path:
    file = runtime / f"jpserver-{pid}.json"
    told = {"pid": pid, "url": f"http://127.0.0.1:{port}/", "token": "t", "root_dir": str(runtime)}
    file.write_text(json.dumps(told))
    return file


def test_what_answers_in_a_killed_servers_place_need_not_speak_http(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def refuse() -> None:
            visit, _address = listening.accept()
            with visit:
                visit.recv(1024)
                visit.sendall(b"-ERR unknown command\r\n")

        threading.Thread(target=refuse, daemon=True).start()
        note = _note(tmp_path, ended.pid, listening.getsockname()[1])
        assert server.running(tmp_path) is None
    assert not note.exists()


def test_the_note_of_a_busy_server_stays_also_on_macos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_PROC", tmp_path / "no proc")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        note = _note(tmp_path, os.getpid(), silent.getsockname()[1])
        assert server.running(tmp_path) is None
    assert note.exists()
