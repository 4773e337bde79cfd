"""What a worker process does, on whatever machine an executor has it: prove itself, then grade parcels.

It needs Drydock and an engine, and no course, gradebook or secret. Texts and bytes come and go, so that two versions
of Drydock can still tell each other that they are two.
"""

from __future__ import annotations

import multiprocessing.util
import os
import threading
import time
from contextlib import suppress
from dataclasses import asdict, replace
from json import dumps

from grader.autograde.graders import LocalGrader, this_machine
from grader.autograde.parcel import Parcel
from grader.autograde.worker_pool import settle_in
from grader.autograde.worker_proof import Proof, Terms, prove
from grader.engines import releases
from grader.errors import ExpectedError
from grader.logs import CaughtLog
from grader.sandbox.bounds import Bounds
from grader.sandbox.sandbox import SandboxSupply, remove_orphans

#: What comes back: one of these words and a text or bytes, and the machine that says it.
Answer = tuple[str, str | bytes, str]
PROVED, GRADED, REFUSED = "proved", "graded", "refused"
#: Seconds that a refused worker waits before it says so, or it would be the first to take everything.
_MODESTY = 2.0
#: Seconds after which one without a proof tries again: its machine may have been mended. At each parcel, it would start
#: an engine for each.
_AGAIN = 300.0
#: Seconds after which a sandbox that was made ready is thrown away when no parcel comes.
_IDLE = 60.0


class _Bench:
    """What this process keeps between parcels: its proof, and a supply of sandboxes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._settled = False
        self._proofs: dict[Terms, Proof | str] = {}
        self._tried: dict[Terms, float] = {}
        self._supply: SandboxSupply | None = None
        self._of: tuple[object, ...] = ()
        self._timer: threading.Timer | None = None

    def proof(self, terms: Terms, *, anew: bool = False) -> Proof | str:
        """The proof, which is made once, or a sentence that says why there is none: that is tried again after a while,
        or now (``anew``)."""
        asked = replace(terms, wanted=None)
        with self._lock:
            self._settle()
            again = anew or time.monotonic() - self._tried.get(asked, 0.0) > _AGAIN
            if asked not in self._proofs or (again and isinstance(self._proofs[asked], str)):
                try:
                    self._proofs[asked] = prove(asked)
                except ExpectedError as trouble:
                    self._proofs[asked] = f"{trouble} {trouble.remedy}".strip()
                self._tried[asked] = time.monotonic()
            return self._proofs[asked]

    def _settle(self) -> None:
        if not self._settled:
            settle_in()
            multiprocessing.util.Finalize(self, self.close, exitpriority=10)
            self._settled = True

    def grade(self, terms: Terms, proof: Proof, parcel: Parcel, *, more: bool) -> bytes:
        """One after the other: a process has one sandbox at work."""
        with self._lock:
            self._stop_timer()
            os.environ["LANGUAGE"] = parcel.languages
            words = CaughtLog()
            with releases.using(terms.docker or releases.said()):
                supply = self._supply_for(proof.engine, parcel.bounds)
                result = LocalGrader(supply).grade(parcel, words.logger, more=more)
            self._timer = threading.Timer(_IDLE, self._tidy)
            self._timer.daemon = True
            self._timer.start()
            return replace(result, log=tuple(words.lines)).to_bytes()

    def _supply_for(self, kind: str, bounds: Bounds) -> SandboxSupply:
        of = (kind, bounds, releases.said())
        if self._supply is None or self._of != of:
            if self._supply is not None:
                self._supply.close()
            remove_orphans(kind)
            self._supply, self._of = SandboxSupply(bounds, kind), of
        return self._supply

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _tidy(self) -> None:
        """Nothing has come for a while."""
        if self._lock.acquire(blocking=False):
            try:
                self.close()
            finally:
                self._lock.release()

    def close(self) -> None:
        """Safe to call twice."""
        self._stop_timer()
        supply, self._supply = self._supply, None
        if supply is not None:
            with suppress(Exception):
                supply.close()


_BENCH = _Bench()


def introduce(terms_text: str) -> Answer:
    """PROVED with the proof as JSON, or REFUSED with a sentence."""
    # A run begins, and the machine may have been mended since another one.
    proof = _BENCH.proof(Terms.from_text(terms_text), anew=True)
    if isinstance(proof, str):
        return REFUSED, proof, this_machine()
    return PROVED, dumps(asdict(proof)), this_machine()


def grade(terms_text: str, parcel: bytes, more: bool) -> Answer:
    """GRADED with the result, or REFUSED with a sentence: by one that is not what the others are."""
    terms = Terms.from_text(terms_text)
    proof = _BENCH.proof(terms)
    why = proof if isinstance(proof, str) else terms.objection(proof)
    if isinstance(proof, str) or why:
        time.sleep(_MODESTY)
        return REFUSED, why, this_machine()
    return GRADED, _BENCH.grade(terms, proof, Parcel.from_bytes(parcel), more=more), this_machine()
