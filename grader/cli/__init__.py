"""The ``drydock`` command. Each subcommand is a module of its own, imported only when it is called."""

from __future__ import annotations

from grader.cli.group import main

__all__ = ["main"]
