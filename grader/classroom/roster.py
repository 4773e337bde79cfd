"""Who is in the class, from a teacher's CSV file, and their passwords.

Passwords are made here, for nobody chooses a good one for a course. Kept are their scrypt hashes (RFC 7914); the words
themselves stand in one file, to be handed out and removed.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import json
import secrets
import shlex
from contextlib import AbstractContextManager
from pathlib import Path

from grader.classroom.places import ClassError, checked_name
from grader.errors import sudo_drydock
from grader.files import atomic
from grader.i18n import _
from grader.locks import locked

#: Without what is mistaken for another: 31 letters and digits, 4 x 4 of them are 79 bits.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"[:31]
#: A salt, and no hash that a word could have.
_NOBODYS = f"{base64.b64encode(bytes(16)).decode()}$"


def read_names(table: Path) -> list[str]:
    """The first column of a CSV file, without a heading “name”. Raises ClassError with the line."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = [
                (number, row[0].strip()) for number, row in enumerate(csv.reader(file), 1) if row and row[0].strip()
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ClassError(
            _("{file} can't be read: {why}.").format(file=table, why=getattr(error, "strerror", None) or error),
            f"ls -l '{table}'",
        ) from None
    if rows and rows[0][1].casefold() in ("name", "user", "username"):
        rows = rows[1:]
    names: list[str] = []
    for number, name in rows:
        try:
            names.append(checked_name(name))
        except ClassError as error:
            raise ClassError(
                _("{file}, line {number}: {why}").format(file=table, number=number, why=error),
                f"nano +{number} '{table}'",
            ) from None
    if not names:
        raise ClassError(_("{file} names nobody.").format(file=table), f"nano '{table}'")
    return list(dict.fromkeys(names))


def update(roster: Path, passwords: Path, names: list[str]) -> dict[str, str]:
    """Make the roster hold these names and no others; returns the passwords of those who are new."""
    with _locked(roster):
        known = _read(roster)
        kept = {name: known[name] for name in names if name in known}
        return _make(roster, passwords, kept, [name for name in names if name not in known])


def add(roster: Path, passwords: Path, names: list[str]) -> dict[str, str]:
    """Add who is new among these names; returns their passwords."""
    with _locked(roster):
        known = _read(roster)
        return _make(roster, passwords, known, [name for name in names if name not in known])


def renew(roster: Path, passwords: Path, names: list[str]) -> dict[str, str]:
    """New passwords for some who are in the roster already. Raises ClassError for who is not."""
    with _locked(roster):
        known = _read(roster)
        for name in names:
            if name not in known:
                raise ClassError(
                    _("There is no “{name}” in the class's list.").format(name=name),
                    "drydock serve --users users.csv --add",
                )
        return _make(roster, passwords, known, names)


def _locked(roster: Path) -> AbstractContextManager[None]:
    """Two commands at a time would each write what they read before the other had written."""
    return locked(roster.with_name(f".{roster.name}.lock"))


def _make(roster: Path, passwords: Path, kept: dict[str, str], names: list[str]) -> dict[str, str]:
    made = {name: _password() for name in names}
    # The words first: a hash whose word nobody knows would keep a student out for good.
    if made:
        _write_passwords(passwords, made)
    with atomic(roster, mode=0o600) as draft:
        draft.write_text(json.dumps({**kept, **{name: _hashed(word) for name, word in made.items()}}, indent=1))
    return made


def _write_passwords(file: Path, made: dict[str, str]) -> None:
    """Into a CSV file that only its owner may read; a word that no longer holds goes."""
    before = file.read_text().splitlines() if file.exists() else ["name,password"]
    kept = [line for line in before if line.partition(",")[0] not in made]
    with atomic(file, mode=0o600) as draft:
        draft.write_text("".join(f"{line}\n" for line in (*kept, *map(",".join, made.items()))))


def is_in(roster: Path, name: str) -> bool:
    """Whether the roster has this name."""
    return name in _read(roster)


def is_right(roster: Path, name: str, word: str) -> bool:
    """Whether the roster knows this name with this password. As long for a name that is in no roster."""
    noted = _read(roster).get(name, _NOBODYS)
    salt, _digest = noted.split("$")
    return hmac.compare_digest(noted, _hashed(word, base64.b64decode(salt))) and bool(word)


def _read(roster: Path) -> dict[str, str]:
    """Raises ClassError where a power cut, or somebody's editor, has left no list."""
    try:
        found: dict[str, str] = json.loads(roster.read_text())
    except FileNotFoundError:
        return {}
    except ValueError:
        raise ClassError(
            _(
                "The class's list of names {file} is damaged. Bring it back from a backup; made anew, by the same "
                "command as at first, it has new passwords for all."
            ).format(file=roster),
            f"sudo mv {shlex.quote(str(roster))} {shlex.quote(f'{roster}.old')} && "
            + sudo_drydock("serve --users users.csv --teacher NAME"),
        ) from None
    return found


def _password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _letter in range(4)) for _word in range(4))


def _hashed(word: str, salt: bytes | None = None) -> str:
    salt = salt or secrets.token_bytes(16)
    digest = hashlib.scrypt(word.encode(), salt=salt, n=2**14, r=8, p=1)
    return "$".join(base64.b64encode(part).decode() for part in (salt, digest))
