"""Where things lie is decided in one place, and every error of an engine names a next command."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli import places
from grader.engines import EngineError
from grader.engines.folders import runtime_folder
from grader.files import cache_folder
from grader.images.cache import ImageCache


def test_one_variable_moves_the_images_too_and_the_doctor_looks_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRYDOCK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(tmp_path / "run"))
    assert ImageCache(None, print).folder == tmp_path / "cache" / "images"
    assert tmp_path / "cache" in places.worth_watching().values()
    # Nobody who only looks makes folders.
    assert not cache_folder().exists()


def test_whatever_goes_wrong_there_is_a_next_command() -> None:
    assert EngineError("no").remedy == "drydock doctor"
    assert EngineError("no", "drydock up").remedy == "drydock up"


def test_a_relative_folder_is_the_same_for_a_supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DRYDOCK_RUNTIME", "run")
    assert runtime_folder() == tmp_path / "run"
