"""Students who come from their LMS: a real Hub, a real browser, and a platform of our own that signs who they are.

What it does is OpenID Connect's implicit flow as LTI 1.3 has it (IMS Security Framework 1.0, 5.1.1).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest
from chromium import browser_page
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hub_client import PATIENCE, Hub, open_hub
from jwt.algorithms import RSAAlgorithm
from playwright.sync_api import Page, expect

from grader.classroom.hub import Wanted, configuration
from grader.classroom.places import ClassFolder
from grader.lms.settings import lms_settings

pytestmark = [pytest.mark.daemon, pytest.mark.weekly]
_CLIENT = "10000000000042"
_CLAIM = "https://purl.imsglobal.org/spec/lti/claim"


class Platform:
    """Answers as Moodle: the page that a browser comes to from the Hub and goes back from, and its keys.

    ``logins``: who is logged in there by which hint; ``forged``: hints of those whose word another one signs.
    """

    def __init__(self) -> None:
        self._key, self._others = (generate_private_key(public_exponent=65537, key_size=2048) for _key in range(2))
        self.logins: dict[str, dict[str, Any]] = {}
        self.forged: set[str] = set()
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *words: object) -> None:
                pass

            def do_GET(self) -> None:
                kind, text = platform._answer(self.path)
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(text.encode())

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def launch(self, hub: str, who: str) -> str:
        """Where the browser goes when the one with this hint opens the class in their course."""
        asked = {"iss": self.address, "login_hint": who, "target_link_uri": f"{hub}/hub", "client_id": _CLIENT}
        return f"{hub}/hub/lti13/oauth_login?{urlencode(asked)}"

    def _answer(self, path: str) -> tuple[str, str]:
        if urlsplit(path).path == "/mod/lti/certs.php":
            public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
            return "application/json", json.dumps({"keys": [{**public, "kid": "1", "use": "sig", "alg": "RS256"}]})
        asked = dict(parse_qsl(urlsplit(path).query))
        given = {"id_token": self._token(asked["login_hint"], asked["nonce"]), "state": asked["state"]}
        fields = "".join(f'<input name="{name}" value="{escape(value)}">' for name, value in given.items())
        form = f'<form method="post" action="{escape(asked["redirect_uri"])}">{fields}</form>'
        return "text/html", f"{form}<script>document.forms[0].submit()</script>"

    def _token(self, who: str, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": _CLIENT,
            "iat": now,
            "exp": now + 600,
            "nonce": nonce,
            f"{_CLAIM}/message_type": "LtiResourceLinkRequest",
            f"{_CLAIM}/version": "1.3.0",
            f"{_CLAIM}/deployment_id": "1",
            f"{_CLAIM}/target_link_uri": "http://127.0.0.1/hub",
            f"{_CLAIM}/resource_link": {"id": "1"},
            f"{_CLAIM}/roles": [],
            **self.logins[who],
        }
        return jwt.encode(claims, self._others if who in self.forged else self._key, "RS256", {"kid": "1"})


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    platform = Platform()
    yield platform
    platform.close()


@pytest.fixture(scope="module")
def hub(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A Hub as `drydock serve --lms` configures its logins."""
    course = tmp_path_factory.mktemp("course")
    (course / "lms.toml").write_text(
        f'platform = "moodle"\naddress = "{platform.address}"\ncourse = 5\ntool = 7\nclient_id = "{_CLIENT}"\n'
    )
    wanted = Wanted(ClassFolder(course), course, lms=lms_settings(course), teachers={"root": "Prof@Uni.example"})
    whole = configuration(wanted)
    with open_hub(whole[whole.index("# Who opens this tool") : whole.index("c.Authenticator.admin_users")]) as hub:
        yield hub


@pytest.fixture
def page() -> Iterator[Page]:
    with browser_page() as page:
        yield page


def test_who_opens_the_class_in_the_lms_has_a_server_under_their_mail(hub: Hub, platform: Platform, page: Page) -> None:
    platform.logins["7"] = {"sub": "7", "email": "Ada.Lovelace@Uni.example"}
    page.goto(platform.launch(f"http://127.0.0.1:{hub.port}", "7"))
    page.wait_for_url("**/lab/tree/index.ipynb*")
    expect(page.locator(".jp-Notebook")).to_be_visible(timeout=PATIENCE * 1000)
    # Playwright has this thread's event loop.
    with ThreadPoolExecutor(1) as other:
        said = other.submit(
            hub.sh, "ada.lovelace@uni.example", "id -un; docker run --rm drydock/busybox:1 echo ran"
        ).result()
    assert said.split() == ["ada.lovelace@uni.example", "ran"]


@pytest.mark.parametrize("how", ["forged", "for another tool", "of another platform", "old"])
def test_a_word_that_the_lms_did_not_give_lets_nobody_in(hub: Hub, platform: Platform, page: Page, how: str) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "for another tool": {"aud": "another"},
        "of another platform": {"iss": "http://127.0.0.1:1"},
        "old": {"iat": int(time.time()) - 9000, "exp": int(time.time()) - 8000},
    }
    platform.logins[how] = {"sub": "8", "email": "eve@uni.example", **wrong.get(how, {})}
    platform.forged = {"forged"}
    page.goto(platform.launch(f"http://127.0.0.1:{hub.port}", how))
    page.wait_for_url("**/lti13/oauth_callback*")
    expect(page.get_by_text("40")).not_to_have_count(0)
    assert not [user for user in hub.ask("GET", "/users") if user["name"] == "eve@uni.example"]


def test_a_teacher_is_their_account_on_this_machine(hub: Hub, platform: Platform, page: Page) -> None:
    platform.logins["1"] = {"sub": "1", "email": "prof@uni.example"}
    page.goto(platform.launch(f"http://127.0.0.1:{hub.port}", "1"))
    deadline = time.monotonic() + PATIENCE
    while "root" not in [user["name"] for user in hub.ask("GET", "/users")]:
        assert time.monotonic() < deadline, page.content()
        time.sleep(0.2)
