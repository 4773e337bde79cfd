"""Reports of a grading run for other programs: JUnit XML, JSON or CSV, by the file's ending."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from grader.autograde.records import CheckRecord, SubmissionRecord
from grader.errors import ExpectedError
from grader.files import atomic
from grader.i18n import _
from grader.report.render import report_as_text
from grader.report.verdicts import Status


class UnknownReport(ExpectedError):
    """The report's file name says no format we know. ``str()`` is one sentence."""


class UnwritableReport(ExpectedError):
    """``str()`` is one sentence that says why."""


def write_report_file(path: Path, records: Sequence[SubmissionRecord]) -> None:
    """Write ``records`` to ``path``. Raises UnknownReport, UnwritableReport."""
    text = writer_for(path)(records)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path) as draft:
            # Names of files that are no UTF-8, by their escapes: in JSON they mean the same.
            draft.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise UnwritableReport(
            _("The report {file} can't be written: {why}.").format(file=path, why=error.strerror),
            _("The grades are kept. Make room for it, and give the same command again: it writes the report"),
        ) from error


def writer_for(path: Path) -> Callable[[Sequence[SubmissionRecord]], str]:
    """The function that makes the report's text. Raises UnknownReport."""
    writers = {".xml": as_junit, ".json": as_json, ".csv": as_csv}
    if path.suffix.lower() not in writers:
        raise UnknownReport(
            _("A report ends in .xml (JUnit), .json or .csv, and {name} does not.").format(name=path.name)
        )
    return writers[path.suffix.lower()]


def as_json(records: Sequence[SubmissionRecord]) -> str:
    return json.dumps([record.to_dict() for record in records], indent=1, ensure_ascii=False) + "\n"


def as_csv(records: Sequence[SubmissionRecord]) -> str:
    """One line per check. What is said of the whole submission stands at each line's end."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["student", "lab", "check", "status", "score", "points", "sentence", *_OF_ALL])
    for record in records:
        for check in record.checks:
            earned = "" if check.score is None else f"{check.score:g}"
            row = [record.student, record.lab, check.name, check.status.value, earned, f"{check.points:g}"]
            table.writerow(harmless([*row, check.sentence, *_of_all(record)]))
        if record.error:
            table.writerow(harmless([record.student, record.lab, "", "error", "", "", record.error]))
    return text.getvalue()


#: Names of what is said of a submission as a whole.
_OF_ALL = ("late_seconds", "submission_score", "penalty", "final_score", "score_before")


def _of_all(record: SubmissionRecord) -> list[str]:
    before = "" if record.before is None else f"{record.before:g}"
    return [f"{record.late:.0f}", f"{record.score:g}", f"{record.penalty:g}", f"{record.final:g}", before]


def as_junit(records: Sequence[SubmissionRecord]) -> str:
    """One suite per submission, one case per check; could-not-check is an error, not a failure."""
    root = ET.Element("testsuites", name="drydock grade")
    for record in records:
        suite = ET.SubElement(root, "testsuite", name=_xml(f"{record.lab}/{record.student}"))
        if not record.error:
            properties = ET.SubElement(suite, "properties")
            for name, value in zip(_OF_ALL, _of_all(record), strict=True):
                ET.SubElement(properties, "property", name=name, value=value)
        for check in record.checks:
            _add_case(suite, record, check)
        if record.error:
            case = ET.SubElement(suite, "testcase", classname=_xml(record.lab), name="submission")
            ET.SubElement(case, "error", message=_xml(record.error))
        for kind in ("failure", "error", "skipped"):
            number = len(suite.findall(f"testcase/{kind}"))
            suite.set({"failure": "failures", "error": "errors", "skipped": "skipped"}[kind], str(number))
        suite.set("tests", str(len(suite.findall("testcase"))))
        suite.set("time", f"{record.seconds:.2f}")
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _add_case(suite: ET.Element, record: SubmissionRecord, check: CheckRecord) -> None:
    case = ET.SubElement(suite, "testcase", classname=_xml(f"{record.lab}.{record.student}"), name=_xml(check.name))
    kinds = {Status.FAILED: "failure", Status.COULD_NOT_CHECK: "error", Status.BLOCKED: "skipped"}
    if check.status in kinds:
        result = ET.SubElement(case, kinds[check.status], message=_xml(check.sentence))
        result.text = _xml(report_as_text(check.report))


#: All that XML 1.0 can carry ("Char"), surrogates and the like left out.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _xml(text: str) -> str:
    """With escapes for the characters that XML 1.0 can't carry."""
    return _NO_XML.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


# -- Rows of the CSV files we write: a spreadsheet runs what begins like a formula (OWASP, "CSV injection").

#: What a formula begins with, in full width as well, and what a spreadsheet may pass over before it.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
#: A number is no formula, whatever its sign.
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def in_order(name: str) -> list[tuple[int, str]]:
    """A sorting key by which 2 stands before 10."""
    return [(int(part) if part.isdecimal() else -1, part) for part in re.split(r"([0-9]+)", name)]


def harmless(row: Iterable[object]) -> list[str]:
    """The row with an apostrophe before each text that a spreadsheet would run; numbers stay numbers."""
    return [f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell for cell in map(str, row)]
