"""Names that students choose, in what an instructor reads: terminal, JUnit, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from grader.autograde.records import SubmissionRecord
from grader.autograde.reports import as_csv, as_junit, harmless, write_report_file
from grader.cli.graded_lines import Lines
from grader.report.plain import one_line

FORGED = "\r\n\x1b[2K✓ mallory: 100/100 \u2028\u202e"
#: As a file of a Windows machine's zip is called here: bytes that are no UTF-8.
NO_UTF8 = b"\xcf\xe8\xf0.txt".decode(errors="surrogateescape")
ODD = SubmissionRecord(f"eve{FORGED}\uffff", "01-x", error=f"no notebook, only {FORGED}{NO_UTF8}")


def test_a_name_makes_no_line_of_its_own_in_the_terminal() -> None:
    screen = io.StringIO()
    console = Console(file=screen, width=300)
    with Lines(console, 1) as lines:
        lines.add(ODD)
    assert screen.getvalue().count("\n") == 1
    assert screen.getvalue().startswith("! eve")
    assert not set(screen.getvalue()) & set("\x1b\r\u2028\u202e\udccf")
    screen.getvalue().encode()
    assert one_line("a\tb\u2029c\x9b") == r"a\tb\u2029c\x9b"


@pytest.mark.parametrize("ending", ["xml", "json", "csv"])
def test_reports_hold_any_name(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"all.{ending}"
    write_report_file(path, [ODD])
    text = path.read_bytes().decode()
    match ending:
        case "xml":
            assert r"\x1b" in str(ET.fromstring(text)[0].get("name"))
        case "json":
            assert json.loads(text)[0]["error"] == ODD.error
        case _:
            assert len(list(csv.DictReader(io.StringIO(text)))) == 1


@pytest.mark.parametrize("control", [*map(chr, range(32)), "\x7f", "\ufffe", "\uffff", "\ud800", "\U0001f600"])
def test_junit_is_well_formed_with_any_character(control: str) -> None:
    ET.fromstring(as_junit([SubmissionRecord(f"a{control}", f"b{control}", error=f"c{control}")]))


FORMULAS = ["=1+1", "+1+cmd", "-1+cmd", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_in_tables_are_texts(text: str) -> None:
    assert harmless([text]) == [f"'{text}"]
    rows = list(csv.reader(io.StringIO(as_csv([SubmissionRecord(text, "01-x", error=text)]), newline="")))
    assert (rows[1][0], rows[1][6]) == (f"'{text}", f"'{text}")


@pytest.mark.parametrize("text", ["ada", "12345", "-5", "+7.5", "-0,5", "ada@example.org", "o'neil", "", "a=b", "名前"])
def test_ids_and_numbers_stay_as_they_are(text: str) -> None:
    assert harmless([text]) == [text]
