"""The dind engine's parts that need no Docker."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.engines import detached, dind


def test_each_runtime_folder_has_a_lab_of_its_own_in_the_one_docker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []
    for course in ("a", "b"):
        monkeypatch.setenv("DRYDOCK_RUNTIME", str(tmp_path / course))
        names.append(dind._kept_name(detached.lab_folder()))
    assert names[0] != names[1]


def test_the_usual_lab_is_called_what_it_always_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 501)
    assert dind._kept_name(Path("/var/tmp/drydock-501/lab")) == "drydock-501-lab"
