"""Cases share a daemon only where neither can spoil the other."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from grader.author.cases import Case, Groundwork, Kind
from grader.author.proof import share
from grader.values import StudentKey


def case(name: str, *needs: str, kind: Kind = Kind.WRONG) -> Case:
    return Case("00-tiny", kind, name, (), groundwork=tuple(Groundwork(need, ()) for need in needs))


def names(groups: list[tuple[Case, ...]]) -> list[list[str]]:
    return [[one.name for one in group] for group in groups]


def test_answers_to_different_tasks_share() -> None:
    cases = [case("a/wrong-1"), case("a/wrong-2"), case("b/wrong-1"), case("b/right-1", kind=Kind.RIGHT)]
    assert names(share(cases)) == [["a/wrong-1", "b/wrong-1"], ["a/wrong-2", "b/right-1"]]


def test_an_answer_to_a_needed_task_stays_away_from_what_needs_it() -> None:
    cases = [case("a/wrong-1"), case("b/wrong-1", "a"), case("c/wrong-1", "a", "b"), case("d/wrong-1")]
    assert names(share(cases)) == [["a/wrong-1", "d/wrong-1"], ["b/wrong-1"], ["c/wrong-1"]]


def test_the_blank_release_and_the_solution_stay_alone() -> None:
    cases = [case("solution", kind=Kind.SOLUTION), case("blank", kind=Kind.BLANK), case("a/wrong-1")]
    assert names(share(cases)) == [["solution"], ["blank"], ["a/wrong-1"]]


def test_two_students_never_share() -> None:
    other = replace(case("b/wrong-1"), student=StudentKey.derive(b"a secret", "bob"))
    assert names(share([case("a/wrong-1"), other, case("c/wrong-1")])) == [["a/wrong-1", "c/wrong-1"], ["b/wrong-1"]]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), max_size=40), st.integers(1, 6))
def test_every_case_is_in_one_group_and_groups_are_small(picked: list[tuple[int, int]], most: int) -> None:
    cases = [
        case(f"t{task}/wrong-{n}", *(f"t{need}" for need in range(task % 3))) for n, (task, _) in enumerate(picked)
    ]
    groups = share(cases, most=most)
    assert sorted(one.name for group in groups for one in group) == sorted(one.name for one in cases)
    for group in groups:
        assert 1 <= len(group) <= most
        solved = {ground.task for one in group for ground in one.groundwork}
        answered = [one.task for one in group]
        assert len(set(answered)) == len(answered)
        assert not solved & set(answered)
