"""`make test`, `make test-labs` and the weekly jobs share no test and leave none out; the same for CI's shards."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_SHARDS = [f"--shard={number}/3" for number in (1, 2, 3)]
#: Pytest many times in one process: all but the first time the tests' modules are there already.
_COLLECT = """
import contextlib, io, json, sys
import pytest

class Names:
    def pytest_collection_finish(self, session):
        self.found = [item.nodeid for item in session.items]

found = []
for options in json.loads(sys.argv[1]):
    names = Names()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = pytest.main(["--collect-only", "-q", "-n0", "-p", "no:cacheprovider", *options], plugins=[names])
    assert code == 0, said.getvalue()[-3000:]
    found.append(names.found)
print(json.dumps(found))
"""


def options_of(target: str) -> list[str]:
    """What make gives to pytest."""
    said = subprocess.run(["make", "-n", target], cwd=_ROOT, capture_output=True, text=True, check=True).stdout
    (line,) = (line for line in said.splitlines() if "-m pytest" in line)
    return shlex.split(line)[3:]


def collected(choices: Sequence[Sequence[str]]) -> list[list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", _COLLECT, json.dumps(choices)], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # Each collection in one process doubles the backslashes in the names once more.
    return [[re.sub(r"\\+", "/", name) for name in names] for names in json.loads(done.stdout)]


@pytest.fixture(scope="module")
def sets() -> dict[str, list[str]]:
    test, labs = options_of("test"), options_of("test-labs")
    choices = {
        "test": test,
        "test-labs": labs,
        "weekly": ["-m", "weekly"],
        "binder": ["-m", "binder and not weekly"],
        "all": ["-m", ""],
        **{shard: [*labs, shard] for shard in _SHARDS},
    }
    return dict(zip(choices, collected(list(choices.values())), strict=True))


@pytest.mark.parametrize(
    ("whole", "parts"), [("all", ["test", "test-labs", "weekly", "binder"]), ("test-labs", _SHARDS)]
)
def test_the_parts_are_the_whole_and_share_nothing(sets: dict[str, list[str]], whole: str, parts: list[str]) -> None:
    assert all(sets[part] for part in parts)
    assert sorted(name for part in parts for name in sets[part]) == sorted(sets[whole])


def test_what_shares_fixtures_is_in_one_shard(sets: dict[str, list[str]]) -> None:
    files = [{name.partition("::")[0] for name in sets[shard] if "/course/" not in name} for shard in _SHARDS]
    assert not files[0] & files[1] and not files[1] & files[2] and not files[0] & files[2]
