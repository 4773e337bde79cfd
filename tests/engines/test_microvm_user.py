"""The microVM engine for an ordinary user without capabilities, new privileges, namespaces and mounts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ordinary_user import PYTHON, as_user, give, ordinary_home

from grader.engines.microvm import template
from grader.engines.microvm.engine import MicrovmEngine

pytestmark = [
    pytest.mark.daemon,
    # Whoever comes first makes the template (minutes on a busy machine); then all is emulated.
    pytest.mark.timeout(1200),
    pytest.mark.skipif(os.geteuid() != 0, reason="sets the stage as root"),
    pytest.mark.skipif(not MicrovmEngine.probe().works and "CI" not in os.environ, reason=MicrovmEngine.probe().reason),
]

#: What the user has in a pod at most; asserted, so that the stage can't quietly lose its walls.
NOTHING_ALLOWED = """
set -e
! grep -E '^Cap(Inh|Prm|Eff|Bnd|Amb):' /proc/self/status | grep -v 0000000000000000
grep -q 'NoNewPrivs:.1' /proc/self/status
! unshare --user true 2>/dev/null
! unshare --mount true 2>/dev/null
! python3 -c 'import os; os.open("/dev/kvm", os.O_RDWR)' 2>/dev/null
exec "$@"
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A user with this machine's template in the cache: built once, as the author of CI's cache would."""
    made = template.ensure()
    with ordinary_home("microvm") as folder:
        cache = folder / "cache/drydock/microvm"
        shutil.copytree(made.folder.path, cache / made.folder.path.name)
        give(folder / "cache")
        yield folder


def locked_down(home: Path, argv: list[str], timeout: float, **environment: str) -> str:
    done = as_user(home, ["sh", "-c", NOTHING_ALLOWED, "sh", *argv], locked=True, timeout=timeout, **environment)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def test_microvm_conforms_where_nothing_is_allowed(home: Path) -> None:
    suite = [PYTHON, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=900", f"--basetemp={home}/pytest"]
    said = locked_down(
        home, [*suite, "--durations=0", "tests/engines/test_conformance.py"], 900, DRYDOCK_TEST_ENGINE="microvm"
    )
    assert " passed" in said
    assert list((home / "run").iterdir()) == [], "a guest left its folder behind"
