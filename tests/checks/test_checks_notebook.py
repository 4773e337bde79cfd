"""The live face: one display with two faces in Jupyter, one line of error, plain text elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from grader.engines.protocol import Engine

CONNECT = 'from grader.notebook import connect\ncheck = connect("00-tiny")'
FAILS = (
    'with check.task("end", hint="Read <the> log.") as t:\n'
    '    t.container("ck-done").has_exited(3).has_exited(0)\n    print("not reached" * 0)'
)
PASSES = 'with check.task("done", hint="Look.") as t:\n    t.container("ck-done").has_exited(3)'
BLOCKED = 'with check.task("next", hint="Look.", needs=("end",)) as t:\n    print("evaluated all the same")'
STUMBLES = 'with check.task("bug", hint="Look.") as t:\n    t.container("ck-done").flies()'


def notebook(*sources: str) -> Any:
    book = new_notebook(cells=[new_code_cell(source) for source in sources])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return book


@pytest.fixture
def docker_host(world: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", world.endpoint.host)


@pytest.mark.daemon
@pytest.mark.deep
@pytest.mark.usefixtures("docker_host")
def test_in_jupyter() -> None:
    book = notebook(
        CONNECT,
        FAILS,
        PASSES,
        BLOCKED,
        STUMBLES,
        'check.answer("Exit Code", 1)',
        "!docker inspect --format=found ck-live",
    )
    NotebookClient(book, allow_errors=True, timeout=600).execute()
    connect, fails, passes, blocked, stumbles, answer, docker = (cell.outputs for cell in book.cells)
    assert "connected to Docker" in connect[0].text
    display, error = fails[-2:]
    assert (display.output_type, error.output_type) == ("display_data", "error")
    assert set(display.data) == {"text/plain", "text/html"}
    assert "exited with code 3" in display.data["text/plain"]
    assert "Read &lt;the&gt; log." in display.data["text/html"]
    assert error.ename == "CheckFailed"
    assert error.traceback == [f"CheckFailed: {error.evalue}"]
    assert "\n" not in error.evalue
    assert [output.output_type for output in passes] == ["display_data"]
    assert [output.output_type for output in blocked] == ["display_data", "error"]
    assert "blocked" in blocked[0].data["text/plain"]
    assert stumbles[-1].ename == "CouldNotCheck"
    assert "flies" in stumbles[0].data["text/plain"]
    assert answer[0].traceback == [f"AuthorError: {answer[0].evalue}"]
    assert "Exit Code" in answer[0].evalue
    assert docker[0].text.strip() == "found"


@pytest.mark.daemon
@pytest.mark.deep
@pytest.mark.usefixtures("docker_host")
def test_papermill_fails_and_says_why(tmp_path: Any) -> None:
    source = tmp_path / "lab.ipynb"
    nbformat.write(notebook(CONNECT, FAILS), source)
    with pytest.raises(papermill.PapermillExecutionError, match="exited with code 3"):
        papermill.execute_notebook(source, tmp_path / "out.ipynb", progress_bar=False, log_output=False)


@pytest.mark.daemon
@pytest.mark.deep
def test_in_a_plain_script_and_in_a_terminal(world: Engine) -> None:
    environment = {**os.environ, "DOCKER_HOST": world.endpoint.host, "NO_COLOR": "1"}
    for interpreter in ([sys.executable, "-c"], [sys.executable, "-m", "IPython", "--no-banner", "-c"]):
        done = subprocess.run(
            [*interpreter, f"{CONNECT}\n{FAILS}"], env=environment, capture_output=True, text=True, check=False
        )
        assert "✗ failed  End (1 of 2 expectations met, 50 %)" in done.stdout
        assert "Hint: Read <the> log." in done.stdout
        assert "CheckFailed: ✗ end: failed" in done.stdout + done.stderr
        assert done.returncode != 0


@pytest.mark.parametrize(
    ("host", "says"), [("unix:///nonexistent.sock", "can't be reached"), ("nonsense://", "can't be reached")]
)
def test_no_daemon_is_one_sentence_and_the_next_command(host: str, says: str) -> None:
    environment = {**os.environ, "DOCKER_HOST": host}
    command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=nocolor", "-c", CONNECT]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert says in done.stdout + done.stderr
    assert "drydock up" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


WAITS = (
    'with check.task("slow", hint="Look.") as t:\n'
    '    t.container("ck-live").answers_http(8123, inside=True, within=2)\n'
    '    t.container("ck-live").logs_match("no such (line|word)", within=1)'
)
TWO_TASKS = f"try:\n    {WAITS.replace(chr(10), chr(10) + '    ')}\nexcept Exception:\n    pass\n{WAITS}".replace(
    '"slow"', '"quick"', 1
)


@pytest.mark.daemon
@pytest.mark.deep
@pytest.mark.usefixtures("docker_host")
def test_what_a_check_waits_for_is_shown_until_the_report_stands_in_its_place() -> None:
    told: list[dict[str, Any]] = []

    class Watched(NotebookClient):  # type: ignore[misc]  # nbclient has no types
        def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
            if msg["msg_type"] in ("display_data", "update_display_data"):
                told.append(msg)
            return super().process_message(msg, cell, cell_index)

    book = notebook(CONNECT, WAITS, "1 + 1", TWO_TASKS)
    Watched(book, allow_errors=True, timeout=600).execute()
    _connect, slow, _sum, two = (cell.outputs for cell in book.cells)
    words = [msg["content"]["data"]["text/plain"] for msg in told]
    assert words[0] == "Waiting until ck-live answers on port 8123: up to 2 s …"
    assert words[1] == "Waiting until the log of ck-live says it: up to 1 s …"
    assert "✗ failed" in words[2]
    # One place on the page, and in the notebook as it is saved the report alone.
    assert [msg["msg_type"] for msg in told[:3]] == ["display_data", "update_display_data", "update_display_data"]
    assert [output.output_type for output in slow] == ["display_data", "error"]
    assert "Waiting" not in str(slow)
    shown = [output.data["text/plain"] for output in two if output.output_type == "display_data"]
    assert ["Quick" in text for text in shown] == [True, False]
    assert ["Slow" in text for text in shown] == [False, True]


@pytest.mark.daemon
@pytest.mark.deep
def test_where_no_notebook_is_nothing_is_said_of_waiting(world: Engine) -> None:
    environment = {**os.environ, "DOCKER_HOST": world.endpoint.host, "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-c", f"{CONNECT}\n{WAITS}"], env=environment, capture_output=True, text=True, check=False
    )
    assert "✗ failed" in done.stdout
    assert "Waiting until" not in done.stdout + done.stderr
