"""The lab's folder as the trusted checker reads it: whatever a student, or a container of theirs, puts there."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from grader.checks import CheckFailed, Checks, CouldNotCheck, Status, Verdict
from grader.checks.folder import Folder, Place


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folder = tmp_path / "lab"
    (folder / "site").mkdir(parents=True)
    (folder / "site" / "index.html").write_text("tide table\n")
    (folder / "compose.yaml").write_text("services: {}\n")
    (tmp_path / "outside.txt").write_text("not theirs\n")
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "secret.txt").write_text("not theirs\n")
    return folder


def verdict_of(folder: Path | None, state: Callable[[Folder], object], name: str = ".") -> Verdict:
    check = Checks("unix:///nonexistent/docker.sock", deadline=5, folder=None if folder is None else Place(str(folder)))
    with suppress(CheckFailed, CouldNotCheck), check.task("row", hint="Look.") as t:
        state(t.folder(name))
    (verdict,) = check.reports["row"].verdicts
    return verdict


def test_a_file_is_read_without_asking_any_daemon(lab: Path) -> None:
    assert verdict_of(lab, lambda f: f.has_file("compose.yaml", equals="services: {}")).status is Status.PASSED
    bad = verdict_of(lab, lambda f: f.has_file("index.html", containing="moon"), "site")
    assert bad.status is Status.FAILED
    assert bad.found.endswith("11B: tide table")
    assert bad.command == "ls -ld site/index.html; cat site/index.html"


def test_links_lead_somewhere_inside_only(lab: Path) -> None:
    outside = lab.parent
    links = {
        "absolute": f"{outside}/outside.txt",
        "relative": "../outside.txt",
        "up": "../../../../../../../../../../etc/passwd",
        "loop": "loop",
        "dangling": "none",
    }
    for name, target in links.items():
        (lab / name).symlink_to(target)
        assert verdict_of(lab, lambda f, name=name: f.has_file(name)).found == f"there is nothing at {name}"
        assert (
            verdict_of(lab, lambda f, name=name, target=target: f.has_file(name, links_to=target)).status
            is Status.PASSED
        )
    for name, target in {"folder": f"{outside}/beside", "folder2": "../beside", "ring": "ring"}.items():
        (lab / name).symlink_to(target)
        assert verdict_of(lab, lambda f, name=name: f.has_file(f"{name}/secret.txt")).status is Status.FAILED
    (lab / "same.yaml").symlink_to("compose.yaml")
    (lab / "pages").symlink_to("site")
    (lab / "site" / "back").symlink_to("../compose.yaml")
    for inside in ("same.yaml", "pages/index.html", "pages/back"):
        assert verdict_of(lab, lambda f, inside=inside: f.has_file(inside)).status is Status.PASSED
    # In the lab's folder "/" is that folder, so a link out of it can't lead to a file of ours by accident.
    (lab / "etc").mkdir()
    (lab / "etc" / "passwd").write_text("mine\n")
    assert verdict_of(lab, lambda f: f.has_file("up", equals="mine")).status is Status.PASSED


def test_odd_files_hold_nobody_up(lab: Path) -> None:
    os.mkfifo(lab / "pipe")
    (lab / "compose.yaml").unlink()
    (lab / "compose.yaml").mkdir()
    with (lab / "huge").open("wb") as huge:
        huge.truncate(2**40)
    assert verdict_of(lab, lambda f: f.has_file("pipe")).found.startswith("a special file")
    assert verdict_of(lab, lambda f: f.has_file("pipe", kind="other")).status is Status.PASSED
    assert verdict_of(lab, lambda f: f.has_file("compose.yaml")).found.startswith("a folder")
    assert verdict_of(lab, lambda f: f.has_file("compose.yaml/inner")).status is Status.FAILED
    assert verdict_of(lab, lambda f: f.has_file("site/index.html/inner")).status is Status.FAILED
    assert verdict_of(lab, lambda f: f.has_file("huge", containing="x")).status is Status.FAILED


@pytest.mark.skipif(os.getuid() == 0, reason="root reads all files")
def test_what_nobody_may_read_is_its_makers_doing(lab: Path) -> None:
    (lab / "compose.yaml").chmod(0)
    bad = verdict_of(lab, lambda f: f.has_file("compose.yaml"))
    assert (bad.status, bad.found) == (Status.FAILED, "compose.yaml can't be read: Permission denied")


def test_a_wrong_path_and_a_forgotten_folder_are_nobodys_fault(lab: Path) -> None:
    for path in ("/etc/passwd", "../outside.txt", "site/../../outside.txt", "", "a\0b"):
        mistake = verdict_of(lab, lambda f, path=path: f.has_file(path))
        assert mistake.status is Status.COULD_NOT_CHECK
        assert "mistake" in mistake.found
        assert verdict_of(lab, lambda f: f.exists(), path).status is Status.COULD_NOT_CHECK
    assert verdict_of(None, lambda f: f.exists()).status is Status.COULD_NOT_CHECK
    assert verdict_of(lab, lambda f: f.has_file("compose.yaml", owner="root")).status is Status.COULD_NOT_CHECK
    assert verdict_of(lab / "none", lambda f: f.exists()).status is Status.FAILED
