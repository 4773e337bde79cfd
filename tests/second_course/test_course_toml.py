"""What course.toml says is read where it counts, and what is wrong in it is said in a sentence."""

from __future__ import annotations

import gettext
import json
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from grader import i18n
from grader.author.skeleton import new_course
from grader.course.labs import COURSE_VARIABLE, Course, CourseError
from grader.course.settings import Settings, settings, settings_in
from grader.engines import EngineError, dind
from grader.images import ImagesError
from grader.images.ensuring import wanted
from grader.workspace import Workspace

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    # Set, so that it is put back: a release speaks the course's languages from then on.
    monkeypatch.setenv("LANGUAGE", "de")
    made = new_course(tmp_path / "lights", ["docker.io"], 'Lights & "Buoys"')
    monkeypatch.setenv(COURSE_VARIABLE, str(made.root))
    return made


def _say(course: Course, text: str) -> None:
    (course.root / "course.toml").write_text(text, encoding="utf-8")


def test_drydock_itself_says_what_is_taken_without_a_file(tmp_path: Path) -> None:
    ours = settings_in(_ROOT)
    assert ours.ports == Settings().ports
    assert settings_in(tmp_path) == Settings()


def test_title_and_glossary_of_the_index(course: Course) -> None:
    workspace = Workspace(course)
    workspace.prepare_all()
    title = json.loads(workspace.index.read_text())["cells"][0]["source"]
    assert "".join(title).startswith('# Lights & "Buoys"\n')
    assert "glossary" not in "".join(title)


def test_images_and_ports(course: Course) -> None:
    _say(course, 'images = ["redis"]\nports = "9000-9009"\n')
    assert [recipe.name for recipe in wanted()] == ["busybox", "redis"]
    assert dind.lab_ports() == range(9000, 9010)
    _say(course, 'images = ["buoy"]\nports = "80-90"')
    with pytest.raises(EngineError, match="ports must be like"):
        dind.lab_ports()
    _say(course, 'images = ["buoy"]')
    with pytest.raises(ImagesError, match=r"No recipe makes buoy, which course.toml names; there are busybox"):
        wanted()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("title = ", "Invalid value"),
        ("title = 3", "title must be a text"),
        ('images = "redis"', "images must be a list of names"),
        ('images = ["drydock/redis:8"]', "images must be a list of names"),
        ('languages = ["english"]', "languages must be a list of names"),
        ('ports = "9000"', "ports must be like"),
        ('ports = "9009-9000"', "ports must be like"),
        ("ports = [9000, 9010]", "ports must be like"),
        ('stages = "00-05"', "each of the stages must have a title and labs"),
        ("pattern = 3", "pattern must have whole numbers"),
        ("[pattern]\nhints = 3", "pattern must have whole numbers"),
        ("[pattern]\npredictions = true", "pattern must have whole numbers"),
        ('[pattern.exceptions]\n01-lamp = ""', "a reason each"),
        ('[[stages]]\ntitle = "Mate"\nlabs = "5-9"', "each of the stages must have a title and labs"),
        ('[[stages]]\ntitle = "A"\nlabs = "00-05"\n[[stages]]\ntitle = "B"\nlabs = "05-09"', "each lab in one stage"),
        (
            'tilte = "Lights"',
            "stages, auto_checks, why_wrong, pattern, not tilte",
        ),
    ],
)
def test_what_is_wrong_is_said(course: Course, text: str, why: str) -> None:
    _say(course, text)
    with pytest.raises(CourseError) as told:
        settings()
    assert str(course.root / "course.toml") in str(told.value) and why in str(told.value)
    assert told.value.remedy


@pytest.fixture
def shouting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A language in which the line above each check is loud."""
    catalog = Catalog(locale="de")
    catalog.add("none", "KEINS")
    compiled = BytesIO()
    write_mo(compiled, catalog)
    place = tmp_path / "locale" / "de" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "drydock.mo").write_bytes(compiled.getvalue())
    monkeypatch.setattr(i18n, "_LOCALE_DIR", tmp_path / "locale")
    i18n._catalogue.cache_clear()
    assert isinstance(i18n._catalogue(("de",)), gettext.GNUTranslations)


def test_english_is_a_language_like_others(shouting: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for asked, word in (("de", "KEINS"), ("de:en", "KEINS"), ("en:de", "none"), ("fr:de", "KEINS"), ("C", "none")):
        monkeypatch.setenv("LANGUAGE", asked)
        assert i18n._("none") == word, asked
    i18n._catalogue.cache_clear()


def test_what_is_made_for_students_is_in_the_courses_languages(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    from traitlets.config import Config

    from grader.author.release import write_release
    from grader.autograde.config import configure

    # The course's first release was made in its language, whatever the author's terminal speaks.
    assert i18n._languages() == ()
    _say(course, 'languages = ["fr", "de"]')
    configure(Config())
    assert i18n._languages() == ("fr", "de")
    monkeypatch.setenv("LANGUAGE", "en")
    write_release(course, ["01-first-steps"])
    assert i18n._languages() == ("fr", "de")
