"""What lab notebooks show: charts of what the daemon says, a live panel beside the notebook, the course's index.

``from grader.widgets import charts`` (or ``panel``) in a cell. Cheap to import: matplotlib comes with the first
picture, ipywidgets with the first panel.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.charts import charts
    from grader.panel.live import Panel
    from grader.panel.live_index import LiveIndex

__all__ = ["charts", "course_index", "panel"]


def panel() -> Panel:
    """A live view of the lab daemon and of your progress. The last value of a cell; one in each notebook."""
    from grader.panel.live import open_panel

    return open_panel()


def course_index() -> LiveIndex:
    """The labs, how far you are, and what comes next. Follows your checks."""
    from grader.panel.live_index import open_index

    return open_index()


def __getattr__(name: str) -> Any:
    # Whoever wants the panel or the index needs no chart.
    if name == "charts":
        return import_module("grader.charts.charts")
    raise AttributeError(f"module {__name__} has no attribute {name}")
