"""Keys of whoever grades (Kerberos keeps tickets there, file systems their keys) are no namespace's: keyrings(7)."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from grader.engines import engine_named
from grader.engines.namespaces import NamespaceEngine
from grader.engines.nsenter import _KEYCTL

_CALL = _KEYCTL.get(os.uname().machine, -1)
#: add_key(2) is two before keyctl(2) everywhere.
_ADD = _CALL - 2
_SESSION, _JOIN, _SEARCH = -3, 1, 10
_LOOK = f"""
import ctypes
found = ctypes.CDLL(None).syscall({_CALL}, {_SEARCH}, {_SESSION}, b"user", b"drydock-test", 0)
print("found" if found > 0 else "nothing")
"""


@pytest.mark.daemon
def test_no_kernel_has_the_keys_of_who_grades() -> None:
    libc = ctypes.CDLL(None)

    def look(ways: list[Callable[[list[str]], list[str]]]) -> list[str]:
        # In a thread of its own, for whose life this session is.
        if libc.syscall(_CALL, _JOIN, None) < 0:
            pytest.skip("this kernel has no keyrings, or not for us")
        assert libc.syscall(_ADD, b"user", b"drydock-test", b"secret", 6, _SESSION) > 0
        command = ["/usr/bin/python3", "-I", "-S", "-c", _LOOK]
        done = [subprocess.run(way(command), capture_output=True, text=True, check=True) for way in ways]
        return [run.stdout.strip() for run in done]

    with engine_named("native", images=False) as engine, ThreadPoolExecutor(1) as thread:
        assert isinstance(engine, NamespaceEngine)
        found = thread.submit(look, [lambda argv: argv, engine.confine, engine.inhabit]).result()
    assert found == ["found", "nothing", "nothing"]


#: KEYCTL_DESCRIBE: kind, owner, group, rights, name.
_NAME = f"""
import ctypes
said = ctypes.create_string_buffer(1000)
ctypes.CDLL(None).syscall({_CALL}, 6, {_SESSION}, said, 1000)
print(said.value.decode().rpartition(";")[2])
"""


@pytest.mark.daemon
def test_no_container_takes_a_key_of_the_two_hundred_that_all_have() -> None:
    with engine_named("native") as engine, closing(engine.endpoint.client(timeout=200)) as client:
        # Privileged: Docker's usual rules for system calls have none of these.
        box = client.containers.run(
            "drydock/python:3", ["sleep", "1000"], entrypoint=[], detach=True, privileged=True, init=True
        )
        ways = [
            box.exec_run(["python3", "-c", _NAME]).output,
            client.containers.run(
                "drydock/python:3", ["python3", "-c", _NAME], entrypoint=[], privileged=True, remove=True
            ),
        ]
    assert [said.decode().strip() for said in ways] == ["_ses", "_ses"]
