"""``python -m grader``: the drydock command by the Python that has it, wherever the command's own file lies."""

from __future__ import annotations

from grader.cli import main

main(prog_name="drydock")
