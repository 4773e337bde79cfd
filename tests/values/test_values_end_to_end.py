"""One lab with individual values, four students: two honest, one who copied, one without a key."""

from __future__ import annotations

import csv
import io
import json
from contextlib import chdir

import pytest
from click.testing import CliRunner, Result
from grading_course import LAB, Course, sources
from lab_of_ships import course_with_values, typed

from grader.autograde.verdict_cells import read_report
from grader.cli.group import main
from grader.values import DEFAULT_KEY, StudentKey
from grader.values.asked import all_asked_for

pytestmark = [pytest.mark.daemon, pytest.mark.deep]


def drydock(course: Course, *words: str) -> Result:
    """The command in this process, which has paid for its imports."""
    with chdir(course.root):
        return CliRunner().invoke(main, words)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Released, keys handed out, everything handed in and graded in parallel."""
    course = course_with_values(tmp_path_factory.mktemp("values"))
    with course.gradebook() as book:
        for student in ("ada", "bob", "cat", "dan"):
            book.add_student(student)
    # A fixed secret, so that no two of these four have the same ship by chance.
    secret = course.root / "values.secret"
    secret.touch(mode=0o600)
    secret.write_text("5a" * 32)
    made = drydock(course, "values", "keys")
    assert made.exit_code == 0, made.stderr
    has = {row["student"]: row for row in table(drydock(course, "values", "show", LAB).stdout)}
    assert all(len({row[name] for row in has.values()}) == 4 for name in ("ship", "seal", "berth"))
    blank = {name: str(asked.value(DEFAULT_KEY)) for name, asked in all_asked_for(sources(course.blank())).items()}
    ada, bob = ({name: row[name] for name in blank} for row in (has["ada"], has["bob"]))
    course.hand_in("ada", (course.root / "solutions" / LAB / f"{LAB}.ipynb").read_text())
    course.hand_in("bob", course.answered({"cargo": typed(**bob)}))
    course.hand_in("cat", course.answered({"cargo": typed(**ada)}))
    # A stolen key, too, in the kernel's environment and in a file: it moves what dan's cells see, and nothing else.
    key = table((course.root / "values-keys.csv").read_text())[0]["key"]
    folder = course.hand_in("dan", course.answered({"cargo": f"%env DRYDOCK_VALUES_KEY={key}\n{typed(**blank)}"}))
    (folder / "values.key").write_text(key)
    done = drydock(course, "grade", LAB, "--report", "report.json")
    assert done.exit_code == 0, done.stdout + done.stderr
    return course


def test_the_honest_get_their_points_and_the_copy_does_not(course: Course) -> None:
    full, none = {"cargo": 2, "quay": 2}, {"cargo": 0, "quay": 1}
    assert {student: course.grades(student) for student in ("ada", "bob", "cat", "dan")} == {
        "ada": full,
        "bob": full,
        "cat": none,
        "dan": none,
    }


def test_the_message_says_why_and_names_nobody(course: Course) -> None:
    course.feedback()
    page = (course.root / "feedback" / "cat" / LAB / f"{LAB}.html").read_text()
    # Two tasks; what is folded below the first says it, too.
    assert page.count("in another student") == 3
    assert ">ada<" not in page
    assert "ada" not in json.dumps([read_report(cell).to_dict() for cell in course.graded("cat").cells
                                    if read_report(cell)])  # fmt: skip
    without_key = (course.root / "feedback" / "dan" / LAB / f"{LAB}.html").read_text()
    assert without_key.count("drydock values set KEY") == 3


def test_the_instructor_learns_whose_it_was(course: Course) -> None:
    said = {record["student"]: record["remarks"] for record in json.loads((course.root / "report.json").read_text())}
    assert said["cat"] == [
        "cargo: the ship found here is the one of ada",
        "quay: the berth found here is the one of ada",
    ]
    assert said["ada"] == said["bob"] == []


def test_the_secret_stays_with_the_instructor(course: Course) -> None:
    secret = course.root / "values.secret"
    assert (course.root / "values-keys.csv").stat().st_mode & 0o777 == 0o600
    text = secret.read_text().strip()
    for folder in ("labs", "submitted", "autograded", "feedback"):
        assert not any(text in file.read_text() for file in (course.root / folder).rglob("*.*") if file.is_file())
    # The same keys again: what was handed out stays valid.
    before = (course.root / "values-keys.csv").read_text()
    again = drydock(course, "values", "keys", "-o", "-")
    assert again.stdout == before
    ada = StudentKey.parse(table(before)[0]["key"])
    assert ada == StudentKey.derive(bytes.fromhex(text), "ada")


def test_a_secret_that_is_open_or_lost_is_told_before_grading(course: Course) -> None:
    secret = course.root / "values.secret"
    grade = ("grade", LAB, "--only-missing")
    secret.chmod(0o644)
    open_ = drydock(course, *grade)
    secret.chmod(0o600)
    assert open_.exit_code == 3
    assert "can be read by other users" in open_.stderr and "chmod 600" in open_.stderr
    kept = secret.rename(course.root / "kept")
    lost = drydock(course, *grade)
    kept.rename(secret)
    assert "everybody is graded with the default ones" in " ".join(lost.stdout.split())
