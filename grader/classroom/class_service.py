"""The class's page as a service of the Hub: who may see it, the Hub says (JupyterHub's "managed services").

    python -m grader.classroom.class_service FOLDER

It runs as the Hub does, for it reads root's folders; it changes nothing.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from tornado import web

from grader.classroom.class_page import class_page, live
from grader.classroom.places import ClassFolder


class _Page(HubOAuthenticated, web.RequestHandler):  # type: ignore[misc]  # JupyterHub has no types
    """GET: the page; with ``?live`` only what changes of it."""

    def initialize(self, place: ClassFolder) -> None:
        self._place = place

    @web.authenticated
    async def get(self) -> None:
        nonce = secrets.token_urlsafe(16)
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; connect-src 'self'; "
            "frame-ancestors 'none'",
        )
        self.set_header("Cache-Control", "no-store")
        if "live" in self.request.arguments:
            self.finish(await asyncio.to_thread(live, self._place))
        else:
            # JupyterHub's token against requests that another page makes (its HubOAuth.check_xsrf_cookie).
            token = self.xsrf_token.decode()
            self.finish(await asyncio.to_thread(class_page, self._place, nonce, token))


def application(place: ClassFolder, prefix: str) -> web.Application:
    """``prefix``: the path below which the Hub's proxy shows it."""
    routes: list[Any] = [
        (prefix, _Page, {"place": place}),
        (f"{prefix}oauth_callback", HubOAuthCallbackHandler),
    ]
    return web.Application(routes, cookie_secret=secrets.token_bytes(32))


async def _serve(folder: Path) -> None:
    """The Hub says where to listen (its own names of environment variables)."""
    address = urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
    app = application(ClassFolder(folder), os.environ["JUPYTERHUB_SERVICE_PREFIX"])
    app.listen(address.port or 0, address.hostname or "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
