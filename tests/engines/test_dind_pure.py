"""The dind engine's parts that need no Docker."""

from __future__ import annotations

from pathlib import Path

import pytest
from docker.errors import DockerException

from grader.engines import detached, dind
from grader.engines.dind import DindEngine


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


class Outer:
    """A container of the Docker around an engine; what is asked of it."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.asked: list[str] = []
        self._trouble = trouble

    def stop(self, timeout: int) -> None:
        self.asked.append("stop")
        if self._trouble:
            raise self._trouble

    def remove(self, **_options: bool) -> None:
        self.asked.append("remove")


@pytest.mark.parametrize("trouble", [None, DockerException("no"), TimeoutError()])
def test_a_labs_containers_are_stopped_kindly_unless_nobody_wants_them(trouble: Exception | None) -> None:
    asked = {}
    for end in ("stop", "discard"):
        for name in ("drydock-501-lab", ""):
            outer = Outer(trouble)
            engine = DindEngine(name=name)
            engine._container, engine._host = outer, "tcp://127.0.0.1:1"  # type: ignore[assignment]
            getattr(engine, end)()
            engine.stop()
            asked[end, name] = outer.asked
    assert asked.pop(("stop", "drydock-501-lab")) == ["stop", "remove"]
    assert list(asked.values()) == [["remove"]] * 3
