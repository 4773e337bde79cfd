"""Grading by any ``concurrent.futures.Executor``: packed here, graded there, written here, once, as results come."""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from traitlets.config import Config

from grader.autograde import packing, remote
from grader.autograde.executors import ExecutorFactory, NoExecutor, size_of
from grader.autograde.parcel import GradedParcel, Parcel
from grader.autograde.records import SubmissionRecord, our_fault
from grader.autograde.retrying import Lost, RetryingPool
from grader.autograde.worker import Job
from grader.autograde.worker_proof import Proof, Terms, proof_of
from grader.i18n import _
from grader.processes import processors

#: Workers that are asked to prove themselves before the run; all others do it before their first parcel.
_ASKED = 16
#: Seconds in which every worker that answers is refused, or there is none, after which nobody waits for a better one.
_HOPELESS = 900.0
#: Seconds that a parcel is out longer than one that was refused, by which somebody has it: some prove themselves first.
_HELD = 60.0
#: Seconds without a result, after which we look whether there is anybody who could give one.
_LOOK = 30.0


@dataclass
class InFlight:
    """A submission of which some parcels are out."""

    job: Job
    packed: SubmissionRecord
    parcels: dict[str, bytes]
    results: dict[str, bytes] = field(default_factory=dict)
    #: Since when each parcel that is out has been.
    sent: dict[str, float] = field(default_factory=dict)


