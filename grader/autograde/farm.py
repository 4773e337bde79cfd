"""Grading by any ``concurrent.futures.Executor``: packed here, graded there, written here, once, as results come."""

from __future__ import annotations

import json
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from traitlets.config import Config

from grader.autograde import clerks, remote
from grader.autograde.executors import NoExecutor, Workshop, size_of
from grader.autograde.lanes import Lane, Lost
from grader.autograde.parcel import GradedParcel, Parcel
from grader.autograde.records import SubmissionRecord, our_fault
from grader.autograde.worker import Job
from grader.autograde.worker_proof import Proof, Terms, proof_of
from grader.i18n import _

#: Workers that are asked to prove themselves before the run; all others do it before their first parcel.
_ASKED = 16
#: Seconds in which every worker that answers is refused, after which nobody waits for a better one.
_HOPELESS = 900.0


@dataclass
class Out:
    """A submission of which some parcels are out."""

    job: Job
    packed: SubmissionRecord
    parcels: dict[str, bytes]
    results: dict[str, bytes] = field(default_factory=dict)


class Farm:
    """Has submissions graded by the workers of an executor. ``say`` hears about workers that are refused.

    ``window``: parcels that are out at once; None: as many as the executor says that it has workers.
    """

    def __init__(
        self,
        config: Config,
        workshop: Workshop,
        terms: Terms,
        *,
        window: int | None = None,
        say: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self._config = config
        self._workshop = workshop
        self._terms = terms
        self._most = window
        self._say = say
        self._executor: Executor | None = None
        self._refused: set[tuple[str, str]] = set()
        self._graded_at = 0.0
        self._out: dict[str, Out] = {}

    def work(self, lab: str, students: Sequence[str]) -> Iterator[SubmissionRecord]:
        """Records in the order in which they are written. Raises NoExecutor before anything is graded, or when there
        are no workers any more: then the same command goes on later."""
        if not students:
            return
        with ExitStack() as stack:
            graders = Lane(self._open, self._window, self._workshop.hopeless)
            stack.callback(graders.close)
            proof = self._introduced(graders)
            self._terms = replace(self._terms, wanted=proof)
            self._begin(lab, proof)
            scratch = stack.enter_context(clerks.scratch_config(self._config))
            number = min(len(students), len(os.sched_getaffinity(0)))
            make = clerks.clerks(self._config, scratch, self._kind, number)
            office = Lane(make, lambda: number)
            stack.callback(office.close)
            try:
                yield from self._run(deque(Job(student, lab, more=False) for student in students), graders, office)
            except CancelledError as error:
                raise NoExecutor(
                    _("The executor has ended."), _("Start it again; then the same command goes on where it was")
                ) from error

    @property
    def _kind(self) -> str:
        assert self._terms.wanted is not None
        return self._terms.wanted.engine

    def _open(self) -> Executor:
        self._executor = self._workshop.make()
        return self._executor

    def _window(self) -> int:
        return self._most or (size_of(self._executor) if self._executor else 1)

    # -- what becomes of the results: here they go to the gradebook

    def _begin(self, lab: str, proof: Proof) -> None:
        """Nothing is graded yet, and the workers are known."""

    def _known(self, out: Out) -> dict[str, bytes]:
        """Results that there are already, by their parcels."""
        return {}

    def _failed(self, record: SubmissionRecord) -> SubmissionRecord:
        """Of one that could not be packed."""
        return record

    def _done(self, out: Out, office: Lane) -> Iterator[SubmissionRecord]:
        """Some result is there; when all are, they are written."""
        if out.results.keys() == out.parcels.keys():
            office.put(("enter", out.job), clerks.enter, out.job, tuple(out.results.values()), first=True)
        yield from ()

    # -- before the run

    def _introduced(self, graders: Lane) -> Proof:
        """As what workers must prove themselves: as most of those do that are asked. Raises NoExecutor."""
        graders.put("first", remote.introduce, self._terms.to_text())
        found: list[Proof] = []
        asked, why = 1, ""
        while len(graders):
            done, _rest = wait(graders.feed(), return_when=FIRST_COMPLETED)
            for _key, answer in graders.collect(done):
                if isinstance(answer, Lost):
                    why = _("the workers end before they have proved themselves: {why}.").format(
                        why=answer.fault or _("they were killed")
                    )
                    continue
                word, text, machine = answer
                proof = proof_of(json.loads(text)) if word == remote.PROVED else None
                if objection := self._terms.objection(proof) if proof else str(text):
                    why = objection
                    self._refuse(machine, objection)
                elif proof:
                    found.append(proof)
            while asked < min(self._window(), _ASKED):
                asked += 1
                graders.put(asked, remote.introduce, self._terms.to_text())
        if not found:
            raise NoExecutor(_("No worker can grade: {why}").format(why=why), "drydock doctor")
        return Counter(found).most_common(1)[0][0]

    def _refuse(self, machine: str, why: str) -> None:
        host = machine.partition(":")[0]
        if (host, why) not in self._refused:
            self._refused.add((host, why))
            self._say(_("The worker {machine} gets no work: {why}").format(machine=host, why=why))

    # -- the run

    def _run(self, waiting: deque[Job], graders: Lane, office: Lane) -> Iterator[SubmissionRecord]:
        self._graded_at = time.monotonic()
        packing = 0
        while waiting or self._out or packing:
            # A few more than are graded, so that nobody waits for a parcel, and memory holds them.
            while waiting and packing + len(graders) < 2 * self._window() + 2:
                job = waiting.popleft()
                office.put(("pack", job), clerks.pack, job)
                packing += 1
            done, _rest = wait([*graders.feed(), *office.feed()], return_when=FIRST_COMPLETED)
            for (kind, job), answer in _pairs(office.collect(done)):
                if kind == "pack":
                    packing -= 1
                    yield from self._packed(job, answer, graders, office)
                else:
                    del self._out[job.student]
                    yield _entered(job, answer)
            for (digest, student), answer in _pairs(graders.collect(done)):
                yield from self._graded(self._out[student], digest, answer, graders, office)

    def _packed(self, job: Job, answer: Any, graders: Lane, office: Lane) -> Iterator[SubmissionRecord]:
        if isinstance(answer, Lost):
            yield _entered(job, answer)
            return
        record, parcels = answer
        if record.error:
            yield self._failed(record)
            return
        out = Out(job, record, {Parcel.from_bytes(parcel).digest: parcel for parcel in parcels})
        self._out[job.student] = out
        out.results.update(self._known(out))
        for digest in out.parcels.keys() - out.results.keys():
            self._send(out, digest, graders)
        yield from self._done(out, office)

    def _send(self, out: Out, digest: str, graders: Lane) -> None:
        graders.put(
            (digest, out.job.student), remote.grade, self._terms.to_text(), out.parcels[digest], len(graders) > 0
        )

    def _graded(self, out: Out, digest: str, answer: Any, graders: Lane, office: Lane) -> Iterator[SubmissionRecord]:
        if isinstance(answer, Lost):
            parcel = Parcel.from_bytes(out.parcels[digest])
            out.results[digest] = GradedParcel.lost(parcel, _why(answer), self._kind).to_bytes()
        elif answer[0] == remote.GRADED:
            out.results[digest] = answer[1]
            self._graded_at = time.monotonic()
        else:
            self._refuse(answer[2], answer[1])
            if time.monotonic() - self._graded_at > _HOPELESS:
                raise NoExecutor(
                    _("For a quarter of an hour only workers have answered that get no work."),
                    _("Start better ones; then the same command goes on where it was"),
                )
            self._send(out, digest, graders)
            return
        yield from self._done(out, office)


def _pairs(found: Iterator[tuple[Any, Any]]) -> Iterator[tuple[tuple[Any, Any], Any]]:
    yield from found


def _why(lost: Lost) -> str:
    if isinstance(lost.fault, Exception):
        return our_fault(lost.fault)
    return _("The process that graded this submission was killed {n} times.").format(n=lost.tries)


def _entered(job: Job, answer: Any) -> SubmissionRecord:
    if isinstance(answer, Lost):
        return SubmissionRecord(job.student, job.lab, error=_why(answer))
    assert isinstance(answer, SubmissionRecord)
    return answer
