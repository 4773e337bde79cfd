"""Mails to students, as files that a mail program sends: their feedback, or their key. Nothing is sent from here.

Names and addresses come from the gradebook, and so from whoever filled it: an LMS, a table, students themselves. Each
header is made by the standard library, of one line, and an address is one address.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path
from string import Template

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde.database import gradebook, notebook_names, standings
from grader.autograde.feedback_run import told_marks
from grader.autograde.settings import Drydock
from grader.autograde.submissions import Submissions
from grader.errors import ExpectedError
from grader.files import atomic
from grader.i18n import _
from grader.report.plain import one_line
from grader.values import StudentKey
from grader.values.keys import read_secret

#: One address, and nothing that would be two, or a comment, to some mail program.
_ADDRESS = re.compile(r"[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
#: A student's id that is a file's name as it is, on every system that may read it.
_PLAIN = re.compile(r"\w[\w.@+-]{0,60}")
_SUBJECT = "Subject:"


class MailError(ExpectedError):
    """No mail can be made. ``str()`` is one sentence; ``remedy`` what to do."""


class NotWritten(Exception):
    """There is no mail for one student. ``str()`` says why."""


@dataclass(frozen=True)
class Mail:
    """One student's, before it is addressed: ``words`` for the template, and pages by their name."""

    student: str
    words: Mapping[str, str]
    pages: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Missing:
    """Whose mail can't be made, and why."""

    student: str
    why: str


class Letter:
    """A subject and a text with ``$name`` and other words in them. Raises MailError for what can't be filled in."""

    def __init__(self, text: str, words: Sequence[str], where: str = "") -> None:
        first, _end, rest = text.lstrip("\ufeff").partition("\n")
        example = f"nano '{where}'"
        if not first.startswith(_SUBJECT) or not first.removeprefix(_SUBJECT).strip():
            raise MailError(_("{file} must begin with a line “Subject: …”.").format(file=where), example)
        self._subject, self._text = Template(first.removeprefix(_SUBJECT)), Template(rest.strip() + "\n")
        for part in (self._subject, self._text):
            strange = [name for name in part.get_identifiers() if name not in words]
            if strange or not part.is_valid():
                raise MailError(
                    _("{file}: “${word}” is no word of this letter; there are {words}, and $$ for a dollar.").format(
                        file=where, word=strange[0] if strange else "", words=", ".join(f"${word}" for word in words)
                    ),
                    example,
                )

    @classmethod
    def read(cls, file: Path, words: Sequence[str]) -> Letter:
        """Raises MailError."""
        try:
            return cls(file.read_text(encoding="utf-8"), words, str(file))
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise MailError(_("{file} can't be read: {why}.").format(file=file, why=why), f"ls -l '{file}'") from None

    def message(self, sender: Address, to: Address, mail: Mail) -> EmailMessage:
        words = {name: one_line(word) for name, word in mail.words.items()}
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = sender, to
        message["Subject"] = one_line(" ".join(self._subject.substitute(words).split()))
        # Mail programs that know it open the file as a draft.
        message["X-Unsent"] = "1"
        message.set_content(self._text.substitute(words))
        for name, page in mail.pages.items():
            message.add_attachment(page, maintype="text", subtype="html", filename=one_line(name))
        return message


def sender_of(text: str) -> Address:
    """Who writes: ``Grace Hopper <grace@example.org>``. Raises MailError."""
    name, address = parseaddr(text)
    try:
        return _address(name, address)
    except NotWritten:
        raise MailError(
            _("“{text}” is not an address to write from.").format(text=one_line(text, 100)),
            '--from "Grace Hopper <grace@example.org>"',
        ) from None


def _address(name: str, address: str) -> Address:
    if not _ADDRESS.fullmatch(address):
        raise NotWritten(
            _("no usable address: {address}").format(address=one_line(address, 100)) if address else _("no address")
        )
    try:
        return Address(one_line(" ".join(name.split()), 200), addr_spec=address)
    except (ValueError, MessageError):  # the pattern above lets "a..b@c" through
        raise NotWritten(_("no usable address: {address}").format(address=address)) from None


