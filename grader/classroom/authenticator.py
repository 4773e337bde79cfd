"""JupyterHub's side of the roster."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from jupyterhub.auth import Authenticator
from traitlets import Bool, Unicode

from grader.classroom.roster import is_in, is_right


class RosterAuthenticator(Authenticator):  # type: ignore[misc]  # JupyterHub has no types
    """Lets in who is in the roster that ``drydock serve --users`` made."""

    roster = Unicode(config=True, help="The file with names and hashes.")

    # Of their server's requests, too: JupyterHub 6.1 lets these pass.
    auth_refresh_strict = Bool(True, config=True, help="Whoever has left the roster is out of a server that runs.")

    async def authenticate(self, _handler: Any, data: dict[str, str]) -> str | None:
        """JupyterHub's own name for this."""
        # As JupyterHub writes it, in small letters: a phone begins with a large one.
        name, word = data["username"].lower(), data["password"]
        return name if await asyncio.to_thread(is_right, Path(self.roster), name, word) else None

    async def refresh_user(self, user: Any, _handler: Any = None) -> bool:
        """JupyterHub's own name for this: asked every few minutes of who is logged in, whose cookie holds two weeks."""
        return is_in(Path(self.roster), user.name)
