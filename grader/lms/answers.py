"""What an LMS's answers say. Where Canvas and Moodle do other than the standard: docs/lms.md has a table of it."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import requests

from grader.i18n import _
from grader.lms.settings import LmsError


def content_of(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise LmsError(
            _("{url} answers with something that is no JSON.").format(url=answer.url),
            _("Open the address in a browser: is it the LMS that is there?"),
        ) from error


def json_or_nothing(answer: requests.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def said(answer: requests.Response) -> str:
    """Why something was refused. Canvas says so in JSON, Moodle in the status line or in JSON."""
    content = json_or_nothing(answer)
    errors = content.get("errors")
    said = content.get("error_description") or content.get("reason") or content.get("error")
    if isinstance(errors, dict):
        said = errors.get("message") or said
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        said = errors[0].get("message") or said
    words = " ".join(str(said or answer.reason or "").split())[:300]
    return f"{answer.status_code} {words}".strip()


def why_not(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return _("its certificate can't be trusted")
    if isinstance(error, requests.Timeout):
        return _("no answer in time")
    return _("no connection")


def is_throttled(answer: requests.Response) -> bool:
    """Canvas said 403 for a long time, and its installations may still."""
    return answer.status_code == 403 and "rate limit exceeded" in answer.text[:500].lower()


def retry_after(text: str) -> float | None:
    """Seconds, or a date (RFC 9110)."""
    if text.strip().isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def with_query(url: str, **more: str) -> str:
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in more]
    return urlunsplit(parts._replace(query=urlencode([*query, *more.items()])))


def next_page(header: str, base: str) -> str | None:
    """Moodle writes rel=“next” with a typographer's quotes in UTF-8, and & as in HTML."""
    text = header.encode("latin-1", "replace").decode("utf-8", "replace")
    for target, about in re.findall(r"<([^>]*)>([^<]*)", text):
        if re.search(r"\brel\s*=\s*[\"'“”]?next\b", about):
            return urljoin(base, html.unescape(target))
    return None
