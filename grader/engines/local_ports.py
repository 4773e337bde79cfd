"""Where published ports of an engine with a network of its own are on this machine, as its relay notes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.i18n import _


@dataclass(frozen=True)
class LocalPorts:
    """``listening``: on localhost, as one expects. ``refused``: those that somebody else here has, and why;
    ``elsewhere``: the address of this machine's at which they are instead."""

    listening: frozenset[int] = frozenset()
    refused: dict[int, str] = field(default_factory=dict)
    elsewhere: dict[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, note: Path) -> LocalPorts | None:
        """None where nothing is noted: the engine has no relay, or it has not looked yet."""
        try:
            told = json.loads(note.read_text())
            refused = {int(port): str(why) for port, why in told["refused"].items()}
            elsewhere = {int(port): str(address) for port, address in told["elsewhere"].items()}
            return cls(frozenset(told["listening"]), refused, elsewhere)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    @property
    def known(self) -> frozenset[int]:
        return self.listening | self.refused.keys()

    def warnings(self) -> Iterator[str]:
        """A sentence for each port that is not where one looks for it: there may be somebody else's page."""
        for port, why in self.refused.items():
            if port in self.elsewhere:
                yield _("Port {port} on localhost is somebody else's: yours is at http://{address}:{port}/.").format(
                    port=port, address=self.elsewhere[port]
                )
            else:
                yield _("Port {port} is published but not on this machine's localhost: {why}.").format(
                    port=port, why=why
                )
