"""What a student predicted, and what came: kept beside the progress, for the student's eyes only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from grader.files import atomic_write
from grader.locks import locked
from grader.report.progress import ProgressFolder

#: Not .json: those are the labs' own.
_ENDING = ".predictions"


@dataclass(frozen=True)
class Predicted:
    """Numbers of choices, the first one is 1; 0: nothing yet."""

    said: int = 0
    came: int = 0


def predicted_in(folder: ProgressFolder, lab: str) -> Mapping[str, Predicted]:
    """By the predictions' names; nothing where the file is missing or damaged."""
    try:
        content: Any = json.loads(folder.file(lab, _ENDING).read_text(encoding="utf-8"))
        return {str(name): Predicted(int(entry["said"]), int(entry["came"])) for name, entry in content.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def note_predicted(folder: ProgressFolder, lab: str, name: str, predicted: Predicted) -> None:
    """On a full disk, for instance, it isn't noted: that must not make a cell fail."""
    with suppress(OSError):
        folder.path.mkdir(parents=True, exist_ok=True)
        with locked(folder.path / ".lock"):
            known = {**predicted_in(folder, lab), name: predicted}
            content = {each: asdict(entry) for each, entry in known.items()}
            atomic_write(folder.file(lab, _ENDING), json.dumps(content, indent=1))
