"""``check.predict(…)``: a choice before an experiment; when its cell has run, what was said and what came.

Only at a student's own desk. It earns nothing and keeps nobody: who chooses nothing just runs the next cell.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from grader.checks.errors import AuthorError
from grader.checks.prediction import NothingSeen, Observe, Seen, outcome
from grader.course.cells import Cell
from grader.course.labs import CourseError, read_lab
from grader.course.predictions import Prediction, predictions_of
from grader.docker_api.daemon import Daemon
from grader.i18n import _
from grader.report.cell_runs import digest_of
from grader.report.predicted import Predicted, note_predicted, predicted_in
from grader.report.progress import ProgressFolder
from grader.report.render import NO_MATHS
from grader.shell import notebook_of_kernel, shell_of_kernel

_HOOK = "_drydock_predictions"


@dataclass
class _Asked:
    """A prediction as this kernel asked for it. ``place``: of what is shown below its cell."""

    prediction: Prediction
    observe: Observe
    place: str = ""
    buttons: list[Any] = field(default_factory=list)
    told: Any = None


class Predictions:
    """The predictions of one lab's notebook."""

    def __init__(
        self,
        lab: str,
        folder: ProgressFolder | None,
        daemon: Callable[[], Daemon],
        printed: Callable[[], str] = lambda: "",
    ) -> None:
        """``printed``: what the cell that has just ended printed."""
        self._lab = lab
        self._folder = folder
        self._daemon = daemon
        self._printed = printed
        # A cell may go elsewhere later.
        self._here = Path.cwd()
        self._observe: dict[str, Observe] = {}
        self._asked: dict[str, _Asked] = {}

    def ask(self, name: str, observe: Observe | None, answer: int | None) -> None:
        """Show the choices, or keep an ``answer`` typed without them. Raises AuthorError."""
        if observe is not None:
            self._observe[name] = observe
        prediction = self._find(name)
        if self._folder is None or prediction is None or name not in self._observe:
            print(_("Decide for yourself, then run the next cell."))
            return
        asked = self._asked.setdefault(name, _Asked(prediction, self._observe[name]))
        asked.prediction, asked.observe = prediction, self._observe[name]
        if answer is not None:
            self._say(asked, answer)
            print(_said(prediction, answer))
        elif (shell := shell_of_kernel()) is None:
            print(self._as_text(asked))
        else:
            self._listen(shell)
            self._show(asked)

    def outcome(self, name: str, *, choices: int, printed: str) -> int:
        """The number of the choice that came true, the first is 1. Raises NothingSeen and AuthorError."""
        if name not in self._observe:
            raise AuthorError(_("no cell above asks for the prediction {name}").format(name=name))
        return outcome(name, self._observe[name], Seen(self._daemon(), printed), choices)

    def _find(self, name: str) -> Prediction | None:
        """In the notebook this kernel belongs to; None where it can't be read, or has no such question."""
        for file in dict.fromkeys((notebook_of_kernel().name, f"{self._lab}.ipynb")):
            try:
                cells = read_lab(self._here / file).cells
            except (CourseError, OSError):
                continue
            for prediction in predictions_of(cells):
                if prediction.id == name and prediction.choices:
                    return prediction
        return None

    def _known(self, prediction: Prediction) -> Predicted:
        known = predicted_in(self._folder, self._lab).get(prediction.id) if self._folder else None
        within = range(len(prediction.choices) + 1)
        return known if known and known.said in within and known.came in within else Predicted()

    def _note(self, prediction: Prediction, predicted: Predicted) -> None:
        if self._folder is not None:
            note_predicted(self._folder, self._lab, prediction.id, predicted)

    def _say(self, asked: _Asked, number: int) -> None:
        most = len(asked.prediction.choices)
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= most:
            raise AuthorError(_("answer=… is the number of a choice, from 1 to {most}").format(most=most))
        self._note(asked.prediction, Predicted(number))
        for index, button in enumerate(asked.buttons, 1):
            button.description = _label(asked.prediction.choices[index - 1], chosen=index == number)
        if asked.told is not None:
            asked.told.value = _live(_said(asked.prediction, number))

    # -- what is shown below the cell that asks

    def _show(self, asked: _Asked) -> None:
        from IPython.display import publish_display_data

        asked.place = secrets.token_hex(8)
        words = {"text/plain": self._as_text(asked), "text/html": self._as_html(asked)}
        publish_display_data({**self._widget(asked), **words}, transient={"display_id": asked.place})

    def _widget(self, asked: _Asked) -> dict[str, Any]:
        """Buttons, as the mime type that shows them; nothing where ipywidgets is not installed."""
        try:
            import ipywidgets
        except ImportError:
            return {}
        known = self._known(asked.prediction)
        asked.buttons = []
        for number, words in enumerate(asked.prediction.choices, 1):
            button = ipywidgets.Button(
                description=_label(words, chosen=number == known.said), layout={"width": "auto", "height": "auto"}
            )
            button.on_click(lambda _button, number=number: self._say(asked, number))
            asked.buttons.append(button)
        asked.told = ipywidgets.HTML(_live("\n".join(_outcome_lines(asked.prediction, known)) or _optional()))
        box = ipywidgets.VBox([ipywidgets.HTML(_STYLE), *asked.buttons, asked.told])
        box.add_class("drydock-predict")
        bundle = box._repr_mimebundle_()
        return dict(bundle[0] if isinstance(bundle, tuple) else bundle)

    def _as_text(self, asked: _Asked) -> str:
        """For those without buttons: the choices, and how to choose."""
        prediction = asked.prediction
        choices = [f"  {number}. {words}" for number, words in enumerate(prediction.choices, 1)]
        type_ = _("Without buttons, type in a cell of your own: {command}").format(command=_command(prediction))
        outcome_lines = _outcome_lines(prediction, self._known(prediction))
        return "\n".join([prediction.question, *choices, *(outcome_lines or [_optional(), type_])])

    def _as_html(self, asked: _Asked) -> str:
        return f'<pre style="white-space:pre-wrap">{escape(self._as_text(asked))}</pre>'

    # -- the experiment

    def _listen(self, shell: Any) -> None:
        """Another `connect` in the same kernel takes the place of an earlier one."""
        earlier = getattr(shell, _HOOK, None)
        if earlier is not None:
            shell.events.unregister("post_run_cell", earlier)
        shell.events.register("post_run_cell", self._after)
        setattr(shell, _HOOK, self._after)

    def _after(self, result: Any) -> None:
        """IPython's post_run_cell: was it an experiment?"""
        info = result.info
        for asked in self._asked.values():
            if _is(asked.prediction.experiment, str(info.cell_id or ""), str(info.raw_cell or "")):
                self._tell(asked)

    def _tell(self, asked: _Asked) -> None:
        """Below the experiment, and in the place of the buttons, so that both stand in the notebook as it is saved."""
        from IPython.display import publish_display_data

        prediction = asked.prediction
        said = self._known(prediction).said
        try:
            came = self.outcome(prediction.id, choices=len(prediction.choices), printed=self._printed())
        except (NothingSeen, AuthorError):
            came = 0
        predicted = Predicted(said, came)
        self._note(prediction, predicted)
        lines = _outcome_lines(prediction, predicted)
        if not came:
            lines.append(_("This time the experiment did not show it."))
        data = {"text/plain": "\n".join(lines), "text/html": _as_section(lines)}
        publish_display_data(data)
        if asked.place:
            publish_display_data(data, transient={"display_id": asked.place}, update=True)


