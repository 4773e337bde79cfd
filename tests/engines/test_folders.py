"""Where things lie is decided in one place, and every error of an engine names a next command."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import down, places
from grader.engines import EngineError, detached, folders
from grader.engines.folders import kept_folder, runtime_folder
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


@pytest.fixture
def swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """As on a machine with systemd: where engines run, and where nothing is removed by itself."""
    monkeypatch.delenv("DRYDOCK_RUNTIME", raising=False)
    runtime, lasting = tmp_path / "run", tmp_path / "home" / "share" / "drydock"
    monkeypatch.setattr(folders, "_usual_folder", lambda: runtime)
    monkeypatch.setattr(folders, "_lasting_folder", lambda: lasting)
    monkeypatch.setattr(folders, "is_swept", runtime.__eq__)
    monkeypatch.setattr(folders, "_LONGEST", 1000)
    return runtime, lasting


def test_what_is_kept_lies_where_nothing_is_removed_by_itself(swept: tuple[Path, Path]) -> None:
    assert (runtime_folder(), kept_folder()) == swept
    assert all(folder.is_dir() and folder.stat().st_mode & 0o022 == 0 for folder in swept)


def test_a_lab_from_before_stays_and_so_does_whoever_says_a_folder(
    swept: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (runtime_folder() / "lab.json").touch()
    assert kept_folder() == swept[0]
    (swept[0] / "lab.json").unlink()
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(swept[0]))
    assert kept_folder() == swept[0]


def test_a_home_that_no_daemon_can_use_is_not_used(swept: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(folders, "_disk_type", lambda path: "nfs4" if path == swept[1] else "ext4")
        assert kept_folder() == swept[0]
    with monkeypatch.context() as patch:
        patch.setattr(folders, "_LONGEST", 10)
        assert kept_folder() == swept[0]
    with monkeypatch.context() as patch:
        patch.setattr(folders, "_lasting_folder", lambda: Path("/proc/nowhere"))
        patch.setattr(folders, "_disk_type", lambda path: "ext4")
        assert kept_folder() == swept[0]
    monkeypatch.setattr(folders, "_lasting_folder", lambda: None)
    assert kept_folder() == swept[0]


def test_the_deepest_mount_tells_the_type_of_a_file_system() -> None:
    assert folders._disk_type(Path("/proc/self/nowhere")) == "proc"
    assert folders._disk_type(Path("/nowhere")) == folders._disk_type(Path("/")) != ""


def test_who_keeps_a_lab_where_it_is_swept_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(tmp_path))
    (tmp_path / "lab").mkdir()
    monkeypatch.setattr(detached, "down", lambda *, forget: not forget)
    for swept in (False, True):
        monkeypatch.setattr("grader.cli.down.is_swept", {tmp_path / "lab": swept}.get)
        said = CliRunner().invoke(down.command).output
        assert ("30 days" in said) is swept and said.startswith("The lab daemon is stopped")


def test_who_asks_about_another_daemon_makes_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a rootless engine's user namespace a check is called root: the folder would be root's by its name alone."""
    monkeypatch.setenv("DRYDOCK_RUNTIME", str(tmp_path / "run"))
    assert detached.local_ports_at("unix:///proc/self/fd/7/docker.sock") is None
    assert not (tmp_path / "run").exists()
    assert detached.local_ports_at(f"unix://{detached.lab_folder()}/s/docker.sock") is None
