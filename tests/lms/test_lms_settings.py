"""lms.toml: what is wrong in it is one sentence; and what answers of an LMS say."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.lms.answers import next_page, retry_after, with_query
from grader.lms.settings import LmsError, lms_settings

CANVAS = 'platform = "canvas"\naddress = "https://canvas.example.edu/"\ncourse = 5\nclient_id = "17"\n'
MOODLE = CANVAS.replace("canvas", "moodle") + "tool = 7\n"


def test_addresses_are_those_of_the_platform(tmp_path: Path) -> None:
    (tmp_path / "lms.toml").write_text(CANVAS)
    canvas = lms_settings(tmp_path)
    assert canvas.token_url == canvas.audience == "https://canvas.example.edu/login/oauth2/token"
    assert canvas.line_items_url == "https://canvas.example.edu/api/lti/courses/5/line_items"
    assert canvas.memberships_url == "https://canvas.example.edu/api/lti/courses/5/names_and_roles"
    (tmp_path / "lms.toml").write_text(MOODLE + 'audience = "https://x.example.edu"\n[students]\nada = 4711\n')
    moodle = lms_settings(tmp_path)
    services = "https://moodle.example.edu/mod/lti/services.php"
    assert moodle.token_url == "https://moodle.example.edu/mod/lti/token.php"
    assert moodle.line_items_url == f"{services}/5/lineitems?type_id=7"
    assert moodle.memberships_url == f"{services}/CourseSection/5/bindings/7/memberships"
    assert (moodle.audience, moodle.students) == ("https://x.example.edu", {"ada": "4711"})
    assert canvas.authorize_url == "https://canvas.example.edu/api/lti/authorize_redirect"
    assert (moodle.issuer, moodle.jwks_url) == (
        "https://moodle.example.edu",
        "https://moodle.example.edu/mod/lti/certs.php",
    )


def test_a_file_of_windows_editor_is_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "lms.toml").write_text(CANVAS, encoding="utf-8-sig")
    assert lms_settings(tmp_path).client_id == "17"


def test_a_column_is_that_of_a_labs_name_or_number(tmp_path: Path) -> None:
    (tmp_path / "lms.toml").write_text(f'{CANVAS}[labs]\n03 = "https://x/3"\n05-networks = "https://x/5"\n')
    found = lms_settings(tmp_path)
    labs = ("03-layers-and-cache", "05-networks", "05-nets", "30-x")
    assert [found.column_of(lab) for lab in labs] == ["https://x/3", "https://x/5", "", ""]


def test_another_lms_may_take_marks_without_logging_anybody_in(tmp_path: Path) -> None:
    (tmp_path / "lms.toml").write_text(
        "".join(f'{name} = "https://x"\n' for name in ("client_id", "token_url", "line_items_url", "memberships_url"))
    )
    with pytest.raises(LmsError, match="issuer is missing"):
        lms_settings(tmp_path).check_login(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("course = 5\n", "", "course is missing"),
        ("tool = 7\n", "", "tool is missing"),
        ('client_id = "17"\n', "", "client_id is missing"),
        ('platform = "moodle"\n', "", "token_url is missing"),
        ('"moodle"', '"blackboard"', "platform is canvas or moodle"),
        ("https://", "http://", "is no https address"),
        ("platform", "plattform", "it knows no plattform"),
        ("course = 5", "course = [", "can't be used"),
        ("tool = 7\n", 'tool = 7\nlabs = "x"\n', "[labs] has lines like"),
        ("tool = 7\n", "tool = 7\n[students]\nada = [1]\n", "[students] has lines like"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    text = MOODLE.replace(old, new)
    assert text != MOODLE
    (tmp_path / "lms.toml").write_text(text)
    with pytest.raises(LmsError) as raised:
        lms_settings(tmp_path)
    assert sentence in str(raised.value)
    assert "docs/lms.md" in raised.value.remedy


def test_next_pages_of_all_kinds() -> None:
    base = "https://lms.example.edu/a"
    usual = '<https://lms.example.edu/a?page=1>; rel="current",<https://lms.example.edu/a?page=2>; rel="next"'
    moodle = "<https://l.example/a?from=0>; rel=“first”, <https://l.example/a?limit=9&amp;from=9>; rel=“next”"
    assert next_page(usual, base) == "https://lms.example.edu/a?page=2"
    assert next_page(moodle.encode().decode("latin-1"), base) == "https://l.example/a?limit=9&from=9"
    assert next_page("</b?page=2>; rel=next", base) == "https://lms.example.edu/b?page=2"
    assert next_page('<https://lms.example.edu/next>; rel="last"', base) is None
    assert next_page("", base) is None


def test_how_long_to_wait() -> None:
    assert retry_after("17") == 17
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert retry_after("Fri, 31 Dec 9999 23:59:59 -2359") is None
    assert retry_after("soon") is retry_after("") is None


def test_a_query_keeps_what_it_has() -> None:
    assert with_query("https://x.example/a?type_id=7", limit="100") == "https://x.example/a?type_id=7&limit=100"
