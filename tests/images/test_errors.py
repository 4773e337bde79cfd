"""What a person reads when images can't be made: one sentence and the next command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from docker.credentials.errors import StoreError
from docker.errors import APIError, DockerException
from requests.exceptions import ConnectionError as RequestsConnectionError

from grader.images import ImagesError, debian, ensure, official
from tests.images.making import recipes


def _run(cache: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader.images", "--cache", str(cache), *options]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=600
    )


def _assert_error(result: subprocess.CompletedProcess[str], sentence: str, command: str) -> None:
    assert result.returncode == 1
    error, remedy = result.stderr.splitlines()
    assert error.startswith("Error: ") and sentence in error
    assert remedy == f"Try: {command}"


def test_what_only_somebody_else_can_make_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_asked: False)
    with pytest.raises(ImagesError, match="drydock/busybox:1: not made yet") as told:
        ensure(tmp_path, recipes=recipes("busybox"))
    assert "some minutes" in told.value.remedy and list(tmp_path.iterdir()) == []


def test_no_apt(tmp_path: Path) -> None:
    result = _run(tmp_path / "cache", PATH=str(tmp_path))
    _assert_error(result, "this machine has no apt-get", "python -m grader.images --official")


@pytest.mark.parametrize("with_lists", [True, False])
def test_no_network(tmp_path: Path, with_lists: bool) -> None:
    settings = 'Acquire::Retries::Delay "false"; Acquire::http::Proxy "http://127.0.0.1:1"; Acquire::https::Proxy "http://127.0.0.1:1";\n'
    if not with_lists:
        (tmp_path / "lists" / "partial").mkdir(parents=True)
        settings += f'Dir::State::Lists "{tmp_path}/lists";\n'
    (tmp_path / "apt.conf").write_text(settings)
    result = _run(tmp_path / "cache", APT_CONFIG=str(tmp_path / "apt.conf"))
    _assert_error(result, "The package sources can't be reached: ", "apt-get update")


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_too_little_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: _Usage(10**9, 9 * 10**8, 10**8))
    with pytest.raises(ImagesError, match=r"takes 400 MB .* 100 MB are free") as caught:
        ensure(tmp_path, recipes=recipes("busybox"))
    assert caught.value.remedy.startswith("df -h")


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("mine")
    _assert_error(_run(tmp_path / "cache"), "can't be used", f"ls -l '{tmp_path}/cache'")


def test_no_daemon_for_the_official_route(tmp_path: Path) -> None:
    with pytest.raises(ImagesError, match="No Docker daemon answers"):
        official.ensure(tmp_path, host=f"unix://{tmp_path}/nothing.sock")


class _Client:
    """One whose daemon answers."""

    def ping(self) -> None: ...

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (APIError("500 Server Error", explanation="no space left on device"), "daemon refused: no space left"),
        (StoreError("docker-credential-desktop not installed"), "client can't be used: docker-credential-desktop"),
        (DockerException("Credentials store error"), "client can't be used: Credentials store"),
        (RequestsConnectionError("gone"), "No Docker daemon answers"),
    ],
)
def test_what_fails_on_the_official_route_is_named(
    monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    monkeypatch.setattr("docker.DockerClient", lambda **_settings: _Client())
    with pytest.raises(ImagesError, match=sentence), official._daemon("unix:///nowhere"):
        raise error


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("toomanyrequests: You have reached your pull rate limit.", "its limit of pulls is reached"),
        ('Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host', "can't reach"),
        ("manifest for x not found: manifest unknown", "can't be pulled: manifest"),
    ],
)
def test_why_a_pull_failed(reason: str, sentence: str) -> None:
    assert sentence in str(official.explain_pull("nginx:1", reason))


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("E: Failed to fetch http://d/x.deb  404  Not Found [IP: 1.2.3.4 80]", "older than the package sources"),
        ("E: You don't have enough free space in /x.", "disk is full"),
        ("Err:1 http://d x\n  Temporary failure resolving 'd'", "can't be reached"),
        ("E: Something new", "`apt-get download` failed: Something new"),
    ],
)
def test_why_apt_failed(output: str, sentence: str) -> None:
    assert sentence in str(debian.explain(["apt-get", "-o", "A::B=c", "download"], output))
