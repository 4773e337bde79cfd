"""A prediction tells no outcome where its experiment has left nothing behind, and printed nothing or an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from papermill_run import engine_for

from grader.checks.prediction import NothingSeen, Seen, outcome
from grader.course.labs import read_lab
from grader.course.predictions import predictions_of
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline

pytestmark = pytest.mark.daemon
#: What a cell prints that could not begin. (Lab 22's `deaf` is about just that.)
PRINTED = [
    "\n",
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n",
    "Error response from daemon: No such container: nobody\n",
]
ABOUT_IT = "22-interview-deaf"
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


@pytest.mark.parametrize("name", PREDICTIONS)
def test_nothing_is_told_of_an_experiment_that_was_not_made(untouched: Daemon, name: str) -> None:
    prediction, check = PREDICTIONS[name], Check()
    exec(prediction.cell.source, {"check": check})
    for printed in PRINTED[:1] if name == ABOUT_IT else PRINTED:
        with pytest.raises(NothingSeen):
            outcome(check.name, check.observe, Seen(untouched, printed), len(prediction.choices))
