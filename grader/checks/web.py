"""An answer over HTTP, and what was expected of it."""

from __future__ import annotations

import base64
import http.client
import json
import re
import shlex
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from grader.checks import arguments
from grader.checks.commands import Outcome
from grader.checks.errors import AuthorError
from grader.checks.expectation import Finding
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Unavailable
from grader.i18n import _
from grader.report.plain import excerpt

#: Seconds for a connection or the next bytes, seconds for a whole answer, and bytes of its body to look at.
_TRY_SECONDS = 3.0
_WHOLE_SECONDS = 5.0
_BODY_LIMIT = 1024 * 1024
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_PAGE = re.compile(r"\s*<(?:!doctype html|html|head|body|h\d)\b", re.IGNORECASE)
_UNSEEN = ("script", "style")


@dataclass(frozen=True)
class Answer:
    """``status`` 0: none came, and ``trouble`` says why. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: str
    trouble: str = ""


@dataclass(frozen=True)
class Question:
    """What a server is asked."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    #: A name and a password (basic authentication).
    user: tuple[str, str] | None = None

    def all_headers(self) -> dict[str, str]:
        """Those of the author, and what makes ``user`` known."""
        known = {} if self.user is None else {"Authorization": basic(self.user)}
        return {**known, **self.headers}

    def shown(self) -> str:
        """As a person would type it: ``POST /orders as ada``."""
        parts = [*([] if self.method == "GET" else [self.method]), self.path]
        parts += [_("as {name}").format(name=self.user[0])] if self.user else []
        return " ".join(parts)

    def curl(self) -> str:
        """The options of curl for it, beside the address."""
        words = [] if self.method == "GET" else ["-X", self.method]
        words += ["-u", ":".join(self.user)] if self.user else []
        for name, value in self.headers.items():
            words += ["-H", f"{name}: {value}"]
        words += ["-d", self.body] if self.body is not None else []
        return shlex.join(words) + " " if words else ""


def basic(user: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(user).encode()).decode()


@dataclass(frozen=True)
class Wanted:
    """What an author asked, and asked of the answer."""

    question: Question
    status: int
    containing: str | None
    lacking: str | None
    matching: re.Pattern[str] | None
    headers: Mapping[str, str]
    json: Mapping[str, object]

    def shown(self) -> str:
        parts = [_("status {status}").format(status=self.status)]
        parts += [_("containing {text!r}").format(text=self.containing)] if self.containing else []
        parts += [_("without {text!r}").format(text=self.lacking)] if self.lacking else []
        parts += [_("matching {text!r}").format(text=self.matching.pattern)] if self.matching else []
        parts += [f"{name}: {value}" for name, value in self.headers.items()]
        parts += [f"{path} = {json.dumps(value, ensure_ascii=False)}" for path, value in self.json.items()]
        return f"{self.question.shown()} {', '.join(parts)}"

    def judge(self, answer: Answer) -> Finding:
        if not answer.status:
            return Finding(False, answer.trouble, because=answer.trouble)
        right = (
            answer.status == self.status
            and (self.containing is None or self.containing in answer.body)
            and (self.lacking is None or self.lacking not in answer.body)
            and (self.matching is None or self.matching.search(answer.body) is not None)
            and _has_values(answer.body, self.json)
            and all(value in answer.headers.get(name.lower(), "") for name, value in self.headers.items())
        )
        found = _("status {status}: {body}").format(
            status=answer.status, body=excerpt(_words(answer.body)) or _("an empty answer")
        )
        unsent = _("not sent")
        shown = [f"{name}: {answer.headers.get(name.lower(), unsent)}" for name in self.headers]
        return Finding(right, ", ".join([found, *shown]))


def wanted(
    path: str,
    *,
    status: int = 200,
    containing: str | None = None,
    lacking: str | None = None,
    matching: str | None = None,
    headers: Mapping[str, str] | None = None,
    json: Mapping[str, object] | None = None,
    method: str | None = None,
    send: str | None = None,
    send_headers: Mapping[str, str] | None = None,
    user: tuple[str, str] | None = None,
) -> Wanted:
    """The author's keywords, looked at. Raises AuthorError."""
    if not re.fullmatch(r"/[!-~]*", arguments.text(path, "path")):
        raise AuthorError(_("path must begin with / and have no spaces, not {value!r}").format(value=path))
    arguments.whole(status, "status", low=100, high=599)
    for text, name in ((containing, "containing"), (lacking, "lacking"), (send, "send")):
        if text is not None:
            arguments.text(text, name)
    if user is not None and (not isinstance(user, tuple) or len(user) != 2 or not all(arguments.texts(user, "user"))):
        raise AuthorError(_("user must be a name and a password, not {value!r}").format(value=user))
    if json is not None and not (isinstance(json, dict) and json and all(isinstance(key, str) for key in json)):
        raise AuthorError(_('json must be paths with values, such as {{"items.0.name": "x"}}'))
    question = Question(
        path,
        arguments.one_of(method or ("GET" if send is None else "POST"), "method", _METHODS),
        arguments.pairs(send_headers, {}, "send_headers") if send_headers else {},
        send,
        user,
    )
    return Wanted(
        question,
        status,
        containing,
        lacking,
        None if matching is None else arguments.pattern(matching, "matching"),
        arguments.pairs(headers, {}, "headers") if headers else {},
        json or {},
    )


def _has_values(body: str, wanted: Mapping[str, object]) -> bool:
    """Whether the body is JSON with these values at these paths (``items.0.name``)."""
    try:
        return all(_at(json.loads(body), path.split(".")) == value for path, value in wanted.items())
    except (ValueError, RecursionError, LookupError):
        return False


