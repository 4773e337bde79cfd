"""``check.predict``: asked in a notebook, answered by the experiment's cell, kept at a student's desk only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from student_shell import Shell

from grader.checks.errors import AuthorError
from grader.checks.prediction import NothingSeen, Seen, outcome
from grader.course.cells import cells_of
from grader.course.predictions import asked_in, predictions_of
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.engines.protocol import Engine
from grader.report.predicted import Predicted, note_predicted, predicted_in
from grader.report.progress import ProgressFolder

LAB = "07-foresight"
CONNECT = f'from grader.notebook import connect\ncheck = connect("{LAB}")'
ASKED = "**Before you run the next cell:** is `gull` still there?\n\n1. yes, **running**\n2. yes, ended\n3. no"
PREDICT = 'check.predict("gull", lambda seen: 1 if seen.container("gull")["State"]["Running"] else 2)'
EXPERIMENT = "!docker run --name gull --label w=1 drydock/busybox:1 true"
ASKED_TOO = "What does it print?\n\n1. a number\n2. words"
PREDICT_TOO = 'check.predict("words", lambda seen: seen.says(r"^\\d+$"))'
PRINTS = '%%bash\necho "some words" >&2'


def lab(*, typed: str = "") -> Any:
    cells = [
        new_code_cell(CONNECT),
        new_markdown_cell(ASKED),
        new_code_cell(PREDICT),
        *([new_code_cell(typed)] if typed else []),
        new_code_cell(EXPERIMENT),
        new_markdown_cell(ASKED_TOO),
        new_code_cell(PREDICT_TOO),
        new_code_cell(PRINTS),
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A student's own copy of the lab; where it lies, progress is kept."""
    folder = tmp_path / "workspace" / "labs" / LAB
    folder.mkdir(parents=True)
    (tmp_path / "workspace" / ".progress").mkdir()
    nbformat.write(lab(), folder / f"{LAB}.ipynb")
    return folder


