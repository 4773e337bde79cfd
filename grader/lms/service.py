"""Talking to the LMS: tokens (https://www.imsglobal.org/spec/security/v1p0), pages, patience."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from grader.i18n import _
from grader.lms.answers import (
    content_of,
    is_throttled,
    json_or_nothing,
    next_page,
    retry_after,
    said,
    why_not,
    with_query,
)
from grader.lms.key import ToolKey
from grader.lms.settings import LmsError, LmsSettings, safe

_AGS = "https://purl.imsglobal.org/spec/lti-ags/scope"
COLUMNS = f"{_AGS}/lineitem"
COLUMNS_READ = f"{_AGS}/lineitem.readonly"
RESULTS = f"{_AGS}/result.readonly"
SCORES = f"{_AGS}/score"
ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"

#: Canvas gives ten at a time where nobody asks for more, and a hundred at most.
_PAGE = 100
_MOST_PAGES = 1000
_TRIES = 6
_TIMEOUT = 60.0
#: Longer than this nobody waits at a terminal.
_LONGEST_WAIT = 300.0
_BUSY = (429, 503)
_BROKEN = (500, 502, 504)


class Unsure(Exception):
    """What was sent may have arrived, or not: look before it is sent again. ``str()`` says what happened."""


class Refused(Exception):
    """The LMS did not take this one thing; another may go through. ``str()`` is its reason."""

    def __init__(self, why: str, status: int) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class _Token:
    text: str
    until: float


class _Bearer(requests.auth.AuthBase):
    """The token; a password for this host in ~/.netrc would take its place otherwise."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Service:
    """The services of one LMS for one course. One question at a time: Canvas slows down who asks many at once."""

    def __init__(self, settings: LmsSettings, key: ToolKey, sleep: Callable[[float], None] | None = None) -> None:
        self._settings = settings
        self._key = key
        self._sleep = sleep or time.sleep
        self._tokens: dict[str, _Token] = {}
        self._session = requests.Session()

    # -- What others ask for.

    def pages(self, url: str, media: str, *scopes: str) -> Iterator[Any]:
        """The JSON of each page. The first of ``scopes`` that the LMS grants is used. Raises LmsError."""
        following: str | None = with_query(url, limit=str(_PAGE))
        seen: set[str] = set()
        while following and following not in seen:
            seen.add(following)
            if len(seen) > _MOST_PAGES:
                raise LmsError(_("The LMS has no end of pages at {url}.").format(url=url))
            answer = self._read(following, media, scopes)
            yield content_of(answer)
            following = next_page(answer.headers.get("Link", ""), following)

    def get(self, url: str, media: str, *scopes: str) -> Any:
        """The JSON of one thing. Raises LmsError."""
        return content_of(self._read(url, media, scopes))

    def post(self, url: str, media: str, content: Mapping[str, Any], scope: str, again: int = 0) -> dict[str, Any]:
        """The JSON object of the answer, empty where there is none. Raises Refused, LmsError, and Unsure after a pause.

        ``again``: how often it was tried before; the pause gets longer.
        """
        for tried in range(_TRIES):
            bearer = self._bearer((scope,))
            try:
                answer = self._send("POST", url, bearer, json=content, headers={"Content-Type": media, "Accept": media})
            except requests.RequestException as error:
                self._wait(again, None)
                raise Unsure(why_not(error)) from error
            if answer.status_code == 401 and not tried:
                self._tokens.clear()
            elif answer.status_code == 429 or is_throttled(answer):
                self._wait(tried, answer)
            elif answer.status_code >= 500:
                self._wait(again, answer)
                raise Unsure(said(answer))
            elif answer.status_code in (400, 409, 412, 422):
                raise Refused(said(answer), answer.status_code)
            elif not answer.ok or answer.is_redirect:
                raise self._no_access(url, answer)
            else:
                return json_or_nothing(answer)
        raise self._too_busy(url)

    # -- How it is done.

    def _read(self, url: str, media: str, scopes: tuple[str, ...]) -> requests.Response:
        why = ""
        for tried in range(_TRIES):
            bearer = self._bearer(scopes)
            try:
                answer = self._send("GET", url, bearer, headers={"Accept": media})
            except requests.RequestException as error:
                why = why_not(error)
                self._wait(tried, None)
                continue
            if answer.status_code == 401 and not tried:
                self._tokens.clear()
            elif answer.status_code in (*_BUSY, *_BROKEN) or is_throttled(answer):
                why = said(answer)
                self._wait(tried, answer)
            elif not answer.ok or answer.is_redirect:
                raise self._no_access(url, answer)
            else:
                return answer
        raise self._too_busy(url, why)

    def _send(self, method: str, url: str, token: str, **more: Any) -> requests.Response:
        # No redirects: a POST would become a GET on its way.
        return self._session.request(
            method, safe(url), auth=_Bearer(token), timeout=_TIMEOUT, allow_redirects=False, **more
        )

    def _wait(self, tried: int, answer: requests.Response | None) -> None:
        asked = retry_after(answer.headers.get("Retry-After", "")) if answer is not None else None
        if asked is not None and asked > _LONGEST_WAIT:
            raise LmsError(
                _("The LMS has too much to do, and asks to be left alone for {minutes:.0f} minutes.").format(
                    minutes=asked / 60
                ),
                _("Give the same command again then: nothing is sent twice."),
            )
        if tried + 1 < _TRIES:
            self._sleep(2.0**tried if asked is None else asked)

    def _bearer(self, scopes: tuple[str, ...]) -> str:
        for scope in scopes:
            token = self._tokens.get(scope)
            if token is not None and token.until > time.time():
                return token.text
        trouble: LmsError | None = None
        for scope in scopes:
            try:
                self._tokens[scope] = self._new_token(scope)
            except _NotGranted as error:
                trouble = error
            else:
                return self._tokens[scope].text
        assert trouble is not None
        raise trouble

    def _new_token(self, scope: str) -> _Token:
        why = ""
        for tried in range(_TRIES):
            form = {
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": self._key.assertion(self._settings.client_id, self._settings.audience),
                "scope": scope,
            }
            try:
                answer = self._send("POST", self._settings.token_url, "", data=form)
            except requests.RequestException as error:
                why = why_not(error)
                self._wait(tried, None)
                continue
            if answer.status_code in (*_BUSY, *_BROKEN) or is_throttled(answer):
                why = said(answer)
                self._wait(tried, answer)
                continue
            return self._token_in(answer, scope)
        raise self._too_busy(self._settings.token_url, why)

    def _token_in(self, answer: requests.Response, scope: str) -> _Token:
        content = content_of(answer) if answer.ok and not answer.is_redirect else json_or_nothing(answer)
        if not answer.ok or answer.is_redirect or not isinstance(content.get("access_token"), str):
            if content.get("error") == "invalid_scope":
                raise _NotGranted(scope)
            raise LmsError(
                _("The LMS gives no token: {why}.").format(why=said(answer).rstrip(".")),
                _("Compare client_id in lms.toml, the key (drydock grades key) and this machine's clock (date -u)."),
            )
        # Moodle grants what it may and is silent about the rest.
        if "scope" in content and scope not in str(content["scope"]).split():
            raise _NotGranted(scope)
        try:
            holds = float(content.get("expires_in", 3600))
        except (TypeError, ValueError):
            holds = 3600.0
        return _Token(content["access_token"], time.time() + holds - 60)

    def _no_access(self, url: str, answer: requests.Response) -> LmsError:
        return LmsError(
            _("The LMS does not let this tool use {url}: {why}.").format(url=url, why=said(answer).rstrip(".")),
            _("Compare the course's number in lms.toml, and see whether the tool is in that course (docs/lms.md)."),
        )

    def _too_busy(self, url: str, why: str = "") -> LmsError:
        return LmsError(
            _("The LMS did not answer at {url}, asked {times} times: {why}.").format(
                url=url, times=_TRIES, why=why.rstrip(".") or _("too busy")
            ),
            _("Give the same command again later: nothing is sent twice."),
        )


class _NotGranted(LmsError):
    def __init__(self, scope: str) -> None:
        what = {
            COLUMNS: _("make columns in its gradebook"),
            COLUMNS_READ: _("see its columns in the gradebook"),
            RESULTS: _("read results"),
            SCORES: _("send scores"),
            ROSTER: _("see who is in the course"),
        }[scope]
        super().__init__(
            _("The LMS does not allow this tool to {what}.").format(what=what),
            _("Switch {scope} on for the tool: docs/lms.md").format(scope=scope),
        )
