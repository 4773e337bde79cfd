"""JupyterHub's side of the roster."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from jupyterhub.auth import Authenticator
from traitlets import Bool, Unicode

from grader.classroom.roster import is_in, is_right

#: Passwords that are looked at at once: each takes a processor for a while, and 16 MB.
_AT_ONCE = 2
#: Seconds after which a wrong one is called wrong: doubled with each failure, up to the longest.
_PAUSE = 0.25
_LONGEST_PAUSE = 8.0
#: Seconds without another failure, after which they are forgotten.
_FORGOTTEN = 600.0
#: Failures are counted for some names together: counts of those in the roster alone would say who is in it.
_COUNTS = 1024


class RosterAuthenticator(Authenticator):  # type: ignore[misc]  # JupyterHub has no types
    """Lets in who is in the roster that ``drydock serve --users`` made."""

    roster = Unicode(config=True, help="The file with names and hashes.")

    # Of their server's requests, too: JupyterHub 6.1 lets these pass.
    auth_refresh_strict = Bool(True, config=True, help="Whoever has left the roster is out of a server that runs.")

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._turns = asyncio.Semaphore(_AT_ONCE)
        #: How many failures, and when the last was.
        self._failures = [(0, 0.0)] * _COUNTS

    async def authenticate(self, _handler: Any, data: dict[str, str]) -> str | None:
        """JupyterHub's own name for this."""
        # As JupyterHub writes it, in small letters: a phone begins with a large one.
        name, word = data["username"].lower(), data["password"]
        async with self._turns:
            right = await asyncio.to_thread(is_right, Path(self.roster), name, word)
        if right:
            return name
        # Only of what is wrong: whoever knows the word waits for no more than their turn, whatever others have tried.
        await asyncio.sleep(self._pause(hash(name) % _COUNTS))
        return None

    def _pause(self, count: int) -> float:
        failures, last = self._failures[count]
        now = time.monotonic()
        failures = failures if now - last < _FORGOTTEN else 0
        self._failures[count] = failures + 1, now
        return min(_PAUSE * (1 << min(failures, 10)), _LONGEST_PAUSE)

    async def refresh_user(self, user: Any, _handler: Any = None) -> bool:
        """JupyterHub's own name for this: asked every few minutes of who is logged in, whose cookie holds two weeks."""
        return is_in(Path(self.roster), user.name)
