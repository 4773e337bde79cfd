"""Who grades a parcel: this process with a sandbox of its own; nobody yet; or somebody who has done it already."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterable
from logging import Logger
from typing import Protocol

from nbformat import from_dict

from grader.autograde.copying import hand_over
from grader.autograde.grading import Grading
from grader.autograde.ordinary import NbgraderTests
from grader.autograde.parcel import GradedParcel, Parcel, unpack
from grader.autograde.records import our_fault
from grader.engines import EngineError
from grader.i18n import _
from grader.sandbox import KernelLost
from grader.sandbox.sandbox import SandboxSupply
from grader.values import StudentKey


class Grader(Protocol):
    """What IsolatedExecute hands its parcels to. Never raises for what is wrong with one submission."""

    @property
    def kind(self) -> str:
        """The engine's kind."""

    def grade(self, parcel: Parcel, log: Logger, *, more: bool = False) -> GradedParcel:
        """``more``: another parcel will probably follow."""


class LocalGrader:
    """Grades here and now, in a sandbox of its supply."""

    def __init__(self, supply: SandboxSupply) -> None:
        self.supply = supply

    @property
    def kind(self) -> str:
        return self.supply.kind

    def grade(self, parcel: Parcel, log: Logger, *, more: bool = False) -> GradedParcel:
        started = time.monotonic()
        nb = from_dict(json.loads(parcel.notebook))
        problem = ""
        try:
            with self.supply.take(parcel.release.images, more=more) as sandbox:
                files, originals = sandbox.private / "files", sandbox.private / "originals"
                for packed, folder in ((parcel.files, files), (parcel.originals, originals)):
                    folder.mkdir()
                    unpack(packed, folder)
                hand_over(files, sandbox.folder)
                tests = NbgraderTests(log, parcel.ignored)
                key = StudentKey(parcel.key)
                Grading(sandbox, parcel.release, key, log, originals=[originals], tests=tests).run(nb)
        except (EngineError, KernelLost) as trouble:
            log.error("%s/%s: %s", parcel.student, parcel.lab, trouble)
            problem = str(trouble)
        except Exception as fault:
            # A fault of ours must not cost what was earned before it, nor pass for a zero: the rest is flagged.
            log.exception("%s/%s: the grader failed", parcel.student, parcel.lab)
            problem = our_fault(fault)
        seconds = time.monotonic() - started
        return GradedParcel(
            parcel.digest, json.dumps(nb), problem, seconds=seconds, engine=self.kind, machine=this_machine()
        )


def this_machine() -> str:
    """Who grades, for the log: nothing that anybody has to believe."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Collector:
    """Keeps the parcels for somebody else to grade. What is written meanwhile is thrown away (Worker.pack)."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.parcels: list[Parcel] = []

    def grade(self, parcel: Parcel, log: Logger, *, more: bool = False) -> GradedParcel:
        self.parcels.append(parcel)
        return GradedParcel.lost(parcel, _("This check was not reached."), self.kind)


class Changed(Exception):
    """A submission, its lab or the settings are not any more what was graded. ``str()`` is one sentence."""


class Recorded:
    """Hands out what others made of these parcels. Raises Changed for what has changed since."""

    def __init__(self, kind: str, results: Iterable[GradedParcel]) -> None:
        self.kind = kind
        self._results = {result.digest: result for result in results}

    def grade(self, parcel: Parcel, log: Logger, *, more: bool = False) -> GradedParcel:
        result = self._results.get(parcel.digest)
        if result is None:
            sentence = _("The submission, its lab, its key or the settings have changed since it was graded.")
            raise Changed(sentence)
        for line in result.log:
            level, _space, text = line.partition(" ")
            log.log(_LEVELS.get(level, 20), "%s", text)
        return result


#: As logging names them; what a worker says by another name is information.
_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}
