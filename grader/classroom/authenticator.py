"""JupyterHub's side of the roster."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from jupyterhub.auth import Authenticator
from traitlets import Unicode

from grader.classroom.roster import is_right


class RosterAuthenticator(Authenticator):  # type: ignore[misc]  # JupyterHub has no types
    """Lets in who is in the roster that ``drydock serve --users`` made."""

    roster = Unicode(config=True, help="The file with names and hashes.")

    async def authenticate(self, _handler: Any, data: dict[str, str]) -> str | None:
        """JupyterHub's own name for this."""
        name, word = data["username"], data["password"]
        return name if await asyncio.to_thread(is_right, Path(self.roster), name, word) else None
