"""What students look at: charts of what the daemon says, a live panel beside the notebook, the course's index.

``from grader.widgets import charts`` (or ``panel``) in a cell. Cheap to import: matplotlib comes with the first
picture, ipywidgets with the first panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.widgets.live_index import LiveIndex
    from grader.widgets.live_panel import Panel


def panel() -> Panel:
    """A live view of the lab daemon and of your progress. The last value of a cell; one in each notebook."""
    from grader.widgets.live_panel import open_panel

    return open_panel()


def course_index() -> LiveIndex:
    """The labs, how far you are, and what comes next. Follows your checks."""
    from grader.widgets.live_index import open_index

    return open_index()
