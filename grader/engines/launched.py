"""A supervisor's process, as whoever launched it has it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from grader.i18n import _

PACKAGE_ROOT = Path(__file__).resolve().parents[2]


class Launched:
    """It ends when this process does, unless it is ``detached``. ``bare``: for one that needs no installed package."""

    def __init__(self, module: str, spec: Path, *, detached: bool, bare: bool) -> None:
        code = (
            f"import sys; sys.path.insert(0, {str(PACKAGE_ROOT)!r}); from {module} import main; "
            f"sys.exit(main({str(spec)!r}))"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-I", *(["-S"] if bare else []), "-c", code],
            stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )

    def answer(self) -> dict[str, object]:
        """Its next answer; one with an "error" if it ended without a word."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        answer: dict[str, object] = json.loads(line) if line else {"error": _("its supervisor was ended")}
        return answer

    def tell(self, line: str) -> None:
        """To one that is not detached."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def end(self, within: float) -> None:
        """Ask it to end, and return when it did; kill it after so many seconds."""
        process = self._process
        if process.stdin is not None:
            process.stdin.close()
        else:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def with_last_words(sentence: str, answer: dict[str, object]) -> str:
    """The sentence and the end of the log in a supervisor's answer."""
    lines = [line.strip() for line in str(answer.get("log", "")).splitlines()]
    last = [line for line in lines if line and "level=warning" not in line][-3:]
    return sentence if not last else sentence + " " + _("Its last words: {words}").format(words=" / ".join(last))