# -- words

_STYLE = (
    "<style>.drydock-predict .jupyter-button{white-space:normal;text-align:left;line-height:1.4;"
    "padding:4px 10px;max-width:40em}</style>"
)


def _label(words: str, *, chosen: bool) -> str:
    """A sign beside the words: never only a colour."""
    return f"{'✓' if chosen else '○'} {words}"


def _optional() -> str:
    return _("What do you say? Choose, then run the next cell. (You may run it without choosing, too.)")


def _command(prediction: Prediction) -> str:
    return f'check.predict("{prediction.id}", answer=1)'


def _said(prediction: Prediction, number: int) -> str:
    return _("You say: {choice}. Now run the next cell.").format(choice=prediction.choices[number - 1])


def _outcome_lines(prediction: Prediction, predicted: Predicted) -> list[str]:
    """What was said and what came, those that are known."""
    lines = []
    if predicted.said:
        lines.append(_("You said: {choice}").format(choice=prediction.choices[predicted.said - 1]))
    if predicted.came:
        lines.append(_("The daemon said: {choice}").format(choice=prediction.choices[predicted.came - 1]))
    if predicted.said and predicted.came:
        same = predicted.said == predicted.came
        lines.append(_("As you said.") if same else _("Not as you said: that is worth a thought."))
    return lines


def _live(words: str) -> str:
    """A line that a screen reader reads out when it changes."""
    return f'<div role="status" aria-live="polite">{"<br>".join(map(escape, words.splitlines()))}</div>'


def _as_section(lines: list[str]) -> str:
    """Only Jupyter's own colours, as in a check's report: right in light and dark themes, and without any."""
    style = "border-left:4px solid var(--jp-info-color1, #2a86b8);padding:2px 0 2px 10px;margin:4px 0"
    told = "".join(f"<div>{escape(line)}</div>" for line in lines)
    return (
        f'<section class="drydock-prediction {NO_MATHS}" aria-label="{escape(_("Your prediction"))}" '
        f'style="{style};color:var(--jp-content-font-color1, inherit)"><div role="status">{told}</div></section>'
    )


def _is(experiment: Cell | None, cell_id: str, source: str) -> bool:
    """By the cell's id, else by its text: not every front end tells the id."""
    if experiment is None:
        return False
    return experiment.id == cell_id if cell_id else digest_of(experiment.source) == digest_of(source)
