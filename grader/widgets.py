"""What lab notebooks show: charts of what the daemon says, a live panel beside the notebook, the course's index.

``from grader.widgets import charts`` (or ``panel``) in a cell. Cheap to import: matplotlib comes with the first
picture, ipywidgets with the first panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.charts import charts

if TYPE_CHECKING:
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
