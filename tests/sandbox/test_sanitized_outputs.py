"""Outputs of a student's that may lie in a graded notebook."""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from grader.sandbox.outputs import sanitized


def test_texts_and_pictures_stay_as_they_are() -> None:
    outputs = [
        new_output("stream", name="stdout", text="<b>"),
        new_output("error", ename="E", evalue="v", traceback=["t"]),
        new_output("execute_result", {"text/plain": "1"}, execution_count=3),
        new_output("display_data", {"text/plain": "x", "image/png": "aGk=\naGk=\n"}),
        new_output("display_data", {"image/jpeg": "aGk="}),
    ]
    assert sanitized(outputs) == outputs


def test_what_runs_in_a_browser_goes_and_its_text_stays() -> None:
    data = {"text/html": "<script>", "image/svg+xml": "<svg>", "application/javascript": "x", "text/plain": "a chart"}
    (kept,) = sanitized([new_output("display_data", data, metadata={"image/png": {"width": "1><script>"}})])
    assert kept == new_output("display_data", {"text/plain": "a chart"})


def test_what_has_no_text_is_named() -> None:
    outputs = [
        new_output("display_data", {"text/html": "<script>", "image/svg+xml": "<svg>"}),
        new_output("display_data", {"image/png": '"><script>'}),
        new_output("execute_result", {}, execution_count=1),
    ]
    kept = sanitized(outputs)
    assert "image/svg+xml, text/html" in kept[0].data["text/plain"]
    assert [list(output.data) for output in kept] == [["text/plain"]] * 3
    nbformat.validate(new_notebook(cells=[new_code_cell("", outputs=kept)]))
