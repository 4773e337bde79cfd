"""Who is who at the LMS: by user id, student id or e-mail, never by name, and never two for one."""

from __future__ import annotations

from grader.lms.roster import Member, Person, match

ROSTER = [
    Member("1", "Ada Lovelace", "ada@example.org", "s-17"),
    Member("2", "Ada Lovelace", "lovelace@example.org"),
    Member("3", "Bob Ross", "Bob@Example.org"),
    Member("4", "Tom Teacher", "tom@example.org", is_learner=False),
    Member("5", "Gone Student", "gone@example.org", is_active=False),
    Member("6", "Twin", "twins@example.org"),
    Member("7", "Twin", "twins@example.org"),
]


def test_who_is_found_and_by_what() -> None:
    people = [
        Person("S-17", full_name="Somebody Else"),
        Person("ada2", lms_user_id="2", email="bob@example.org"),
        Person("bob", email="bob@example.org"),
    ]
    matches = match(people, ROSTER)
    assert {name: member.user_id for name, member in matches.found.items()} == {"S-17": "1", "ada2": "2", "bob": "3"}
    assert matches.missing == {}
    assert match([Person("BOB@example.org")], ROSTER).found["BOB@example.org"].user_id == "3"


def test_who_is_not_found_and_why() -> None:
    people = [
        Person("ada", full_name="Ada Lovelace"),
        Person("tom", email="tom@example.org"),
        Person("gone", email="gone@example.org"),
        Person("twin", email="twins@example.org"),
        Person("lost", lms_user_id="99", email="bob@example.org"),
        Person("old", lms_user_id="98", full_name="Bob Ross"),
        Person("nobody"),
    ]
    matches = match(people, ROSTER)
    assert matches.found == {}
    assert "the name is that of 1, 2" in matches.missing["ada"]
    assert '"ada" = "1"' in matches.missing["ada"]
    assert "not as an active student" in matches.missing["tom"]
    assert "not as an active student" in matches.missing["gone"]
    assert "one of several there: 6, 7" in matches.missing["twin"]
    assert matches.missing["lost"] == "nobody there has the user id 99", "whatever the e-mail says"
    assert matches.missing["old"].startswith("nobody there has the user id 98; the name is that of 3. ")
    assert matches.missing["nobody"] == "nobody there has this student id or e-mail"


def test_two_students_are_not_one_member() -> None:
    matches = match([Person("bob", email="bob@example.org"), Person("rob", lms_user_id="3")], ROSTER)
    assert matches.found == {}
    assert matches.missing["bob"] == "is the same person there as rob"
    assert matches.missing["rob"] == "is the same person there as bob"
