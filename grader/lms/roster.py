"""Who is in the course at the LMS (NRPS), and which of Drydock's students each of them is."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grader.i18n import _
from grader.lms.service import ROSTER, Service

_MEDIA = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


@dataclass(frozen=True)
class Member:
    """Somebody in the course. What the LMS keeps for itself is ""."""

    user_id: str
    name: str = ""
    email: str = ""
    sourced_id: str = ""
    is_learner: bool = True
    is_active: bool = True


@dataclass(frozen=True)
class Person:
    """A student as the gradebook knows them."""

    name: str
    lms_user_id: str = ""
    email: str = ""
    full_name: str = ""


def members(service: Service, url: str) -> list[Member]:
    """Raises LmsError."""
    found = []
    for page in service.pages(url, _MEDIA, ROSTER):
        listed = page.get("members", []) if isinstance(page, dict) else []
        found += [_member(entry) for entry in listed if isinstance(entry, dict) and entry.get("user_id")]
    # Who comes into the course between two pages moves the last of a page to the next: they are no two people.
    return list({member.user_id: member for member in found}.values())


def _member(entry: dict[str, Any]) -> Member:
    roles = entry.get("roles") or []
    full = entry.get("name") or f"{entry.get('given_name') or ''} {entry.get('family_name') or ''}"
    return Member(
        # Moodle's are numbers, written as such or not.
        user_id=str(entry["user_id"]),
        name=" ".join(str(full).split()),
        email=str(entry.get("email") or ""),
        sourced_id=str(entry.get("lis_person_sourcedid") or ""),
        is_learner=any(str(role).rpartition("#")[2] in ("Learner", "Student") for role in roles),
        is_active=entry.get("status", "Active") == "Active",
    )


@dataclass(frozen=True)
class Matches:
    """Student → who they are there, or why nobody knows."""

    found: dict[str, Member]
    missing: dict[str, str]


def match(people: Iterable[Person], roster: Iterable[Member]) -> Matches:
    """By the user id that the gradebook has, else by student id or e-mail. Never by name: two may have the same."""
    roster = list(roster)
    by: dict[str, dict[str, list[Member]]] = {kind: defaultdict(list) for kind in ("id", "sourced", "email", "name")}
    for member in roster:
        by["id"][member.user_id].append(member)
        by["sourced"][member.sourced_id.casefold()].append(member)
        by["email"][member.email.casefold()].append(member)
        by["name"][member.name.casefold()].append(member)
    found: dict[str, Member] = {}
    missing: dict[str, str] = {}
    for person in people:
        hits = _hits(person, by)
        gradable = [member for member in hits if member.is_learner and member.is_active]
        if len(gradable) == 1:
            found[person.name] = gradable[0]
        elif hits:
            missing[person.name] = _several(hits) if len(gradable) > 1 else _("is there, but not as an active student")
        else:
            missing[person.name] = _nobody(person, by["name"])
    shared = defaultdict(list)
    for name, member in found.items():
        shared[member.user_id].append(name)
    for names in shared.values():
        if len(names) > 1:
            for name in names:
                del found[name]
                others = ", ".join(other for other in names if other != name)
                missing[name] = _("is the same person there as {others}").format(others=others)
    return Matches(found, missing)


def _hits(person: Person, by: dict[str, dict[str, list[Member]]]) -> list[Member]:
    if person.lms_user_id:
        return by["id"].get(person.lms_user_id, [])
    own, email = person.name.casefold(), person.email.casefold()
    for kind, word in (("sourced", own), ("email", email), ("email", own)):
        if word and (hits := by[kind].get(word)):
            return hits
    return []


def _several(hits: list[Member]) -> str:
    return _("may be one of several there: {ids}").format(ids=", ".join(member.user_id for member in hits))


def _nobody(person: Person, by_name: dict[str, list[Member]]) -> str:
    why = _("nobody there has this student id or e-mail")
    if person.lms_user_id:
        why = _("nobody there has the user id {id}").format(id=person.lms_user_id)
    alike = by_name.get(person.full_name.casefold(), []) if person.full_name else []
    if not alike:
        return why
    line = f'{json.dumps(person.name)} = "{alike[0].user_id}"'
    return _(
        "{why}; the name is that of {ids}. If it is the same person, write into lms.toml, below [students]: {line}"
    ).format(why=why, ids=", ".join(member.user_id for member in alike), line=line)
