"""Mails as files: for whom, with what, and that no name in a gradebook becomes a header, an address or a path."""

from __future__ import annotations

import email
import os
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nbgrader.api import Gradebook
from traitlets.config import Config

from grader.autograde.batch import course_config
from grader.autograde.database import standings
from grader.autograde.feedback_run import told_marks
from grader.autograde.mailing import (
    FEEDBACK_WORDS,
    Letter,
    Mail,
    Missing,
    NotWritten,
    Post,
    feedback_mails,
    file_name,
    sender_of,
)
from grader.cli.group import main
from grader.values import StudentKey
from grader.values.keys import make_secret

LAB = "07-tiny-lab"
PAGE = "<!doctype html><meta charset=utf-8><p>Größe: “14 of 14”</p>\n".encode()
FROM = ("--from", "Grace Höpper <grace@example.org>")


def read(file: Path) -> EmailMessage:
    message = email.message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Graded: ada, Жанна, and four of whom no mail can be made."""
    root = tmp_path_factory.mktemp("mails")
    (root / "nbgrader_config.py").write_text(
        "from grader.autograde.config import configure\nc = get_config()\nconfigure(c)\n"
    )
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        book.add_assignment(LAB)
        book.add_notebook(LAB, LAB)
        book.add_student("ada", first_name="Ada", last_name="Lovelace, Countess", email="ada@example.org")
        book.add_student("Жанна", first_name="Жанна", last_name="д’Арк", email="jeanne@example.org")
        book.add_student("bob", first_name="Bob")
        book.add_student("cyd", email="cyd@example.org, eve@example.org")
        book.add_student("old", email="old@example.org")
        book.add_student("new", email="new@example.org")
    for student in ("ada", "Жанна", "bob", "cyd", "old", "new"):
        graded, feedback = root / "autograded" / student / LAB, root / "feedback" / student / LAB
        graded.mkdir(parents=True)
        feedback.mkdir(parents=True)
        (graded / f"{LAB}.ipynb").write_text("{}")
        if student != "new":
            (feedback / f"{LAB}.html").write_bytes(PAGE)
        (feedback / "mine.html").write_text("a student's own file")
        os.utime(graded / f"{LAB}.ipynb", (2000, 2000 if student != "old" else 4000))
        if student != "new":
            os.utime(feedback / f"{LAB}.html", (3000, 3000))
    return root


@pytest.fixture
def here(course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(course)
    return course


def mail(*words: str) -> Result:
    return CliRunner().invoke(main, ["mail", *words], env={"COLUMNS": "200"})


def test_feedback_for_a_class(here: Path) -> None:
    folder = here / "mails" / LAB
    folder.mkdir(parents=True)
    (folder / "ada.eml").write_text("old")
    (folder / "left.eml").write_text("somebody who left")
    done = mail("feedback", LAB[:2], *FROM)
    assert done.exit_code == 1, done.output
    assert "! bob: no address\n" in done.output
    assert "! cyd: no usable address: cyd@example.org, eve@example.org\n" in done.output
    assert f"! old: graded again since the feedback was made: drydock feedback {LAB}\n" in done.output
    assert f"! new: no feedback yet: drydock feedback {LAB}\n" in done.output
    assert f"2 mails are in {folder}. Nothing was sent." in done.output
    assert "not to be sent again: left.eml" in done.output
    assert {path.name for path in folder.iterdir()} == {"ada.eml", "Жанна.eml", "left.eml"}
    for student, name, address in (
        ("ada", "Ada Lovelace, Countess", "ada@example.org"),
        ("Жанна", "Жанна д’Арк", "jeanne@example.org"),
    ):
        file = folder / f"{student}.eml"
        assert file.stat().st_mode & 0o777 == 0o600
        message = read(file)
        assert [(one.display_name, one.addr_spec) for one in message["To"].addresses] == [(name, address)]
        assert [one.display_name for one in message["From"].addresses] == ["Grace Höpper"]
        assert message["Subject"] == f"Feedback on {LAB}"
        assert f"Dear {name}," in body(message)
        (page,) = message.iter_attachments()
        assert page.get_filename() == f"{LAB}.html"
        assert page.get_content_type() == "text/html"
        assert page.get_payload(decode=True) == PAGE
    # One again: the others' mails are of no run before.
    again = mail("feedback", LAB, *FROM, "--student", "ada")
    assert again.exit_code == 0, again.output
    assert "1 mail is in" in again.output
    assert "again" not in again.output


def test_no_page_with_marks_that_are_others_by_now(here: Path) -> None:
    """A mark by hand and more time change the gradebook alone, and no notebook's time."""
    config = course_config(here)
    with Gradebook(f"sqlite:///{here}/gradebook.db") as book:
        book.update_or_create_submission(LAB, "ada")
        told_marks(config, LAB).add("ada", standings(book, LAB)["ada"].told)
        (sent,) = feedback_mails(config, LAB, ["ada"])
        assert isinstance(sent, Mail)
        book.find_submission_notebook(LAB, LAB, "ada").late_submission_penalty = 1
        book.db.commit()
    (missing,) = feedback_mails(config, LAB, ["ada"])
    assert missing == Missing("ada", f"other marks since the feedback was made: drydock feedback {LAB}")
    told_marks(config, LAB).finish()


