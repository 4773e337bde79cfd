"""A worker that is not what the others are gets no work, and a sentence says why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from types import SimpleNamespace
from typing import Any

import pytest
from traitlets.config import Config

from grader.autograde import remote
from grader.autograde.coordinator import Coordinator
from grader.autograde.executors import ExecutorFactory, NoExecutor, executor_factory, size_of
from grader.autograde.retrying import RetryingPool
from grader.autograde.settings import NoWalls
from grader.autograde.worker_proof import Proof, Terms, proof_of, this_drydock

PROOF = Proof(this_drydock(), "native", "26.1.5", (("drydock/busybox:1", "sha256:1"), ("drydock/python:3", "sha256:2")))
TERMS = Terms(drydock=this_drydock(), wanted=PROOF)
OTHERS = {
    "Drydock": replace(PROOF, drydock="0.1.0 (0123)"),
    "engine": replace(PROOF, engine="rootless"),
    "Docker": replace(PROOF, docker="28.5.2"),
    "drydock/busybox:1": replace(PROOF, images=(("drydock/busybox:1", "sha256:9"), PROOF.images[1])),
    "drydock/python:3": replace(PROOF, images=PROOF.images[:1]),
}


def test_terms_and_proofs_come_back_as_they_went() -> None:
    assert Terms.from_text(TERMS.to_text()) == TERMS
    assert Terms.from_text(replace(TERMS, wanted=None).to_text()).wanted is None
    assert proof_of(json.loads(json.dumps(asdict(PROOF)))) == PROOF


def test_who_is_the_same_gets_work() -> None:
    assert TERMS.objection(PROOF) == ""


@pytest.mark.parametrize("what", OTHERS)
def test_each_difference_is_named(what: str) -> None:
    assert what in TERMS.objection(OTHERS[what])


@pytest.fixture
def another_docker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(remote, "_MODESTY", 0)
    monkeypatch.setattr(remote._BENCH, "_settled", True)
    monkeypatch.setattr(remote._BENCH, "_proofs", {replace(TERMS, wanted=None): OTHERS["Docker"]})
    yield


@pytest.mark.usefixtures("another_docker")
def test_a_refused_worker_does_not_even_open_the_parcel() -> None:
    word, text, _machine = remote.grade(TERMS.to_text(), b"no parcel", False)
    assert word == remote.REFUSED
    assert text == "it has Docker 28.5.2, and the others have 26.1.5."


def test_a_machine_that_was_mended_is_believed_by_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Terms] = []

    def prove(terms: Terms) -> Proof:
        tried.append(terms)
        if len(tried) == 1:
            raise NoWalls("The disk is full.")
        return PROOF

    monkeypatch.setattr(remote, "prove", prove)
    monkeypatch.setattr(remote, "_MODESTY", 0)
    monkeypatch.setattr(remote._BENCH, "_settled", True)
    monkeypatch.setattr(remote._BENCH, "_proofs", {})
    assert remote.introduce(TERMS.to_text())[0] == remote.REFUSED
    assert remote.grade(TERMS.to_text(), b"no parcel", False)[1] == "The disk is full. drydock doctor"
    assert len(tried) == 1, "no engine for each parcel"
    assert remote.introduce(TERMS.to_text())[0] == remote.PROVED
    assert remote.introduce(TERMS.to_text())[0] == remote.PROVED
    assert len(tried) == 2


def test_nor_is_it_lost_to_a_run_that_did_not_ask_it_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen are asked at most; whoever is not answers the first parcel."""
    tried: list[float] = []
    now = 10_000.0

    def prove(_terms: Terms) -> Proof:
        tried.append(now)
        raise NoWalls("The disk is full.")

    monkeypatch.setattr(remote, "prove", prove)
    monkeypatch.setattr(remote, "time", SimpleNamespace(monotonic=lambda: now, sleep=lambda _seconds: None))
    monkeypatch.setattr(remote, "_BENCH", remote._Bench())
    monkeypatch.setattr(remote._BENCH, "_settled", True)
    for _parcel in range(400):
        now += 2
        assert remote.grade(TERMS.to_text(), b"no parcel", False)[0] == remote.REFUSED
    assert tried == [10_002, 10_304, 10_606], "and no engine for each parcel"


class Machines(ThreadPoolExecutor):
    """Threads that answer for machines: of these proofs, one each time; what a process would say after proving it."""

    def __init__(self, proofs: list[Proof | str]) -> None:
        super().__init__(1)
        self._max_workers = 1
        self._proofs = proofs

    def submit(self, function: Any, /, *arguments: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        proof = self._proofs.pop(0)
        machine = f"host{len(self._proofs)}:1"
        if isinstance(proof, str):
            future.set_result((remote.REFUSED, proof, machine))
        else:
            future.set_result((remote.PROVED, json.dumps(asdict(proof)), machine))
        return future


def introduced(proofs: list[Proof | str]) -> tuple[Proof, list[str]]:
    said: list[str] = []
    make = ExecutorFactory(lambda: Machines(proofs))
    coordinator = Coordinator(Config(), make, Terms(drydock=this_drydock()), window=len(proofs), say=said.append)
    return coordinator._introduced(RetryingPool(coordinator._open, coordinator._window)), said


def test_most_workers_say_what_the_others_must_be() -> None:
    chosen, said = introduced([OTHERS["Docker"], PROOF, "No engine works on this machine.", PROOF])
    assert chosen == PROOF
    assert said == ["The worker host1 gets no work: No engine works on this machine."]


def test_no_worker_of_another_drydock_is_chosen() -> None:
    with pytest.raises(NoExecutor, match=r"it has Drydock 0\.1\.0"):
        introduced([OTHERS["Drydock"], OTHERS["Drydock"]])


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nothing", "is written MODULE:FACTORY"),
        ("no_such_module:make", "No module named 'no_such_module'"),
        ("concurrent.futures:nothing", "has no attribute 'nothing'"),
    ],
)
def test_a_wrong_name_gets_a_sentence(name: str, says: str) -> None:
    with pytest.raises(NoExecutor, match=says):
        executor_factory(name)


def test_what_gives_no_executor_gets_a_sentence() -> None:
    with pytest.raises(NoExecutor, match=r"gives a dict, and no concurrent\.futures\.Executor"):
        executor_factory("builtins:dict").make()


def test_an_executor_says_how_many_it_does_at_once() -> None:
    with ThreadPoolExecutor(3) as executor:
        assert size_of(executor) == 3