class Coordinator:
    """Has submissions graded by the workers of an executor. ``say`` hears about workers that are refused.

    ``window``: parcels that are out at once; None: as many as the executor says that it has workers.
    """

    def __init__(
        self,
        config: Config,
        executor_factory: ExecutorFactory,
        terms: Terms,
        *,
        window: int | None = None,
        say: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self._config = config
        self._factory = executor_factory
        self._terms = terms
        self._most = window
        self._say = say
        self._executor: Executor | None = None
        self._refused: set[tuple[str, str]] = set()
        self._graded_at = 0.0
        self._nobody_since: float | None = None
        self._out: dict[str, InFlight] = {}

    def work(self, lab: str, students: Sequence[str]) -> Iterator[SubmissionRecord]:
        """Records in the order in which they are written. Raises NoExecutor before anything is graded, or when there
        are no workers any more: then the same command goes on later."""
        if not students:
            return
        try:
            with ExitStack() as stack:
                workers = RetryingPool(self._open, self._window, self._factory.hopeless)
                stack.callback(workers.close)
                proof = self._introduced(workers)
                self._terms = replace(self._terms, wanted=proof)
                self._begin(lab, proof)
                scratch = stack.enter_context(packing.scratch_config(self._config))
                number = min(len(students), processors())
                make = packing.packing_pool(self._config, scratch, self._kind, number)
                packers = RetryingPool(make, lambda: number)
                stack.callback(packers.close)
                yield from self._run(deque(Job(student, lab, more=False) for student in students), workers, packers)
        except CancelledError as error:
            raise NoExecutor(
                _("The executor has ended."), _("Start it again; then the same command goes on where it was")
            ) from error

    @property
    def _kind(self) -> str:
        assert self._terms.wanted is not None
        return self._terms.wanted.engine

    def _open(self) -> Executor:
        self._executor = self._factory.make()
        return self._executor

    def _window(self) -> int:
        return self._most or (size_of(self._executor) if self._executor else 1)

    # -- what becomes of the results: here they go to the gradebook

    def _begin(self, lab: str, proof: Proof) -> None:
        """Nothing is graded yet, and the workers are known."""

    def _known(self, out: InFlight) -> dict[str, bytes]:
        """Results that there are already, by their parcels."""
        return {}

    def _failed(self, record: SubmissionRecord) -> SubmissionRecord:
        """Of one that could not be packed."""
        return record

    def _done(self, out: InFlight, packers: RetryingPool) -> Iterator[SubmissionRecord]:
        """Some result is there; when all are, they are written."""
        if out.results.keys() == out.parcels.keys():
            packers.put(("enter", out.job), packing.enter, out.job, tuple(out.results.values()), first=True)
        yield from ()

    def _awaited(self, futures: Collection[Future[Any]]) -> Collection[Future[Any]]:
        """Those that are done, if any is within half a minute. An executor without workers keeps its work for ever:
        raises NoExecutor when it has had none for a quarter of an hour."""
        done, _rest = wait(futures, timeout=_LOOK, return_when=FIRST_COMPLETED)
        if done or getattr(self._executor, "workers_now", None) != 0:
            self._nobody_since = None
            return done
        # Nobody was refused meanwhile.
        self._graded_at = time.monotonic()
        if self._nobody_since is None:
            self._nobody_since = time.monotonic()
            self._say(_("The executor has no workers at the moment; as soon as there are some, it goes on."))
        elif time.monotonic() - self._nobody_since > _HOPELESS:
            raise NoExecutor(
                _("The executor has had no workers for a quarter of an hour."),
                _("Start some; then the same command goes on where it was"),
            )
        return done

    # -- before the run

    def _introduced(self, workers: RetryingPool) -> Proof:
        """As what workers must prove themselves: as most of those do that are asked. Raises NoExecutor."""
        workers.put("first", remote.introduce, self._terms.to_text())
        found: list[Proof] = []
        asked, why = 1, ""
        while len(workers):
            done = self._awaited(workers.feed())
            for _key, answer in workers.collect(done):
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
                workers.put(asked, remote.introduce, self._terms.to_text())
        if not found:
            raise NoExecutor(_("No worker can grade: {why}").format(why=why), "drydock doctor")
        return Counter(found).most_common(1)[0][0]

    def _refuse(self, machine: str, why: str) -> None:
        host = machine.partition(":")[0]
        if (host, why) not in self._refused:
            self._refused.add((host, why))
            self._say(_("The worker {machine} gets no work: {why}").format(machine=host, why=why))

    # -- the run

    def _run(self, waiting: deque[Job], workers: RetryingPool, packers: RetryingPool) -> Iterator[SubmissionRecord]:
        self._graded_at = time.monotonic()
        being_packed = 0
        while waiting or self._out or being_packed:
            # A few more than are graded, so that nobody waits for a parcel, and memory holds them.
            while waiting and being_packed + len(workers) < 2 * self._window() + 2:
                job = waiting.popleft()
                packers.put(("pack", job), packing.pack, job)
                being_packed += 1
            done = self._awaited([*workers.feed(), *packers.feed()])
            for (kind, job), answer in packers.collect(done):
                if kind == "pack":
                    being_packed -= 1
                    yield from self._packed(job, answer, workers, packers)
                else:
                    del self._out[job.student]
                    yield _entered(job, answer)
            for (digest, student), answer in workers.collect(done):
                yield from self._graded(self._out[student], digest, answer, workers, packers)

    def _packed(
        self, job: Job, answer: Any, workers: RetryingPool, packers: RetryingPool
    ) -> Iterator[SubmissionRecord]:
        if isinstance(answer, Lost):
            yield self._failed(_entered(job, answer))
            return
        record, parcels = answer
        if record.error:
            yield self._failed(record)
            return
        out = InFlight(job, record, {Parcel.from_bytes(parcel).digest: parcel for parcel in parcels})
        self._out[job.student] = out
        out.results.update(self._known(out))
        for digest in out.parcels.keys() - out.results.keys():
            self._send(out, digest, workers)
        yield from self._done(out, packers)

    def _send(self, out: InFlight, digest: str, workers: RetryingPool) -> None:
        out.sent[digest] = time.monotonic()
        workers.put(
            (digest, out.job.student), remote.grade, self._terms.to_text(), out.parcels[digest], len(workers) > 0
        )

    def _graded(
        self, out: InFlight, digest: str, answer: Any, workers: RetryingPool, packers: RetryingPool
    ) -> Iterator[SubmissionRecord]:
        sent = out.sent.pop(digest)
        if isinstance(answer, Lost):
            parcel = Parcel.from_bytes(out.parcels[digest])
            out.results[digest] = GradedParcel.lost(parcel, _why(answer), self._kind).to_bytes()
        elif answer[0] == remote.GRADED:
            out.results[digest] = answer[1]
            self._graded_at = time.monotonic()
        else:
            self._refuse(answer[2], answer[1])
            if time.monotonic() - self._graded_at > _HOPELESS and not self._at_work(sent):
                raise NoExecutor(
                    _("For a quarter of an hour only workers have answered that get no work."),
                    _("Start better ones; then the same command goes on where it was"),
                )
            self._send(out, digest, workers)
            return
        yield from self._done(out, packers)

    def _at_work(self, sent: float) -> bool:
        """Whether somebody grades: a parcel that was ``sent`` came back from one who is refused, which takes seconds,
        and they wait in one line; so what was sent long before it is with somebody else."""
        return any(since < sent - _HELD for out in self._out.values() for since in out.sent.values())


def _why(lost: Lost) -> str:
    if isinstance(lost.fault, Exception):
        return our_fault(lost.fault)
    return _("The process that graded this submission was killed {n} times.").format(n=lost.tries)


def _entered(job: Job, answer: Any) -> SubmissionRecord:
    if isinstance(answer, Lost):
        return SubmissionRecord(job.student, job.lab, error=_why(answer))
    assert isinstance(answer, SubmissionRecord)
    return answer
