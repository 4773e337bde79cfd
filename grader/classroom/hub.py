"""The Hub of ``drydock serve``: what it needs on this machine, and its configuration."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

_PROXY = "configurable-http-proxy"


def proxy_program() -> str | None:
    """The Hub's proxy: on the PATH, or in this Python environment."""
    own = Path(sys.prefix, "lib", _PROXY, "node_modules/.bin", _PROXY)
    return shutil.which(_PROXY) or (str(own) if own.exists() else None)