def _at(value: object, steps: Sequence[str]) -> object:
    """Raises LookupError where there is no such step, ValueError where a list has a name for one."""
    for step in steps:
        if isinstance(value, dict):
            value = value[step]
        elif isinstance(value, list):
            value = value[int(step)]
        else:
            raise LookupError(step)
    return value


def _words(body: str) -> str:
    """A page's words, without its tags; anything else as it is."""
    if not _PAGE.match(body):
        return body
    reader = _Words()
    try:
        reader.feed(body)
        reader.close()
    except (AssertionError, ValueError):
        # What Python's parser has for `<![x[` and for `&#` with five thousand digits.
        return body
    return "\n".join(reader.words)


class _Words(HTMLParser):
    """Collects what a browser would show of a page. What somebody's server sends need not be well formed."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))

    def handle_data(self, data: str) -> None:
        if not self._unseen and data.strip():
            self.words.append(" ".join(data.split()))


def fetch(host: str, port: int, question: Question) -> Answer:
    """One answer, without following redirects. Never raises for what the server does."""
    connection = http.client.HTTPConnection(host, port, timeout=_TRY_SECONDS)
    limit = Deadline(_WHOLE_SECONDS)
    try:
        connection.connect()
        with cut_off(connection.sock, limit):
            ours = {"Connection": "close", "User-Agent": "drydock-check"}
            body = None if question.body is None else question.body.encode()
            connection.request(question.method, question.path, body, {**ours, **question.all_headers()})
            response = connection.getresponse()
            if limit.is_over():  # An end looks like the end of the headers.
                raise TimeoutError
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, _body(response))
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = (
            _("no whole answer within {seconds:g} s").format(seconds=limit.seconds)
            if limit.is_over()
            else why_none(error)
        )
        return Answer(0, {}, "", _("no answer at {host}:{port}: {why}").format(host=host, port=port, why=why))
    finally:
        connection.close()


def why_none(error: Exception, seconds: float = _TRY_SECONDS) -> str:
    """As a person would say it, without the names that Python has for it."""
    if isinstance(error, ConnectionRefusedError):
        return _("the connection was refused: nobody listens there")
    if isinstance(error, ConnectionError):  # http.client's RemoteDisconnected is one, too.
        return _("the connection was closed without a word")
    if isinstance(error, TimeoutError):
        return _("nothing came within {seconds:g} s").format(seconds=seconds)
    if isinstance(error, ssl.SSLError):
        return _("it speaks no TLS, or another kind of it ({why})").format(why=error.reason or error)
    return (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__


@contextmanager
def cut_off(connected: socket.socket, limit: Deadline) -> Iterator[None]:
    """The connection ends with ``limit``: a server that sends a byte now and then must not hold up the check."""

    def end() -> None:
        with suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(limit.remaining(), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _body(response: http.client.HTTPResponse) -> str:
    """The body as far as it comes: a server that drips or never ends has said what it says until then."""
    body = bytearray()
    with suppress(OSError, http.client.HTTPException, ValueError):
        while len(body) < _BODY_LIMIT and (piece := response.read1(64 * 1024)):
            body += piece
    return body.decode("utf-8", "replace")


def wget(port: int, question: Question, address: str = "127.0.0.1") -> list[str]:
    """The command of busybox that asks it from inside."""
    words = ["wget", "-S", "-T", "3", "-O", "-"]
    for name, value in question.all_headers().items():
        words += ["--header", f"{name}: {value}"]
    words += [] if question.body is None else ["--post-data", question.body]
    return [*words, f"http://{address}:{port}{question.path}"]


def from_wget(outcome: Outcome) -> Answer:
    """The answer as busybox wget -S shows it: headers among its messages, the body as its output."""
    lines = [line.strip() for line in outcome.errors.splitlines()]
    statuses = [match for line in lines if (match := re.fullmatch(r"HTTP/\d\S* (\d{3}).*", line))]
    if not statuses:
        return Answer(0, {}, "", excerpt(outcome.errors) or _("no answer"))
    pairs = (line.partition(":") for line in lines if re.match(r"[A-Za-z-]+: ", line))
    headers = {name.lower(): value.strip() for name, _colon, value in pairs}
    return Answer(int(statuses[-1][1]), headers, outcome.output)


def here(docker_host: str, published_ip: str, port: int) -> str:
    """The address at which a published port is reached from here: ``reachable``, or where a lab engine's relay has it.

    Raises Unavailable where localhost's is somebody else's: that page is no student's fault.
    """
    from grader.engines.detached import local_ports_at

    address = reachable(docker_host, published_ip)
    ports = local_ports_at(docker_host) if address == "127.0.0.1" else None
    if ports is None or port not in ports.refused:
        return address
    if port not in ports.elsewhere:
        raise Unavailable(" ".join(ports.warnings()))
    return ports.elsewhere[port]


def reachable(docker_host: str, published_ip: str) -> str:
    """The address at which a published port is reached from here.

    A daemon behind a socket file publishes on this host; one reached over TCP or SSH publishes on its own.
    """
    if published_ip not in ("0.0.0.0", "::", ""):
        return published_ip
    return (is_remote(docker_host) and urlsplit(docker_host).hostname) or "127.0.0.1"


def is_remote(docker_host: str) -> bool:
    """Whether the daemon may publish its ports on another host than this."""
    return urlsplit(docker_host).scheme in ("tcp", "http", "https", "ssh")