def run(book: Any, folder: Path) -> dict[str, list[Any]]:
    """Executed as nbconvert does; the outputs by the cells' sources."""
    NotebookClient(book, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()
    return {cell.source: cell.outputs for cell in book.cells if cell.cell_type == "code"}


def kept(desk: Path) -> dict[str, Predicted]:
    return dict(predicted_in(ProgressFolder(desk.parents[1] / ".progress"), LAB))


@pytest.mark.daemon
def test_what_was_said_and_what_came_stand_in_the_saved_notebook(desk: Path, sh: Shell) -> None:
    note_predicted(ProgressFolder(desk.parents[1] / ".progress"), LAB, "gull", Predicted(said=1))
    book = lab()
    outputs = run(book, desk)
    told = "You said: yes, running\nThe daemon said: yes, ended\nNot as you said: that is worth a thought."
    for source in (EXPERIMENT, PREDICT):
        data = outputs[source][-1].data
        assert data["text/plain"] == told
        assert 'role="status"' in data["text/html"] and "<div>The daemon said: yes, ended</div>" in data["text/html"]
        # No widget that a saved notebook could only say "not found" for.
        assert set(data) == {"text/plain", "text/html"}
    assert outputs[PRINTS][-1].data["text/plain"] == "The daemon said: words"
    assert kept(desk) == {"gull": Predicted(1, 2), "words": Predicted(0, 2)}


@pytest.mark.daemon
def test_without_buttons_the_choice_is_typed(desk: Path, sh: Shell) -> None:
    outputs = run(lab(typed='check.predict("gull", answer=2)'), desk)
    assert outputs['check.predict("gull", answer=2)'][-1].text == "You say: yes, ended. Now run the next cell.\n"
    told = "You said: yes, ended\nThe daemon said: yes, ended\nAs you said."
    assert outputs[EXPERIMENT][-1].data["text/plain"] == told
    book = lab(typed='check.predict("gull", answer=4)')
    with pytest.raises(Exception, match="from 1 to 3"):
        run(book, desk)
    asked = next(cell for cell in book.cells if cell.source == PREDICT).outputs[0].data
    assert {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"} <= set(asked)


@pytest.mark.daemon
def test_in_plain_text_the_choices_and_how_to_choose_are_printed(desk: Path, sh: Shell) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{CONNECT}\n{PREDICT}"], cwd=desk, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[1:] == [
        "Before you run the next cell: is gull still there?",
        "  1. yes, running",
        "  2. yes, ended",
        "  3. no",
        "What do you say? Choose, then run the next cell. (You may run it without choosing, too.)",
        'Without buttons, type in a cell of your own: check.predict("gull", answer=1)',
    ]


@pytest.mark.daemon
def test_papermill_and_grading_are_asked_nothing(tmp_path: Path, sh: Shell) -> None:
    source = tmp_path / f"{LAB}.ipynb"
    nbformat.write(lab(), source)
    papermill.execute_notebook(source, tmp_path / "out.ipynb", cwd=tmp_path, progress_bar=False, log_output=False)
    book = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    outputs = {cell.source: cell.outputs for cell in book.cells if cell.cell_type == "code"}
    assert [output.text for output in outputs[PREDICT]] == ["Decide for yourself, then run the next cell.\n"]
    assert "daemon said" not in str(outputs)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{LAB}.ipynb", "out.ipynb"]


@pytest.mark.daemon
def test_an_experiment_that_went_wrong_tells_nothing_and_stops_nobody(desk: Path, sh: Shell) -> None:
    wrong = lab()
    next(cell for cell in wrong.cells if cell.source == EXPERIMENT).source = "!echo nothing"
    nbformat.write(wrong, desk / f"{LAB}.ipynb")
    outputs = run(wrong, desk)
    assert outputs["!echo nothing"][-1].data["text/plain"] == "This time the experiment did not show it."
    assert outputs[PRINTS][-1].data["text/plain"] == "The daemon said: words"


def test_the_question_and_the_choices_are_the_end_of_the_text_above() -> None:
    assert asked_in(ASKED) == (
        "Before you run the next cell: is gull still there?",
        ("yes, running", "yes, ended", "no"),
    )
    assert asked_in("## Head\n\nText.\n\nWell?\n\n1) a\n\n2) b\n") == ("Well?", ("a", "b"))
    assert asked_in("1. one\n2. two\n\nThat was a list.") == ("That was a list.", ())
    (gull, words) = predictions_of(list(cells_of(lab())))
    assert (gull.id, len(gull.choices), words.id) == ("gull", 3, "words")
    assert gull.experiment is not None and gull.experiment.source == EXPERIMENT


@pytest.mark.daemon
def test_an_outcome_is_one_of_the_choices(engine: Engine) -> None:
    connection = Connection(engine.endpoint.host)
    seen = Seen(Daemon(connection, Deadline(60)), "words")

    def came(value: Any) -> int:
        return outcome("x", lambda seen: value, seen, 3)

    try:
        assert [came(True), came(False), came(3)] == [1, 2, 3]
        for no_choice in (0, 4, "1"):
            with pytest.raises(AuthorError, match="not one of its 3 choices"):
                came(no_choice)
        with pytest.raises(NothingSeen, match="KeyError"):
            outcome("x", lambda seen: {}["State"], seen, 3)
        with pytest.raises(NothingSeen, match="None"):
            came(None)
    finally:
        connection.close()


def test_a_daemon_that_does_not_answer_has_said_nothing() -> None:
    seen = Seen(Daemon(Connection("unix:///nobody"), Deadline(60)), "words")
    with pytest.raises(NothingSeen):
        outcome("x", lambda seen: seen.says("other words"), seen, 2)


def test_a_damaged_file_is_no_prediction(tmp_path: Path) -> None:
    folder = ProgressFolder(tmp_path)
    note_predicted(folder, LAB, "gull", Predicted(2))
    note_predicted(folder, LAB, "words", Predicted(1, 1))
    assert predicted_in(folder, LAB) == {"gull": Predicted(2), "words": Predicted(1, 1)}
    # The lab whose check ran last is known by the other files there.
    assert folder.latest() == ""
    (tmp_path / f"{LAB}.predictions").write_text('{"gull": 3}')
    assert predicted_in(folder, LAB) == {}
