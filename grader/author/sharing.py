"""Which cases can share a daemon: most of a case's time goes into a fresh daemon and the tasks it needs.

A lab's own rules make it possible: a task builds only on the tasks it names in ``needs``, has names of its own and
removes nothing of others. Where a lab breaks these rules, a case that should hold doesn't; it is then tried again on a
daemon of its own, and only that counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.author.cases import Case

#: Cases on one daemon at most, so that several daemons at once have something to do until the end.
MOST = 12


def share(cases: Sequence[Case], *, most: int = MOST) -> list[tuple[Case, ...]]:
    """Put ``cases`` of one lab, in the order of their tasks, into groups that don't get in each other's way.

    The blank release and the solution stay alone, and nobody has another student's solutions on their daemon. A group
    has one answer to a task, and no answer to a task whose solution another case of the group needs.
    """
    groups: list[list[Case]] = []
    for case in cases:
        fits = (group for group in groups if len(group) < most and all(_together(case, other) for other in group))
        group = next(fits, None)
        if group is None:
            groups.append([case])
        else:
            group.append(case)
    return [tuple(group) for group in groups]


def _together(case: Case, other: Case) -> bool:
    if not case.task or not other.task or case.task == other.task or case.student != other.student:
        return False
    return case.task not in _needed(other) and other.task not in _needed(case)


def _needed(case: Case) -> set[str]:
    return {ground.task for ground in case.groundwork}
