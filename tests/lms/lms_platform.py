"""A learning management system of our own: real HTTP, real signatures; it answers as Canvas or as Moodle does.

What it does was read in their sources (docs/lms.md says which): app/controllers/lti/ims of Canvas, mod/lti/token.php
and mod/lti/service of Moodle.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt

from grader.lms.key import ToolKey

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ALL_SCOPES = {f"{AGS}/lineitem", f"{AGS}/lineitem.readonly", f"{AGS}/result.readonly", f"{AGS}/score", NRPS}
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
TEACHER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
MEDIA = {
    "lineitem": "application/vnd.ims.lis.v2.lineitem+json",
    "lineitems": "application/vnd.ims.lis.v2.lineitemcontainer+json",
    "results": "application/vnd.ims.lis.v2.resultcontainer+json",
    "score": "application/vnd.ims.lis.v1.score+json",
    "members": "application/vnd.ims.lti-nrps.v2.membershipcontainer+json",
}
#: Status, content type, content, headers.
type Answer = tuple[Any, str, Any, dict[str, str]]
#: Method, part of the path, a status (or "drop" for a broken connection), and headers; "after": when it was handled.
type Trouble = tuple[str, str, int | str, dict[str, str]]


@dataclass
class Call:
    """One question to a service, and the scopes of its token."""

    handler: BaseHTTPRequestHandler
    granted: set[str]
    query: dict[str, str]


class Platform:
    """``kind``: canvas or moodle. To be used in a ``with`` block."""

    def __init__(self, kind: str, key: ToolKey) -> None:
        self.kind, self.client_id = kind, "10000000000042"
        # Canvas gets a JWK and Moodle PEM, as `drydock grades key` prints them.
        self._key = jwt.PyJWK(key.jwk).key if kind == "canvas" else key.pem
        self.scopes = set(ALL_SCOPES)
        self.members: list[dict[str, Any]] = []
        self.items: dict[int, dict[str, Any]] = {}
        #: (item, user) → points as shown, whole of these, when modified.
        self.grades: dict[tuple[int, str], dict[str, Any]] = {}
        self.scores: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.trouble: list[Trouble] = []
        #: Method and a part of an address → what happens when it is asked for the next time, before the answer, once.
        self.meanwhile: dict[tuple[str, str], Callable[[], None]] = {}
        #: A rule of the LMS: points → points.
        self.rule: Callable[[float], float] = lambda points: points
        self.page = 10 if kind == "canvas" else 0
        self._tokens: dict[str, set[str]] = {}
        self._used: set[str] = set()
        self._lock = threading.RLock()
        platform = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words: object) -> None:
                pass

            def do_GET(self) -> None:
                platform._answer(self, "GET")

            def do_POST(self) -> None:
                platform._answer(self, "POST")

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    # -- For tests.

    def toml(self) -> str:
        tool = "tool = 7\n" if self.kind == "moodle" else ""
        return (
            f'platform = "{self.kind}"\naddress = "{self.address}"\ncourse = 5\n{tool}client_id = "{self.client_id}"\n'
        )

    def enrol(self, *users: str, role: str = LEARNER, **more: Any) -> None:
        """Users by their e-mail's first part; their ids are as the LMS makes them."""
        for user in users:
            user_id = str(uuid.uuid4()) if self.kind == "canvas" else str(100 + len(self.members))
            person = {"name": user.title(), "email": f"{user}@example.org", "user_id": user_id}
            self.members.append({"status": "Active", "roles": [role], **person, **more})

    def id_of(self, user: str) -> str:
        return str(next(member["user_id"] for member in self.members if member["email"] == f"{user}@example.org"))

    def shown(self, user: str) -> float | None:
        grade = next((g for (_item, who), g in self.grades.items() if who == self.id_of(user)), None)
        return None if grade is None else grade["points"]

    def teacher_sets(self, user: str, points: float | None) -> None:
        """In the gradebook's page, by hand."""
        item = next(iter(self.items))
        grade = self.grades.setdefault((item, self.id_of(user)), {"most": self._most(item, None)})
        grade |= {"points": points, "at": time.time()}

    def an_hour_later(self) -> None:
        for grade in self.grades.values():
            grade["at"] -= 3600

    def sent(self, user: str) -> list[dict[str, Any]]:
        """The scores that were taken, the oldest first."""
        return [score for score in self.scores if score["userId"] == self.id_of(user)]

    # -- The server.

    def _answer(self, handler: BaseHTTPRequestHandler, method: str) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        with self._lock:
            path = urlsplit(handler.path).path
            self.asked.append(f"{method} {handler.path}")
            trouble = next((t for t in self.trouble if t[0] == method and t[1] in path), None)
            if trouble:
                self.trouble.remove(trouble)
            for asked in [asked for asked in self.meanwhile if asked[0] == method and asked[1] in handler.path]:
                self.meanwhile.pop(asked)()
            before = trouble and isinstance(trouble[2], int)
            status, media, content, headers = (
                (trouble[2], "application/json", {}, trouble[3])
                if trouble and before and "after" not in trouble[3]
                else self._handle(handler, method, body)
            )
            if trouble and (trouble[2] == "drop" or "after" in trouble[3]):
                if trouble[2] == "drop":
                    handler.close_connection = True
                    handler.connection.close()
                    return
                status, content, headers = trouble[2], {}, {}
        text = b"" if content is None else json.dumps(content).encode()
        handler.send_response(int(status))
        for name, value in {"Content-Type": media, "Content-Length": str(len(text)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text)

    def _handle(self, handler: BaseHTTPRequestHandler, method: str, body: bytes) -> Answer:
        parts = urlsplit(handler.path)
        query = dict(parse_qsl(parts.query))
        if parts.path in ("/login/oauth2/token", "/mod/lti/token.php"):
            return self._token(handler, body)
        start = "/api/lti/courses/5/" if self.kind == "canvas" else "/mod/lti/services.php/"
        words = parts.path.removeprefix(start).strip("/").split("/")
        granted = self._tokens.get(handler.headers.get("Authorization", "").removeprefix("Bearer "))
        if granted is None:
            return self._error(401, "Invalid access token")
        call = Call(handler, granted, query)
        if words in (["names_and_roles"], ["CourseSection", "5", "bindings", "7", "memberships"]):
            return self._page(call, {NRPS}, "members", self.members)
        if self.kind == "moodle":  # 5/lineitems/12/lineitem/scores?type_id=7
            known = words[:2] == ["5", "lineitems"] and query.get("type_id") == "7"
            words = ["line_items" if known else "unknown", *words[2:3], *words[4:]]
        item = int(words[1]) if len(words) > 1 and words[1].isdecimal() else None
        if words[0] != "line_items" or (item is not None and item not in self.items):
            return self._error(404, "Not Found")
        return self._of_columns(call, item, words[2] if len(words) > 2 else "", body)

    def _of_columns(self, call: Call, item: int | None, what: str, body: bytes) -> Answer:
        read = {f"{AGS}/lineitem", f"{AGS}/lineitem.readonly"}
        match call.handler.command, what, item:
            case "GET", "", None:
                return self._page(call, read, "lineitems", [self._described(number) for number in self.items])
            case "GET", "", int():
                described = self._described(item)
                return self._allowed(call, read, "lineitem") or (200, MEDIA["lineitem"], described, {})
            case "POST", "", None:
                return self._allowed(call, {f"{AGS}/lineitem"}, "lineitem") or self._make(json.loads(body))
            case "GET", "results", int():
                found = [self._result(item, user) for (number, user) in self.grades if number == item]
                return self._page(call, {f"{AGS}/result.readonly"}, "results", found)
            case "POST", "scores", int():
                return self._allowed(call, {f"{AGS}/score"}, "score") or self._score(item, json.loads(body))
        return self._error(405, "Method not allowed")

    def _token(self, handler: BaseHTTPRequestHandler, body: bytes) -> Answer:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        assert handler.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert form["grant_type"] == "client_credentials"
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        url = f"{self.address}{urlsplit(handler.path).path}"
        try:
            claims = jwt.decode(
                form["client_assertion"],
                self._key,
                ["RS256"],
                audience=url,
                options={"require": ["iss", "sub", "aud", "iat", "exp", "jti"]},
            )
            assert claims["iss"] == claims["sub"] == self.client_id
            assert claims["jti"] not in self._used, "a replay"
            self._used.add(claims["jti"])
        except (jwt.InvalidTokenError, AssertionError) as error:
            return 400, "application/json", {"error": "invalid_client", "error_description": str(error)}, {}
        wanted = set(form["scope"].split())
        # Canvas refuses all where one is not granted; Moodle grants what it may.
        scopes = wanted & self.scopes
        if not scopes or (self.kind == "canvas" and scopes != wanted):
            return 400, "application/json", {"error": "invalid_scope"}, {}
        token = uuid.uuid4().hex
        self._tokens[token] = scopes
        content = {"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": " ".join(scopes)}
        return 200, "application/json", content, {}

    def forget_tokens(self) -> None:
        self._tokens.clear()

    def _allowed(self, call: Call, scopes: set[str], media: str) -> Answer | None:
        if not call.granted & scopes:
            return self._error(401 if self.kind == "canvas" else 403, "Insufficient permissions")
        header = call.handler.headers.get("Accept" if call.handler.command == "GET" else "Content-Type", "")
        if header != MEDIA[media]:  # Moodle compares letter by letter; Canvas wants it of what is sent
            return self._error(400 if self.kind == "moodle" else 415, "No context or unsupported content type")
        return None

    def _page(self, call: Call, scopes: set[str], media: str, all_of: list[Any]) -> Answer:
        if refused := self._allowed(call, scopes, media):
            return refused
        limit = min(int(call.query.get("limit", self.page or 0)) or len(all_of) or 1, self.page or 10**6)
        key = "from" if self.kind == "moodle" else "page"
        start = int(call.query.get(key, 0))
        some = all_of[start : start + limit]
        headers = {}
        if start + limit < len(all_of):
            following = (
                f"{self.address}{urlsplit(call.handler.path).path}?{urlencode({**call.query, key: start + limit})}"
            )
            link = f'<{self.address}/first>; rel="first", <{following}>; rel="next"'
            if self.kind == "moodle" and media != "members":
                # moodle_url::out() escapes for HTML, and somebody typed typographer's quotes.
                link = f"<{self.address}/first>; rel=“first”, <{following.replace('&', '&amp;')}>; rel=“next”"
            headers["Link"] = link.encode().decode("latin-1")
        content = {"id": "x", "context": {"id": "5"}, "members": some} if media == "members" else some
        return 200, MEDIA[media], content, headers

    def _described(self, number: int) -> dict[str, Any]:
        item = self.items[number]
        if self.kind == "canvas":
            return {"id": f"{self.address}/api/lti/courses/5/line_items/{number}", **item}
        return {"id": f"{self.address}/mod/lti/services.php/5/lineitems/{number}/lineitem?type_id=7", **item}

    def _make(self, content: dict[str, Any]) -> Answer:
        if not content.get("label") or not isinstance(content.get("scoreMaximum"), int | float):
            return self._error(400, "No label or Score Maximum")
        number = 12 + len(self.items)
        kept = {"label", "scoreMaximum", "tag"} | ({"resourceId"} if self.kind == "canvas" else set())
        self.items[number] = {name: value for name, value in content.items() if name in kept}
        if self.kind == "moodle":  # what is sent as resourceId gets lost between two tables
            self.items[number]["resourceId"] = ""
        return 201, MEDIA["lineitem"], self._described(number), {}

    def _most(self, item: int, sent: float | None) -> float:
        """What a result is said to be of: Moodle's 100 is the default of a table's column."""
        return 100.0 if self.kind == "moodle" else float(sent or self.items[item]["scoreMaximum"])

    def _result(self, item: int, user: str) -> dict[str, Any]:
        grade = self.grades[item, user]
        base = {"id": f"{self.address}/results/{user}", "userId": user}
        if grade["points"] is None or (self.kind == "moodle" and not grade["points"]):
            return base
        points = grade["points"]
        if self.kind == "canvas":
            points = points * grade["most"] / self.items[item]["scoreMaximum"]
        return {**base, "resultScore": points, "resultMaximum": grade["most"]}

    def _score(self, item: int, score: dict[str, Any]) -> Answer:
        at = datetime.fromisoformat(score["timestamp"]).timestamp()
        member = next((m for m in self.members if m["user_id"] == score["userId"]), None)
        assert score["activityProgress"] in ("Initialized", "Started", "InProgress", "Submitted", "Completed")
        assert score["gradingProgress"] in ("FullyGraded", "Pending", "PendingManual", "Failed", "NotReady")
        if member is None or LEARNER not in member["roles"]:
            return self._error(422 if self.kind == "canvas" else 400, "User not found in course or is not a student")
        old = self.grades.get((item, score["userId"]))
        if old and self.kind == "moodle" and int(old["at"]) >= int(at):
            return self._error(409, "Refusing score with an earlier timestamp")
        if old and self.kind == "canvas" and old.get("by_tool", 0) > at:
            return self._error(400, "Provided timestamp before last updated timestamp")
        accepted = ("FullyGraded",) if self.kind == "moodle" else ("FullyGraded", "PendingManual")
        points = score.get("scoreGiven") if score["gradingProgress"] in accepted else None
        if points is not None:
            points = self.rule(points * self.items[item]["scoreMaximum"] / score["scoreMaximum"])
        most = self._most(item, score.get("scoreMaximum"))
        self.grades[item, score["userId"]] = {"points": points, "most": most, "at": at, "by_tool": at}
        self.scores.append(score)
        if self.kind == "canvas":
            return 200, MEDIA["score"], {"resultUrl": f"{self.address}/results/1"}, {}
        return 200, MEDIA["score"], None, {}

    def _error(self, status: int, why: str) -> Answer:
        if self.kind == "canvas":
            return status, "application/json", {"errors": {"type": "x", "message": why}}, {}
        return status, "application/json", {"status": status, "reason": why}, {}
