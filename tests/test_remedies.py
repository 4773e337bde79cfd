"""What remedies are made of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import sudo_drydock


def test_a_command_works_as_typed_where_the_path_has_no_virtual_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "my course" / "bin" / "drydock"
    program.parent.mkdir(parents=True)
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))
    # Installed otherwise, such as by a package of the system's.
    assert sudo_drydock("up") == "sudo drydock up"
    program.write_text("#!/bin/sh\necho $*\n")
    program.chmod(0o755)
    done = subprocess.run(
        ["sh", "-c", sudo_drydock("serve --add").removeprefix("sudo ")],
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "serve --add\n"
