"""Where students must be trusted before they are graded."""

from __future__ import annotations

import pytest

from grader.autograde.settings import Drydock, NoWalls
from grader.engines import releases
from grader.engines.choice import best_kind, engine_class


@pytest.fixture(autouse=True)
def other_release() -> None:
    if not engine_class(best_kind()).runs_any_release:
        pytest.skip("no engine here runs another Docker")


def test_nobody_grades_strangers_on_containerds_image_store() -> None:
    with releases.using("here+containerd"):
        with pytest.raises(NoWalls, match=r"nobody grades strangers yet.*\+containerd"):
            Drydock().engine_kind()
        assert Drydock(i_trust_these_students=True).engine_kind() == best_kind()


def test_strangers_may_be_graded_on_another_release() -> None:
    with releases.using("28.5.2"):
        assert Drydock().engine_kind() == best_kind()
