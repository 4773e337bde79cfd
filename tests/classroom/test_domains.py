"""A student's page against others in a real Chromium: with one address for all, and with a name for each server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from chromium import NEEDS_CHROMIUM, browser_page
from hub_client import PATIENCE, Hub, open_hub, sign_in
from playwright.sync_api import Page, expect

from grader.classroom.places import ClassFolder

pytestmark = [pytest.mark.daemon, pytest.mark.browser, pytest.mark.weekly, NEEDS_CHROMIUM]
#: A folder of JupyterLab's extensions: what its owner put there it gives out as it is, scripts and all.
_EXTENSION = ".local/share/jupyter/labextensions/trap"
_TRAP = """<!doctype html><title>waits</title><body></body><script>
const asked = %s.map(url => fetch(url, {credentials: "include"}).then(answer => answer.text()));
Promise.allSettled(asked).then(all => {
    document.body.innerText = all.map(one => one.value ?? "rejected").join("\\n");
    document.title = "sprung";
});
</script>"""
_CONNECTS = """url => new Promise(told => {
    const socket = new WebSocket(url);
    socket.onopen = () => told("open");
    socket.onerror = () => told("refused");
})"""


@contextmanager
def classroom(domain: str) -> Iterator[Hub]:
    """A Hub with the servers of ada and bob. Chromium finds each name below "localhost" here (RFC 6761)."""
    with open_hub(domain=domain) as hub:
        for name in ("ada", "bob"):
            hub.begin(name)
        deadline = time.monotonic() + PATIENCE
        while not (hub.is_ready("ada") and hub.is_ready("bob")):
            assert time.monotonic() < deadline, hub.log.read_text()[-3000:]
            time.sleep(0.2)
        yield hub


def log_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/hub/login")
    sign_in(page, name)
    # Else the next page that is asked for would come without its cookies.
    page.wait_for_url(lambda url: "/hub/login" not in url)


def what_the_trap_gets(hub: Hub, page: Page, of_server: str) -> str:
    """Bob, logged in and at work, follows a link to ada's server: what her page reads of the Hub's and of his."""
    hubs, bobs, adas = f"{hub.address}/hub/home", of_server.format("bob"), of_server.format("ada")
    trap = ClassFolder(hub.folder).student("ada").path / "disk/home" / _EXTENSION / "trap.html"
    trap.parent.mkdir(parents=True, exist_ok=True)
    trap.write_text(_TRAP % json.dumps([hubs, f"{bobs}/user/bob/api/contents"]))
    log_in(page, hub.address, "bob")
    page.goto(f"{bobs}/user/bob/lab")
    expect(page.locator("#jp-main-dock-panel")).to_be_visible()
    # The way of kernels and terminals.
    assert page.evaluate(_CONNECTS, f"{bobs}/user/bob/api/events/subscribe".replace("http", "ws", 1)) == "open"
    page.goto(f"{adas}/user/ada/lab/extensions/trap/trap.html")
    expect(page).to_have_title("sprung")
    return page.locator("body").inner_text()


def test_with_one_address_a_page_acts_for_whoever_sees_it() -> None:
    """What docs/class-server.md warns of; if it fails one day, the warning is not needed any more."""
    with classroom("") as hub, browser_page() as page:
        said = what_the_trap_gets(hub, page, hub.address)
    assert 'user: "bob"' in said and "xsrf_token" in said, said


def test_with_a_name_for_each_server_a_browser_keeps_them_apart() -> None:
    with classroom("hub.localhost") as hub:
        with browser_page() as page:
            said = what_the_trap_gets(hub, page, hub.address.replace("://", "://{}."))
        assert said.split() == ["rejected", "rejected"]
        with browser_page() as page:
            log_in(page, hub.address, "teacher")
            page.goto(f"{hub.address.replace('://', '://class--service.')}/services/class/")
            expect(page.get_by_role("cell", name="bob", exact=True)).to_be_visible()
