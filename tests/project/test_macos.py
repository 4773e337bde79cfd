"""What macOS's Python lacks, no command needs to start: there, Docker Desktop is where the daemon comes from.

The names are those of mypy's own stubs for the standard library (typeshed) that are not there for macOS.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mypy
import pytest

_STUBS = Path(mypy.__file__).parent / "typeshed" / "stdlib"
_MODULES = ("ctypes", "errno", "fcntl", "mmap", "os", "resource", "select", "signal", "socket", "termios", "time")
#: In a process of its own, as a Mac would have it; the modules that Python's own start has imported are past saving.
_ON_A_MAC = f"""
import importlib, json, os, sys
for module, names in json.loads(sys.argv[1]).items():
    for name in names:
        vars(importlib.import_module(module)).pop(name, None)
import asyncio, multiprocessing, subprocess, urllib.request, zoneinfo  # which choose by what they find at their import
sys.platform = "darwin"
os.uname = lambda: os.uname_result(("Darwin", "mac", "23.6.0", "Darwin Kernel Version 23.6.0", "arm64"))
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
"""


def _names(body: list[ast.stmt], platform: str) -> Iterator[str]:
    """What a stub's statements define where ``sys.platform`` is this."""
    for node in body:
        if isinstance(node, ast.If):
            test = ast.unparse(node.test)
            is_so = eval(test, {"sys": _Fake(platform)}) if "sys." in test else True
            yield from _names(node.body if is_so else node.orelse, platform)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


class _Fake:
    version_info = (3, 12)

    def __init__(self, platform: str) -> None:
        self.platform = platform


def lacking() -> dict[str, list[str]]:
    """Names that Linux's Python 3.12 has and macOS's hasn't, by module."""
    found = {}
    for module in _MODULES:
        # What C programs define is in a stub of its own that this one imports from.
        stubs = [path for name in (module, f"_{module}") for path in _STUBS.glob(f"{name}*") if _is_stub(path, name)]
        trees = [ast.parse((path / "__init__.pyi" if path.is_dir() else path).read_text()) for path in stubs]
        there, here = ({name for tree in trees for name in _names(tree.body, system)} for system in ("darwin", "linux"))
        found[module] = sorted(here - there)
    return found


def _is_stub(path: Path, name: str) -> bool:
    return path.name in (name, f"{name}.pyi")


def _run(code: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", _ON_A_MAC + code, json.dumps(lacking())]
    # No Docker of this machine's: none of these tests is about a daemon.
    env = {**os.environ, "DOCKER_HOST": "unix:///nonexistent"}
    return subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False, env=env)


def test_the_stubs_still_tell() -> None:
    """Of each module we know some from its documentation."""
    names = lacking()
    assert {"O_PATH", "sched_getaffinity", "unshare", "CLONE_NEWUSER", "pidfd_open", "memfd_create", "waitid"} <= set(
        names["os"]
    )
    assert {"SO_PEERCRED", "AF_NETLINK", "MSG_CMSG_CLOEXEC"} <= set(names["socket"])
    assert {"pidfd_send_signal", "SIGRTMIN"} <= set(names["signal"])
    assert "epoll" in names["select"]
    assert "prlimit" in names["resource"]
    assert not {"open", "fork", "O_CLOEXEC", "O_DIRECTORY"} & set(names["os"])
    assert _run("import os; os.O_PATH").stderr.strip().endswith("has no attribute 'O_PATH'")


def _importable() -> list[str]:
    """All of grader but the programs that run in an engine or in a container, which are always Linux."""
    house = Path(__file__).parents[2]
    names = [
        ".".join(path.relative_to(house).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((house / "grader").rglob("*.py"))
    ]
    return [name for name in names if "/files/" not in name.replace(".", "/") and not name.endswith("__main__")]


def test_every_module_can_be_imported() -> None:
    done = _run(
        f"""
failed = []
for name in {_importable()!r}:
    try:
        importlib.import_module(name)
    except Exception as error:
        failed.append(f"{{name}}: {{type(error).__name__}}: {{error}}")
print("\\n".join(failed))
"""
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize("command", [["--help"], ["up", "--help"], ["lab", "--help"], ["doctor", "--json"]])
def test_a_command_starts(command: list[str]) -> None:
    done = _run(
        f"""
from click.testing import CliRunner
from grader.cli import main
result = CliRunner().invoke(main, {command!r})
print(result.output)
assert isinstance(result.exception, SystemExit | None), repr(result.exception)
"""
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout


def test_there_are_processors_and_a_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("ahoy")
    done = _run(
        f"""
from grader.checks.folder import entry_in, tree_in
from grader.processes import processors
print(processors() > 0)
print(entry_in({str(tmp_path)!r}, "site/index.html").content)
print([name for name, entry in tree_in({str(tmp_path)!r}, "site")])
"""
    )
    assert done.stdout.split("\n")[:3] == ["True", "b'ahoy'", "['index.html']"], done.stderr
