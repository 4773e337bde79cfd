"""A prediction tells no outcome where its experiment printed nothing and has left nothing on the daemon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from papermill_run import engine_for

from grader.checks.prediction import NothingSeen, Seen, outcome
from grader.course.labs import read_lab
from grader.course.predictions import Prediction, predictions_of
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline

pytestmark = pytest.mark.daemon
SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
PREDICTIONS = {
    f"{notebook.stem}-{prediction.id}": prediction
    for notebook in sorted(SOLUTIONS.glob("*/*.ipynb"))
    for prediction in predictions_of(read_lab(notebook).cells)
}


class Check:
    """Notes what a cell gives to ``check.predict``."""

    def predict(self, name: str, observe: Any) -> None:
        self.name, self.observe = name, observe


@pytest.fixture(scope="module")
def untouched() -> Iterator[Daemon]:
    with engine_for(SOLUTIONS / "00-welcome/00-welcome.ipynb") as engine:
        connection = Connection(engine.endpoint.host)
        yield Daemon(connection, Deadline(600))
        connection.close()


@pytest.mark.parametrize("prediction", PREDICTIONS.values(), ids=PREDICTIONS)
def test_nothing_is_told_of_an_experiment_that_was_not_made(untouched: Daemon, prediction: Prediction) -> None:
    check = Check()
    exec(prediction.cell.source, {"check": check})
    with pytest.raises(NothingSeen):
        outcome(check.name, check.observe, Seen(untouched, "\n"), len(prediction.choices))
