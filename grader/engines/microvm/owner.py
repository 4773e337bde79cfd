"""Our end of a guest's supervisor: launch it, ask of it, end it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self

from grader.engines import sweep
from grader.engines.layout import runtime_folder, throwaway_name
from grader.engines.microvm.place import GuestFolder
from grader.engines.microvm.spec import GuestSpec
from grader.engines.microvm.visit import Door
from grader.engines.protocol import Endpoint, EngineError
from grader.i18n import _

if TYPE_CHECKING:
    from docker import DockerClient

_PACKAGE_ROOT = Path(__file__).resolve().parents[3]


class Owner:
    """A supervisor that this process launched. Nothing of the guest outlives it, unless the guest is detached."""

    def __init__(self, spec: GuestSpec) -> None:
        self._spec = spec
        self.folder = GuestFolder(Path(spec.folder))
        self._process: subprocess.Popen[bytes] | None = None

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
        code = (
            f"import sys; sys.path.insert(0, {str(_PACKAGE_ROOT)!r}); "
            f"from grader.engines.microvm.supervisor import main; sys.exit(main({str(self.folder.spec)!r}))"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", code],
            stdin=subprocess.DEVNULL if self._spec.detached else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
        answer = self._answer()
        if "error" in answer:
            raise EngineError(_failure(str(answer["error"]), str(answer.get("log", ""))), "drydock doctor")

    def _answer(self) -> dict[str, object]:
        assert self._process is not None and self._process.stdout is not None
        line = self._process.stdout.readline()
        answer: dict[str, object] = json.loads(line) if line else {"error": _("its supervisor was ended")}
        return answer

    def save(self, state: Path) -> None:
        """Write the guest's snapshot; the guest is gone then. Raises EngineError."""
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(f"save {state}\n".encode())
        self._process.stdin.flush()
        answer = self._answer()
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
        process, self._process = self._process, None
        if process is not None:
            if process.stdin is not None:
                process.stdin.close()
            else:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=90)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        if self.folder.path.exists():
            sweep.sweep_one(self.folder)


def _failure(error: str, log: str) -> str:
    text = _("The microVM did not start: {error}.").format(error=error.rstrip("."))
    last = [line.strip() for line in log.strip().splitlines() if line.strip()][-3:]
    return text if not last else text + " " + _("Its last words: {words}").format(words=" / ".join(last))
