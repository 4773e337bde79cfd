"""A class graded in parts (``--shard 3/8``) that never meet: each writes a folder of results, a merge enters them.

For job arrays, Kubernetes' indexed Jobs and a CI's matrix: no part needs another one, nor may write to the gradebook.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from grader.autograde.coordinator import Coordinator, InFlight
from grader.autograde.parcel import GradedParcel
from grader.autograde.records import SubmissionRecord, read_checks
from grader.autograde.retrying import RetryingPool
from grader.autograde.worker_proof import Proof, proof_of
from grader.errors import ExpectedError
from grader.files import atomic_write
from grader.i18n import _

_ABOUT = "shard.json"
_MOST = 10_000


class BadShards(ExpectedError):
    """These results can't be merged, or this is no part. ``str()`` is one sentence."""


@dataclass(frozen=True)
class Shard:
    """One of ``of`` parts, counted from 1."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """From ``3/8``. Raises BadShards."""
        found = re.fullmatch(r"([0-9]{1,5})/([0-9]{1,5})", text.strip())
        shard = cls(*map(int, found.groups())) if found else cls(0, 0)
        if not 1 <= shard.number <= shard.of <= _MOST:
            raise BadShards(
                _("“{text}” is no part of a class: the third of eight is 3/8.").format(text=text),
                "drydock grade --help",
            )
        return shard

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def mine(self, students: Iterable[str]) -> list[str]:
        """Who belongs to this part: each student to one, whoever asks."""
        return sorted(students)[self.number - 1 :: self.of]


class Results:
    """A folder with the results of one part: one file says what it is, and one more for each student."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, lab: str, shard: Shard, proof: Proof) -> None:
        """Raises BadShards where the folder has results of another lab, or of other workers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if (self.folder / _ABOUT).exists():
            known = self.about()
            if known.lab != lab or (why := known.proof.difference(proof)):
                reason = _("they are of {lab}").format(lab=known.lab) if known.lab != lab else why
                raise BadShards(
                    _("{folder} has results that these can't stand beside: {why}").format(
                        folder=self.folder, why=reason
                    ),
                    _("Remove that folder, or name another one: --results DIR"),
                )
        about = {"lab": lab, "number": shard.number, "of": shard.of, "proof": asdict(proof)}
        atomic_write(self.folder / _ABOUT, json.dumps(about, indent=1))

    def about(self) -> About:
        """Raises BadShards."""
        try:
            found = json.loads((self.folder / _ABOUT).read_text("utf-8"))
            shard = Shard(int(found["number"]), int(found["of"]))
            return About(str(found["lab"]), shard, proof_of(found["proof"]))
        except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
            raise BadShards(
                _("{folder} has no results of `drydock grade --shard`.").format(folder=self.folder), "ls"
            ) from error

    def write(self, student: str, results: Sequence[GradedParcel], error: str = "") -> None:
        """Whole or not at all."""
        entry = {"student": student, "error": error, "results": [asdict(result) for result in results]}
        atomic_write(self._file(student), json.dumps(entry))

    def _file(self, student: str) -> Path:
        # A name may be as long as a file's can be, and no UTF-8.
        return self.folder / f"{hashlib.sha256(student.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}.json"

    def of(self, student: str) -> Entry:
        """What there is of a student; nothing where their file is missing or broken."""
        return _read(self._file(student)) or Entry(student)

    def entries(self) -> Iterator[Entry]:
        """What there is of everybody; a broken file is as none."""
        for path in sorted(self.folder.glob("*.json")):
            if path.name != _ABOUT and (entry := _read(path)):
                yield entry


@dataclass(frozen=True)
class About:
    """What a folder of results says of itself."""

    lab: str
    shard: Shard
    proof: Proof


@dataclass(frozen=True)
class Entry:
    """The results of one student's notebooks; or why there are none."""

    student: str
    results: tuple[GradedParcel, ...] = ()
    error: str = ""


def _read(path: Path) -> Entry | None:
    try:
        found = json.loads(path.read_text("utf-8"))
        results = tuple(GradedParcel(**{**one, "log": tuple(one["log"])}) for one in found["results"])
        return Entry(str(found["student"]), results, str(found["error"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


class ShardCoordinator(Coordinator):
    """Grades as a Coordinator does, and writes to a folder of results in the gradebook's place."""

    def __init__(self, *arguments: Any, results: Results, shard: Shard, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._results = results
        self._shard = shard

    def _begin(self, lab: str, proof: Proof) -> None:
        self._results.begin(lab, self._shard, proof)

    def _known(self, out: InFlight) -> dict[str, bytes]:
        """Of a run that was stopped: what was graded of this very work. What could not be checked is tried again."""
        earlier = self._results.of(out.job.student).results
        there = {result.digest: result for result in earlier if not result.problem}
        return {digest: there[digest].to_bytes() for digest in out.parcels if digest in there}

    def _failed(self, record: SubmissionRecord) -> SubmissionRecord:
        # What there is of an earlier run stays: the merge sees whether it is of the same work.
        if not self._results.of(record.student).results:
            self._results.write(record.student, (), record.error)
        return record

    def _done(self, out: InFlight, packers: RetryingPool) -> Iterator[SubmissionRecord]:
        results = [GradedParcel.from_bytes(result) for result in out.results.values()]
        if out.results.keys() == out.parcels.keys():
            self._results.write(out.job.student, results)
            del self._out[out.job.student]
            yield _record(out, results)


def _record(out: InFlight, results: Sequence[GradedParcel]) -> SubmissionRecord:
    """For the screen: what the checks gave. The gradebook will know more (lateness, marks by hand)."""
    checks = tuple(check for result in results for check in read_checks(result.as_notebook()))
    return replace(
        out.packed,
        score=sum(check.score or 0.0 for check in checks),
        most=sum(check.points for check in checks),
        seconds=sum(result.seconds for result in results),
        checks=checks,
    )