def test_a_letter_of_the_teachers_own(here: Path, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("\ufeffSubject: $lab, заметки для $name\n\nПривет, $name!\n$$5 if you find a fault.\n")
    done = mail("feedback", LAB, *FROM, "--student", "Жанна", "--template", str(letter), "--dir", str(tmp_path / "to"))
    assert done.exit_code == 0, done.output
    message = read(tmp_path / "to" / "Жанна.eml")
    assert message["Subject"] == f"{LAB}, заметки для Жанна д’Арк"
    assert body(message) == "Привет, Жанна д’Арк!\n$5 if you find a fault.\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dear $name,\n", "must begin with a line “Subject: …”"),
        ("Subject: \n\nDear $name,\n", "must begin with a line “Subject: …”"),
        ("Subject: x\n\nDear $nmae,\n", "“$nmae” is no word of this letter; there are $name, $student, $lab"),
        ("Subject: x\n\nIt costs 5 $.\n", "$$ for a dollar"),
    ],
)
def test_a_letter_that_can_not_be_filled_in(here: Path, tmp_path: Path, text: str, said: str) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text(text)
    done = mail("feedback", LAB, *FROM, "--template", str(letter), "--dir", str(tmp_path / "to"))
    assert done.exit_code == 3
    assert said in done.output
    assert not (tmp_path / "to").exists()


def test_keys(here: Path) -> None:
    assert "There are no keys yet." in mail("keys", *FROM).output
    secret = make_secret(here / "values.secret")
    done = mail("keys", *FROM)
    assert done.exit_code == 1
    assert "! bob: no address" in done.output
    text = body(read(here / "mails" / "keys" / "old.eml"))
    assert f"drydock values set {StudentKey.derive(secret, 'old').text}\n" in text
    assert "Dear old," in text, "who has no name is called by the id"
    assert "The gradebook knows no student zoe." in mail("keys", *FROM, "--student", "zoe").output


def test_what_can_not_begin(here: Path, tmp_path: Path) -> None:
    assert "is not an address to write from" in mail("keys", "--from", "Grace").output
    assert "zoe is not graded yet" in mail("feedback", LAB, *FROM, "--student", "zoe").output
    assert "can't be read" in mail("keys", *FROM, "--template", str(tmp_path / "none.txt")).output


_NO_ADDRESS = (
    *("a@b.org\r\nBcc: eve@b.org", "a@b.org, e@b.org", "a@b.org (x)", "<a@b.org>", "a b@c.org", "a@b@c.org", "a..b@c"),
    *("@b.org", "a@", "ä@b.org", 'a"b@c.org', "-", "a@-b", "a@b;c", ""),
)
_NAMES = ("Eve\r\nBcc: all@b.org", "Eve\x00\x1b[2J", "E" * 3000, "“Eve” <x@y>, z", "=?utf-8?q?x?=")
_IDS = ("../../eve", "/etc/eve", "eve\nBcc: x@y", ".eve", "e" * 300, "%00", "a\\b", "CON:", "..", " ")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A gradebook that somebody else has filled."""
    root = tmp_path_factory.mktemp("hostile")
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root}/gradebook.db"
    with Gradebook(config.CourseDirectory.db_url) as book:
        for number, address in enumerate(_NO_ADDRESS):
            book.add_student(f"none{number}", first_name="Eve", email=address)
        for number, (ident, name) in enumerate(zip(_IDS, _NAMES * 2, strict=True)):
            book.add_student(ident, first_name=name, email=f"eve{number}@example.org")
    return config


def post(config: Config, root: Path) -> Post:
    letter = Letter("Subject: $lab for $name ($student)\n\nDear $name,\n", FEEDBACK_WORDS)
    return Post(config, root / "to", sender_of("grace@example.org"), letter)


def test_what_is_no_single_address_gets_no_mail(hostile: Config, tmp_path: Path) -> None:
    mails = post(hostile, tmp_path)
    for number in range(len(_NO_ADDRESS)):
        with pytest.raises(NotWritten, match="address"):
            mails.write(Mail(f"none{number}", {"lab": LAB}))
    assert not list(tmp_path.rglob("*.eml"))


def test_no_name_becomes_a_header_or_leaves_the_folder(hostile: Config, tmp_path: Path) -> None:
    mails = post(hostile, tmp_path)
    for number, ident in enumerate(_IDS):
        mails.write(Mail(ident, {"lab": f"{LAB}\nBcc: x@y"}, {f"{LAB}.html": PAGE}))
        file = mails.written[-1]
        assert file.name.startswith("%")
        message = read(file)
        assert set(message.keys()) == {"From", "To", "Subject", "X-Unsent", "Content-Type", "MIME-Version"}
        assert [one.addr_spec for one in message["To"].addresses] == [f"eve{number}@example.org"]
        assert [part.get_payload(decode=True) for part in message.iter_attachments()] == [PAGE]
    assert len(set(mails.written)) == len(_IDS)
    assert {path.parent for path in tmp_path.rglob("*.eml")} == {tmp_path / "to"}


def test_file_names_differ_where_ids_do() -> None:
    idents = ["eve", "Eve", "e/ve", "e\\ve", "..", ".", "", "%e/ve", "e" * 61, "e" * 62, "\udcff", "\udcfe"]
    assert len({file_name(ident) for ident in idents}) == len(idents)
