"""The user namespace around an engine's: who it maps, and what the command in it begins with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader.engines import above
from grader.engines.native import FIRST_ID, ID_COUNT

_SPAN = f"0:{FIRST_ID}:{ID_COUNT}"


@pytest.mark.daemon
@pytest.mark.skipif(os.geteuid() != 0, reason="only root maps ids that are not its own")
def test_its_command_is_root_inside_and_begins_as_from_a_shell() -> None:
    command = [sys.executable, "-I", "-S", above.__file__, f"--map-users={_SPAN}", f"--map-groups={_SPAN}"]
    script = "cat /proc/self/uid_map; grep SigIgn /proc/self/status; id -u; echo ${LC_CTYPE-none}"
    # Python ignores SIGPIPE and SIGXFSZ, and so would what it starts.
    done = subprocess.run(
        [*command, "sh", "-c", script], capture_output=True, text=True, check=True, env={"PATH": "/bin"}
    )
    uids, ignored, user, locale = done.stdout.splitlines()
    assert uids.split() == ["0", str(FIRST_ID), str(ID_COUNT)]
    assert int(ignored.split()[1], 16) & sum(1 << number - 1 for number in (signal.SIGPIPE, signal.SIGXFSZ)) == 0
    assert (user, locale) == ("0", "none")
    assert done.stderr == ""


@pytest.mark.daemon
@pytest.mark.skipif(os.geteuid() != 0, reason="only root maps ids that are not its own")
def test_nobody_in_it_has_more_namespaces_than_an_engine_may() -> None:
    command = [sys.executable, "-I", "-S", above.__file__, f"--map-users={_SPAN}", f"--map-groups={_SPAN}"]
    # The limit of a namespace below is its own to raise, and does not count beyond what is above.
    three = "unshare --net unshare --net unshare --net true"
    below = f"echo 900 >/proc/sys/user/max_net_namespaces; {three} || echo held"
    script = f"cat /proc/sys/user/max_net_namespaces; {three} && echo 2 >/proc/sys/user/max_net_namespaces;"
    script += f"unshare --user --map-root-user sh -c '{below}'"
    done = subprocess.run([*command, "sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(above._NAMESPACES), "held"]


def test_all_that_is_imported_is_imported_before_the_machines_files_are_out_of_reach() -> None:
    source = Path(above.__file__).read_text()
    script = (
        f"import sys; sys.argv = ['x']; exec({source!r}, {{'__name__': 'above'}}); import os; before = set(sys.modules)"
    )
    script += "\ntry: os.execvp('nowhere', ['x'])\nexcept OSError: print(set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
