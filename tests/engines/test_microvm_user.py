"""The microVM engine for an ordinary user without capabilities, new privileges, namespaces and mounts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_tests import needs_a_guest
from ordinary_user import PYTHON, as_user, home_with_a_guest

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.deep,
    # Whoever comes first makes the template (minutes on a busy machine); then all is emulated.
    pytest.mark.timeout(1200),
    pytest.mark.skipif(os.geteuid() != 0, reason="sets the stage as root"),
    needs_a_guest(),
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
    with home_with_a_guest("microvm") as folder:
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


def test_no_wall_is_promised_where_none_can_be(home: Path) -> None:
    ask = """
from grader.autograde.settings import Drydock, NoWalls
from grader.engines.microvm.engine import MicrovmEngine
assert not MicrovmEngine.offers_walls()
assert MicrovmEngine.for_strangers()._walls is None
try:
    Drydock(engine="microvm").engine_kind()
except NoWalls as refusal:
    print(refusal)
"""
    assert "without a wall (engine “microvm”)" in locked_down(home, [PYTHON, "-c", ask], 100)


def in_walls(home: Path, timeout: float, *words: str, **environment: str) -> None:
    """Run tests as the same user where user namespaces are allowed."""
    suite = [PYTHON, "-B", "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", f"--basetemp={home}/pytest"]
    done = as_user(home, [*suite, f"--timeout={timeout:g}", *words], locked=False, timeout=timeout, **environment)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    assert [path for path in (home / "run").iterdir() if path.is_dir()] == [], "something of a guest was left behind"


@pytest.mark.weekly
def test_an_ordinary_users_walls_conform(home: Path) -> None:
    in_walls(home, 900, "tests/engines/test_conformance.py", DRYDOCK_TEST_ENGINE="walled")


@pytest.mark.weekly
@pytest.mark.timeout(4000)
def test_an_ordinary_users_walls_withstand_the_attacks(home: Path) -> None:
    in_walls(home, 3000, "-m", "weekly", "-k", "microvm", "tests/attacks")
