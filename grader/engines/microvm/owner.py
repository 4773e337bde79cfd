"""Our end of a guest's supervisor: launch it, ask of it, end it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self

from grader.engines import sweep
from grader.engines.launched import Launched, with_last_words
from grader.engines.layout import runtime_folder, throwaway_name
from grader.engines.microvm.place import GuestFolder
from grader.engines.microvm.spec import GuestSpec
from grader.engines.microvm.visit import Door
from grader.engines.protocol import Endpoint, EngineError
from grader.i18n import _

if TYPE_CHECKING:
    from docker import DockerClient


class Owner:
    """A supervisor that this process launched. Nothing of the guest outlives it, unless the guest is detached."""

    def __init__(self, spec: GuestSpec) -> None:
        self._spec = spec
        self.folder = GuestFolder(Path(spec.folder))
        self._supervisor: Launched | None = None

    @classmethod
    def for_throwaway(cls, spec_for: Callable[[Path], GuestSpec]) -> Self:
        """An owner of a guest in a new folder."""
        folder = runtime_folder() / throwaway_name()
        folder.mkdir(mode=0o700)
        try:
            return cls(spec_for(folder))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def launch(self) -> None:
        """Return when the daemon's API answers. Raises EngineError."""
        self._spec.save(self.folder.spec)
        self._supervisor = Launched(
            "grader.engines.microvm.supervisor", self.folder.spec, detached=self._spec.detached, bare=False
        )
        answer = self._supervisor.answer()
        if "error" in answer:
            sentence = _("The microVM did not start: {error}.").format(error=str(answer["error"]).rstrip("."))
            raise EngineError(with_last_words(sentence, answer), "drydock doctor")

    def save(self, state: Path) -> None:
        """Write the guest's snapshot; the guest is gone then. Raises EngineError."""
        assert self._supervisor is not None
        self._supervisor.tell(f"save {state}")
        answer = self._supervisor.answer()
        if "error" in answer:
            raise EngineError(_("The microVM can't be saved: {why}").format(why=answer["error"]), "drydock doctor")

    def client(self, timeout: float) -> DockerClient:
        return Endpoint(host=f"unix://{self.folder.socket}").client(timeout=timeout)

    def door(self) -> Door:
        """The running guest's door."""
        port = int(json.loads(self.folder.state.read_text())["port"])
        return Door(port, self.folder.key.read_text())

    def end(self) -> None:
        """End the guest and remove what belongs to it. Safe to call twice."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            supervisor.end(within=90)
        if self.folder.path.exists():
            sweep.sweep_one(self.folder)