class Post:
    """The folder of one run's mails."""

    def __init__(self, config: Config, folder: Path, sender: Address, letter: Letter) -> None:
        """Raises NoDatabase."""
        self.folder, self._sender, self._letter = folder, sender, letter
        with gradebook(str(CourseDirectory(config=config).db_url)) as book:
            self._people = {
                str(one.id): (f"{one.first_name or ''} {one.last_name or ''}".strip(), str(one.email or "").strip())
                for one in book.students
            }
        self.written: list[Path] = []

    def write(self, mail: Mail) -> None:
        """Put it into its file, whole, in the place of an older one. Raises NotWritten."""
        name, address = self._people.get(mail.student, ("", ""))
        to = _address(name, address)
        mail = Mail(mail.student, {"name": name or mail.student, "student": mail.student, **mail.words}, mail.pages)
        content = bytes(self._letter.message(self._sender, to, mail))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.folder / f"{file_name(mail.student)}.eml"
        with atomic(file, mode=0o600) as draft:
            draft.write_bytes(content)
        self.written.append(file)

    def older(self) -> list[Path]:
        """Mails in the folder that were not written now."""
        return sorted(set(self.folder.glob("*.eml")) - set(self.written))


def file_name(student: str) -> str:
    """The student's id where that is a plain name; else a mark of it, that no plain name is."""
    if _PLAIN.fullmatch(student):
        return student
    return f"%{hashlib.sha256(student.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"


# -- What there is to write.

FEEDBACK_WORDS = ("name", "student", "lab")
KEY_WORDS = ("name", "student", "key")


def feedback_letter() -> str:
    return _(
        "Subject: Feedback on $lab\n\nDear $name,\n\nyour feedback on $lab is attached: a page to open in a browser. It"
        " says of each task how many points it gave, what was expected, and what was found.\n"
    )


def key_letter() -> str:
    return _(
        "Subject: Your key for the labs\n\nDear $name,\n\nthis is your own key, for all labs:\n\n    $key\n\nType this"
        " once in the course's folder, and run your lab again from its first cell:\n\n    drydock values set $key\n\n"
        "The labs then give you names and ports of your own. Keep the key to yourself.\n"
    )


def feedback_mails(config: Config, lab: str, students: Sequence[str]) -> Iterator[Mail | Missing]:
    """One for each who is graded in ``lab`` (its whole name), or whose and why not. Raises MailError, NoDatabase."""
    course = CourseDirectory(config=config)
    submissions = Submissions(config, lab)
    there = submissions.with_grades()
    if missing := sorted(set(students) - set(there)) or ([] if there else ["*"]):
        raise MailError(
            _("{lab} of {student} is not graded yet.").format(lab=lab, student=missing[0]), f"drydock grade {lab}"
        )
    with gradebook(str(course.db_url)) as book:
        names, marks = notebook_names(book, lab), standings(book, lab)
    told = told_marks(config, lab).read()
    for student in there:
        if students and student not in students:
            continue
        folder, graded = Path(course.format_path(course.feedback_directory, student, lab)), submissions.graded(student)
        pages = [page for name in names if (page := folder / f"{name}.html").is_file()]
        if not pages:
            yield Missing(student, _("no feedback yet: drydock feedback {lab}").format(lab=lab))
        elif any(_is_older(page, graded / f"{page.stem}.ipynb") for page in pages):
            yield Missing(
                student, _("graded again since the feedback was made: drydock feedback {lab}").format(lab=lab)
            )
        elif student in told and student in marks and told[student] != marks[student].told:
            # By hand, or by more time: no notebook changes by that.
            yield Missing(student, _("other marks since the feedback was made: drydock feedback {lab}").format(lab=lab))
        else:
            yield Mail(student, {"lab": lab}, {page.name: page.read_bytes() for page in pages})


def _is_older(page: Path, graded: Path) -> bool:
    return graded.is_file() and page.stat().st_mtime_ns < graded.stat().st_mtime_ns


def key_mails(config: Config, students: Sequence[str]) -> Iterator[Mail]:
    """One for each student the gradebook knows. Raises MailError, BadSecret, NoDatabase."""
    course = CourseDirectory(config=config)
    secret = read_secret(Drydock(config=config).secret_file(course))
    if secret is None:
        raise MailError(_("There are no keys yet."), "drydock values keys")
    with gradebook(str(course.db_url)) as book:
        known = sorted(str(student.id) for student in book.students)
    if unknown := sorted(set(students) - set(known)):
        raise MailError(_("The gradebook knows no student {name}.").format(name=unknown[0]), "nbgrader db student list")
    for student in known:
        if not students or student in students:
            yield Mail(student, {"key": StudentKey.derive(secret, student).text})
