"""Where the marks go: ``lms.toml`` in the course's folder names the platform, the course there and this tool in it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from grader.errors import ExpectedError
from grader.i18n import _

FILE = "lms.toml"
_PAGE = "docs/lms.md"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: What the addresses are made of; each may be given by itself, too.
_PLATFORMS: dict[str, dict[str, str]] = {
    "canvas": {
        "token_url": "{address}/login/oauth2/token",
        "line_items_url": "{address}/api/lti/courses/{course}/line_items",
        "memberships_url": "{address}/api/lti/courses/{course}/names_and_roles",
        # Whoever hosts a Canvas of their own may have set another issuer.
        "issuer": "https://canvas.instructure.com",
        "authorize_url": "{address}/api/lti/authorize_redirect",
        "jwks_url": "{address}/api/lti/security/jwks",
    },
    "moodle": {
        "token_url": "{address}/mod/lti/token.php",
        "line_items_url": "{address}/mod/lti/services.php/{course}/lineitems?type_id={tool}",
        "memberships_url": "{address}/mod/lti/services.php/CourseSection/{course}/bindings/{tool}/memberships",
        "issuer": "{address}",
        "authorize_url": "{address}/mod/lti/auth.php",
        "jwks_url": "{address}/mod/lti/certs.php",
    },
}
_PARTS = ("platform", "address", "course", "tool")
_URLS = ("token_url", "line_items_url", "memberships_url")
_LOGIN_URLS = ("issuer", "authorize_url", "jwks_url")


class LmsError(ExpectedError):
    """Nothing can be sent, or no more. ``str()`` is one sentence; ``remedy`` what to do."""


@dataclass(frozen=True)
class LmsSettings:
    """``audience``: whom the signed request for a token is for; ``labs``: lab → the address of its column there;
    ``students``: student → the user id they have there. ``issuer``, ``authorize_url`` and ``jwks_url`` are needed where
    people log in from there, and may be "".
    """

    client_id: str
    token_url: str
    line_items_url: str
    memberships_url: str
    audience: str
    labs: Mapping[str, str]
    students: Mapping[str, str]
    issuer: str = ""
    authorize_url: str = ""
    jwks_url: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.line_items_url).netloc

    def column_of(self, lab: str) -> str:
        """The address that ``labs`` has for a lab, by its name or its number ("03"), or ""."""
        return self.labs.get(lab) or self.labs.get(lab.partition("-")[0], "")

    def check_login(self, root: Path) -> None:
        """Raises LmsError where nobody could log in from there."""
        for name in _LOGIN_URLS:
            if not getattr(self, name):
                raise _wrong(root / FILE, _("{name} is missing").format(name=name))


def lms_settings(root: Path) -> LmsSettings:
    """Those of the course in this folder. Raises LmsError with what is wrong in the file."""
    path = root / FILE
    try:
        # With the mark that Windows' editor puts before it, too.
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise LmsError(
            _("There is no {file}: nobody said which LMS the marks go to.").format(file=path),
            _("Write it as {page} says.").format(page=_PAGE),
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, str(error)) from error
    labs, students = content.pop("labs", {}), content.pop("students", {})
    known = {*_PARTS, *_URLS, *_LOGIN_URLS, "client_id", "audience"}
    if unknown := sorted(set(content) - known):
        raise _wrong(path, _("it knows no {names}").format(names=", ".join(unknown)))
    if not isinstance(labs, dict) or not all(isinstance(url, str) for url in labs.values()):
        raise _wrong(path, _('[labs] has lines like 03-networks = "https://…"'))
    if not isinstance(students, dict) or not all(isinstance(user, str | int) for user in students.values()):
        raise _wrong(path, _('[students] has lines like ada = "4711"'))
    # A course's number may stand there as a number.
    words = {name: str(value) for name, value in content.items()}
    urls = _from_platform(path, words)
    urls |= {name: words[name] for name in (*_URLS, *_LOGIN_URLS) if name in words}
    for name in ("client_id", *_URLS):
        if not (urls.get(name) or words.get(name)):
            raise _wrong(path, _("{name} is missing").format(name=name))
    for url in (*urls.values(), *labs.values()):
        safe(url)
    return LmsSettings(
        words["client_id"],
        **urls,
        audience=words.get("audience", urls["token_url"]),
        labs=dict(labs),
        students={name: str(user) for name, user in students.items()},
    )


def _from_platform(path: Path, words: Mapping[str, str]) -> dict[str, str]:
    name = words.get("platform", "")
    if not name:
        return {}
    if name not in _PLATFORMS:
        platforms = _(" or ").join(_PLATFORMS)
        raise _wrong(path, _("platform is {platforms}, or left out").format(platforms=platforms))
    parts: dict[str, Any] = {part: words.get(part, "").rstrip("/") for part in _PARTS}
    for part in ("address", "course", *(("tool",) if name == "moodle" else ())):
        if not parts[part]:
            raise _wrong(path, _("{name} is missing").format(name=part))
    return {url: text.format(**parts) for url, text in _PLATFORMS[name].items()}


def _wrong(path: Path, why: str) -> LmsError:
    return LmsError(
        _("{path} can't be used: {why}.").format(path=path, why=why), _("Compare it with {page}.").format(page=_PAGE)
    )


def safe(url: str) -> str:
    """The address itself. Raises LmsError where others could read marks and the token on the way."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if host and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)):
        return url
    raise LmsError(
        _("“{url}” is no https address: marks go over no other.").format(url=url),
        _("Compare it with {page}.").format(page=_PAGE),
    )
