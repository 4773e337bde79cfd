"""What an author begins with: a lab that is sound already, and a whole course folder with one such lab.

Made from ``templates/``, where @WORDS@ stand for what differs. A folder appears whole or not at all.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from grader import __version__
from grader.author.release import write_release
from grader.course.labs import SOURCE, Course, CourseError
from grader.i18n import _

_TEMPLATES = Path(__file__).parent / "templates"
_SUFFIX = ".in"
_QUOTING = (".ipynb", ".toml", ".py")
_LAB_NAME = re.compile(r"\d\d(-[a-z0-9]+)+")
_FIRST_LAB = "01-first-steps"
#: Where the files of a course go that packages can't hold under their own names.
_PLACES = {"gitignore": ".gitignore", "workflows/ci.yml": ".github/workflows/ci.yml"}


def new_lab(course: Course, name: str, title: str = "") -> Path:
    """Make the lab ``name`` in solutions/, and its release; the notebook. Raises CourseError, OSError."""
    if not _LAB_NAME.fullmatch(name):
        raise CourseError(
            _("A lab's name is two digits and lower case words, joined by dashes: not “{name}”.").format(name=name),
            f"drydock author new {_free_number(course)}-{_slug(name) or 'networks'}",
        )
    number, _dash, slug = name.partition("-")
    target = course.source / name
    taken = [other for other in course.names() if other.split("-")[0] == number]
    if taken or target.exists():
        raise CourseError(
            _("There is a lab {number} already: {lab}.").format(number=number, lab=(*taken, name)[0]),
            f"drydock author new {_free_number(course)}-{slug}",
        )
    _make_lab(course, name, _one_line(title) or slug.replace("-", " ").capitalize())
    write_release(course, [name])
    return target / f"{name}.ipynb"


def _free_number(course: Course) -> str:
    taken = {name.split("-")[0] for name in course.names()}
    return next((f"{number:02}" for number in range(1, 100) if f"{number:02}" not in taken), "99")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-").lstrip("0123456789-")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _make_lab(course: Course, name: str, title: str) -> None:
    before = [other for other in course.names() if other < name]
    needs = (
        _("this notebook, open in JupyterLab (`drydock lab`), and lab {number} behind you.").format(
            number=f"[{before[-1].split('-')[0]}](../{before[-1]}/{before[-1]}.ipynb)"
        )
        if before
        else _("this notebook, open in JupyterLab (`drydock lab`).")
    )
    course.source.mkdir(exist_ok=True)
    words = {"NAME": name, "NUMBER": name.split("-", maxsplit=1)[0], "TITLE": title, "NEEDS": needs}
    with _made(course.source / name) as folder:
        _fill(_TEMPLATES / "lab", folder, words)
        (folder / "lab.ipynb").rename(folder / f"{name}.ipynb")


def new_course(folder: Path, packages: Sequence[str], title: str = "") -> Course:
    """Make a whole course in a folder that is not there yet. Raises CourseError, OSError.

    ``packages``: the Debian packages that its CI installs.
    """
    folder = folder.absolute()
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise CourseError(
            _("{folder} is there already, and a new course needs a folder of its own.").format(folder=folder),
            f"drydock author course '{folder}-course'",
        )
    words = {
        "TITLE": _one_line(title) or folder.name.replace("-", " ").replace("_", " ").capitalize(),
        "ID": _slug(folder.name) or "course",
        "VERSION": __version__,
        "PACKAGES": " ".join(packages),
    }
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _made(folder) as draft:
        _fill(_TEMPLATES / "course", draft, words)
        for name, place in _PLACES.items():
            (draft / place).parent.mkdir(parents=True, exist_ok=True)
            (draft / name).rename(draft / place)
        (draft / "workflows").rmdir()
        (draft / SOURCE).mkdir()
        new_lab(Course(draft), _FIRST_LAB)
    return Course(folder)


@contextmanager
def _made(target: Path) -> Iterator[Path]:
    """A folder to fill, which is at its place when all is in it; nothing is left of it after an error."""
    try:
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except PermissionError as error:
        # The draft's own name would tell nobody where to look.
        raise PermissionError(error.errno, error.strerror, str(target.parent)) from None
    try:
        yield draft
        draft.chmod(0o755)
        draft.replace(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _fill(template: Path, folder: Path, words: Mapping[str, str]) -> None:
    """Copy a template's files, with the words filled in."""
    for file in sorted(template.rglob(f"*{_SUFFIX}")):
        target = folder / file.relative_to(template).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text(encoding="utf-8")
        for word, value in words.items():
            # Between the quotes of a text, which JSON, TOML and Python write alike.
            inside = json.dumps(value, ensure_ascii=False)[1:-1] if target.suffix in _QUOTING else value
            text = text.replace(f"@{word}@", inside)
        target.write_text(text, encoding="utf-8")
