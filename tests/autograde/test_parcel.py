"""A parcel: what goes to whoever grades a notebook, and comes back, byte by byte; and what a hostile one can't do."""

from __future__ import annotations

import json
import os
from dataclasses import fields, replace
from pathlib import Path

import pytest
from grading_course import LAB
from nbformat.v4 import new_code_cell, new_notebook

from grader.autograde.copying import files_beside
from grader.autograde.execute import _scripts
from grader.autograde.graders import Changed, Recorded
from grader.autograde.parcel import BadParcel, GradedParcel, PackedFile, Parcel, packed, unpack
from grader.course.cells import Cell
from grader.course.release import Release
from grader.logs import SILENT, CaughtLog
from grader.sandbox.bounds import Bounds
from grader.values import StudentKey


def parcel() -> Parcel:
    cell = Cell("code", "pass", "net", grade=True, points=2.0, tags=("raises-exception",))
    notebook = new_notebook(cells=[new_code_cell("1", id="cell-0"), new_code_cell("2", id="cell-1")])
    return Parcel(
        student="ad\udce4",  # a folder's name that is no UTF-8
        lab=LAB,
        name=LAB,
        notebook=json.dumps(notebook),
        files=(PackedFile("a/b\udcff.bin", bytes(range(256)), executable=True), PackedFile("c", b"")),
        originals=(PackedFile("site/up.sh", b"echo up\n"),),
        release=Release((cell,), {"name": "python3"}),
        bounds=replace(Bounds(), cell_seconds=7.5),
        key=StudentKey.derive(b"secret", "ada").text,
        ignored="warn",
        languages="ru",
    )


def test_what_comes_out_is_what_went_in() -> None:
    sent = parcel()
    arrived = Parcel.from_bytes(sent.to_bytes())
    assert arrived == sent
    assert arrived.digest == sent.digest
    result = GradedParcel(sent.digest, sent.notebook, "why", ("ERROR x\ny",), 1.5, "native", "host:1")
    assert GradedParcel.from_bytes(result.to_bytes()) == result


@pytest.mark.parametrize("field", [field.name for field in fields(Parcel) if field.name != "languages"])
def test_another_field_is_another_digest(field: str) -> None:
    """So a result is used only for the very work, release, key and settings that it was made of."""
    sent = parcel()
    other = {
        "release": Release((), {"name": "python3"}),
        "bounds": Bounds(),
        "files": (),
        "originals": (),
    }.get(field, "x")
    assert replace(sent, **{field: other}).digest != sent.digest


def test_another_machines_language_is_the_same_work() -> None:
    sent = parcel()
    assert replace(sent, languages="en_US:en").digest == sent.digest


def test_bytes_that_are_no_parcel_are_refused() -> None:
    whole = parcel().to_bytes()
    wrong = [b"", b"x" * 40, whole[:-1], whole + b"x", whole[:9], whole.replace(b'"format": 1', b'"format": 9')]
    wrong.append(whole.replace(b'"languages"', b'"languageZ"'))
    wrong.append(whole.replace(b'"size": 256', b'"size": -56'))
    for data in wrong:
        with pytest.raises(BadParcel):
            Parcel.from_bytes(data)
        with pytest.raises(BadParcel):
            GradedParcel.from_bytes(data)


@pytest.mark.parametrize("path", ["../out", "/out", "a/../../out", "", ".", "a//b", "a/./b", "nul\0", "a/.."])
def test_no_file_leaves_its_folder(tmp_path: Path, path: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(BadParcel):
        unpack([PackedFile(path, b"x")], inside)
    assert sorted(tmp_path.rglob("*")) == [inside]


def test_a_name_that_is_given_twice_is_refused(tmp_path: Path) -> None:
    for second in ("a", "a/b"):
        with pytest.raises(BadParcel):
            unpack([PackedFile("a", b"1"), PackedFile(second, b"2")], tmp_path)
        assert (tmp_path / "a").read_bytes() == b"1"
        (tmp_path / "a").unlink()


def test_links_pipes_and_odd_modes_become_nothing_or_plain_files(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    (there / "sub").mkdir(parents=True)
    here.mkdir()
    (there / "plain").write_text("plain")
    (there / "sub" / "run").write_text("#!/bin/sh")
    (there / "plain").chmod(0o6000 | 0o644)
    (there / "sub" / "run").chmod(0o4755)
    (there / "link").symlink_to("/etc/passwd")
    (there / "folder").symlink_to("/etc")
    os.mkfifo(there / "pipe")
    (there / "lab.ipynb").write_text("{}")
    files = packed(there, files_beside(there))
    assert [(file.path, file.executable) for file in files] == [("plain", False), ("sub/run", True)]
    unpack(files, here)
    modes = {path.name: path.lstat().st_mode & 0o7777 for path in here.rglob("*") if path.is_file()}
    assert modes == {"plain": 0o644, "run": 0o755}


def test_a_result_with_other_cells_is_refused() -> None:
    sent = parcel()
    notebook = json.loads(sent.notebook)
    assert [cell.source for cell in GradedParcel(sent.digest, sent.notebook).cells_for(sent)] == ["1", "2"]
    notebook["cells"][0]["metadata"] = {"nbgrader": {"grade_id": "net"}}
    for cells in (notebook["cells"], notebook["cells"][:1]):
        with pytest.raises(BadParcel):
            GradedParcel(sent.digest, json.dumps({**notebook, "cells": cells})).cells_for(sent)


def test_a_result_of_something_else_gives_no_grade() -> None:
    sent, words = parcel(), CaughtLog()
    result = GradedParcel(sent.digest, sent.notebook, log=("WARNING a name was given away",), engine="native")
    known = Recorded("rootless", [result])
    assert known.grade(sent, words.logger) == result
    assert words.lines == ["WARNING a name was given away"]
    with pytest.raises(Changed, match="have changed since it was graded"):
        known.grade(replace(sent, key="another"), SILENT)


def test_a_setup_that_can_not_be_read_keeps_no_submission_from_being_packed(tmp_path: Path) -> None:
    (tmp_path / "up.sh").write_bytes(b"echo M\xf6we\n")
    setups = {"a-setup": 'check.plant("fault", of=SCRIPTS)', "b-setup": "!sh up.sh"}
    cells = [Cell("code", source, name, locked=True) for name, source in setups.items()]
    check = Cell("code", 'with check.task("b") as t:\n    pass', "b", grade=True, locked=True)
    assert _scripts(Release((*cells, check), {}), [tmp_path]) == (PackedFile("up.sh", b"echo M\xf6we\n"),)
