"""Which of a submission's files are taken: plain ones, through no link, and not more than a limit."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from grader.autograde.copying import copy_submitted, hand_over
from grader.autograde.submission import Ceilings, read_notebook

MANY = Ceilings(1000, 10_000, 100)


def files(folder: Path) -> set[str]:
    return {os.fsdecode(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "fine.sh").write_text("ok")
    (folder / "deep" / "fine.sh").chmod(0o4755)
    (folder / "plain.txt").write_text("ok")
    (folder / "lab.ipynb").write_text("{}")
    (folder / "old.pyc").write_text("ok")
    return folder


def test_plain_files_get_to_the_student(submitted: Path, tmp_path: Path) -> None:
    assert copy_submitted(submitted, tmp_path / "c", MANY, ignored=["*.pyc"]) == (2, True)
    (tmp_path / "t").mkdir()
    hand_over(tmp_path / "c", tmp_path / "t")
    assert files(tmp_path / "t") == {"deep/fine.sh", "plain.txt"}
    modes = [(tmp_path / "t" / name).stat().st_mode & 0o7777 for name in ("deep/fine.sh", "plain.txt", "deep")]
    assert modes == [0o777, 0o666, 0o777]


@pytest.mark.parametrize("odd", ["link", "folder", "nowhere", "pipe", "big", "deep", "notebook"])
def test_what_is_left_out_is_said(submitted: Path, tmp_path: Path, odd: str) -> None:
    match odd:
        case "link":
            (submitted / "x").symlink_to("/etc/hostname")
        case "folder":
            (submitted / "x").symlink_to("/etc")
        case "nowhere":
            (submitted / "x").symlink_to("x")
        case "pipe":
            os.mkfifo(submitted / "x")
        case "big":
            with (submitted / "x").open("wb") as file:
                file.truncate(1001)
        case "deep":
            submitted.joinpath(*["d"] * 25).mkdir(parents=True)
            submitted.joinpath(*["d"] * 25, "x").write_text("x")
        case _:
            (submitted / "x").write_text("in the way of the lab's own folder")
    own = {Path("x", "index.html")} if odd == "notebook" else frozenset()
    assert copy_submitted(submitted, tmp_path / "c", MANY, unwelcome=own) == (3, False)
    assert files(tmp_path / "c") == {"deep/fine.sh", "plain.txt", "old.pyc"}


def test_a_folder_in_the_place_of_a_labs_file_is_left_out(submitted: Path, tmp_path: Path) -> None:
    assert copy_submitted(submitted, tmp_path / "c", MANY, unwelcome={Path("deep")}) == (2, False)
    assert copy_submitted(submitted, tmp_path / "d", MANY, unwelcome={Path("plain.txt")}) == (2, True)
    assert not (tmp_path / "c" / "deep").exists()


def test_names_of_all_kinds_are_copied(submitted: Path, tmp_path: Path) -> None:
    names = {"*", "[1]", "-rf", "a\nb", "\x1b[2J", "\udccf\udce8", "x" * 255, "имя", " "}
    for name in names:
        (submitted / name).write_text("x")
    assert copy_submitted(submitted, tmp_path / "c", MANY) == (3 + len(names), True)
    (tmp_path / "t").mkdir()
    hand_over(tmp_path / "c", tmp_path / "t")
    assert files(tmp_path / "t") >= names


@pytest.mark.parametrize("folders", [False, True])
def test_no_more_files_than_the_ceiling(tmp_path: Path, folders: bool) -> None:
    for number in range(300):
        place = tmp_path / "s" / str(number) if folders else tmp_path / "s"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.txt").write_text("x")
    assert copy_submitted(tmp_path / "s", tmp_path / "c", MANY) == (100, False)
    assert len(files(tmp_path / "c")) == 100


def test_no_more_bytes_together_than_the_ceiling(tmp_path: Path) -> None:
    """Sparse files, which take no place where they were handed in."""
    (tmp_path / "s").mkdir()
    for number in range(28):
        with (tmp_path / "s" / str(number)).open("wb") as file:
            file.truncate(900)
    copied, whole = copy_submitted(tmp_path / "s", tmp_path / "c", MANY)
    assert (copied, whole) == (11, False)
    assert sum(path.stat().st_size for path in (tmp_path / "c").iterdir()) <= MANY.together


def test_of_too_many_cells_the_named_ones_stay(tmp_path: Path) -> None:
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    own = [{**empty, "source": str(n)} for n in range(50)]
    named = [{**cell, "metadata": {"nbgrader": {"grade_id": cell["source"]}}} for cell in own[:3]]
    path = tmp_path / "x.ipynb"
    new = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}}
    path.write_text(json.dumps({**new, "cells": [*own, *named]}))
    notebook, left_out = read_notebook(path, 1_000_000, 10)
    assert left_out == 43
    assert [cell.source for cell in notebook.cells] == [*"0123456", *"012"]
    assert read_notebook(path, 1_000_000, 53)[1] == 0
    old = [{"cell_type": "code", "language": "python", "input": "", "outputs": [], "metadata": {}}] * 50
    sheets = [{"cells": list(old)}, {"cells": list(old)}]
    path.write_text(json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets}))
    notebook, left_out = read_notebook(path, 1_000_000, 60)
    assert (len(notebook.cells), left_out) == (60, 40)
