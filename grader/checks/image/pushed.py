"""Whether an image of the daemon's is also where its name says that it belongs."""

from __future__ import annotations

from grader.checks.expectation import Claim, expectation
from grader.checks.image.subject import ImageSubject
from grader.checks.registry.image import pushed


class Pushed(ImageSubject):
    """What a registry says of an image."""

    @expectation
    def is_pushed(self, *, user: tuple[str, str] | None = None, tls: bool = False) -> Claim:
        """The registry that its name begins with has this very image under this name now."""
        return pushed(self, user, tls)
