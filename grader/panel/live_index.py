"""The index in a notebook: the same page again whenever a check has noted something."""

from __future__ import annotations

from typing import Any

from grader import extras
from grader.course.lab_cards import LabCard
from grader.course.settings import Stage
from grader.panel.folder_watch import FolderWatch, follow
from grader.panel.index_page import Index
from grader.report.progress import ProgressFolder
from grader.shell import shell_of_kernel

#: One for each kernel, so that a saved page finds it again in the kernel that runs behind it.
MODEL_ID = "drydock-course-index"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class LiveIndex:
    """Displays itself as the last value of a cell, and stays up to date until ``close``."""

    def __init__(self, cards: tuple[LabCard, ...], progress: ProgressFolder, stages: tuple[Stage, ...] = ()) -> None:
        with extras.needed():
            import ipywidgets

        self._cards, self._progress, self._stages = cards, progress, stages
        # Links in an output lead where links of a notebook lead; those of an HTML widget would leave JupyterLab.
        self._output = ipywidgets.Output(model_id=MODEL_ID)
        self._watch: FolderWatch | None = None
        self._show()

    def start(self) -> None:
        # Where nothing can be watched, the page stays as it is.
        self._watch = follow(self._progress.path, self._show, "drydock-index")

    def close(self) -> None:
        """End its thread. Safe to call twice."""
        if self._watch is not None:
            self._watch.close()

    def _show(self) -> None:
        data = self._index()._repr_mimebundle_()
        self._output.outputs = ({"output_type": "display_data", "data": data, "metadata": {}},)

    def _index(self) -> Index:
        return Index(self._cards, self._progress, self._stages)

    def __str__(self) -> str:
        return self._index().text

    def _repr_mimebundle_(self, **_wanted: object) -> dict[str, Any]:
        # IPython asks for all forms by this name.
        view = {"version_major": 2, "version_minor": 0, "model_id": MODEL_ID}
        return {**self._index()._repr_mimebundle_(), WIDGET_VIEW: view}


def open_index() -> LiveIndex:
    """This kernel's index, made at the first call."""
    from grader.course.lab_cards import read_labs
    from grader.course.labs import find_course
    from grader.course.settings import settings_in
    from grader.report.progress import progress_folder

    shell = shell_of_kernel()
    index: LiveIndex | None = getattr(shell, "drydock_index", None)
    if index is None:
        course = find_course()
        index = LiveIndex(read_labs(course), progress_folder(course), settings_in(course.root).stages)
        if shell is not None:
            shell.drydock_index = index
            index.start()
    return index
