"""A lab's mutants told to a person, and as JSON for machines."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.text import Text

from grader.author.mutants.record import Fate
from grader.author.mutation import LabMutants, Trial
from grader.i18n import _, ngettext


def show(lab: LabMutants, console: Console) -> None:
    """Print each survivor with its diff, what could not be checked, what was not reached; then the sum."""
    for trial in lab.of(Fate.NOT_JUDGED):
        console.print(_head(trial, "?", "yellow"))
        console.print(Text(f"  {trial.why}", style="dim"))
    for trial in lab.of(Fate.SURVIVED):
        console.print(_head(trial, "✗", "red"))
        console.print(_diff(trial), soft_wrap=True)
    for line in lab.idle:
        console.print(Text(_("mutants.toml: no mutant answers to {line} any more.").format(line=line), style="yellow"))
    if lab.not_reached:
        kinds = Counter(mutant.operator.value for mutant in lab.not_reached)
        console.print(
            Text(
                _("There was no time for {count} of {made}: {kinds}. More time: --seconds").format(
                    count=len(lab.not_reached),
                    made=lab.made,
                    kinds=", ".join(f"{count} × {kind}" for kind, count in kinds.most_common()),
                ),
                style="yellow",
            )
        )
    console.print(_sum(lab))
    survivors = lab.of(Fate.SURVIVED)
    if survivors:
        remedy = _(
            "Make the checks ask for more. What is a right answer goes into"
            ' solutions/{lab}/answers/mutants.toml: [{task}], {id} = "why"'
        )
        first = survivors[0].mutant
        console.print(Text(f"→ {remedy.format(lab=lab.name, task=first.task, id=first.id)}", style="cyan"))


def _head(trial: Trial, sign: str, style: str) -> Text:
    mutant = trial.mutant
    return Text.assemble((f"{sign} ", style), (mutant.task, "bold"), f"  {mutant.id}  {mutant.what}")


def _diff(trial: Trial) -> Text:
    text = Text()
    for line in trial.mutant.diff.splitlines():
        text.append(f"    {line}\n", style={"-": "red", "+": "green"}.get(line[:1], "dim"))
    return text


def _sum(lab: LabMutants) -> Text:
    words = ngettext("{count} mutant", "{count} mutants", len(lab.trials)).format(count=len(lab.trials))
    parts = [f"{count} {fate.value}" for fate in Fate if (count := len(lab.of(fate)))]
    told = _("{lab}: {mutants} in {seconds:.0f} s: {parts}; {share:.1%} killed or justified").format(
        lab=lab.name, mutants=words, seconds=lab.seconds, parts=", ".join(parts), share=lab.share
    )
    return Text(told, style="bold red" if lab.of(Fate.SURVIVED) else "bold green")


def as_json(lab: LabMutants) -> dict[str, Any]:
    """Everything that was found, as plain data."""
    return {
        "lab": lab.name,
        "made": lab.made,
        "seconds": round(lab.seconds, 2),
        "docker": lab.docker,
        "share": round(lab.share, 4),
        "idle": lab.idle,
        "mutants": [
            {
                "task": trial.mutant.task,
                "id": trial.mutant.id,
                "operator": trial.mutant.operator.value,
                "what": trial.mutant.what,
                "fate": trial.fate.value,
                "why": trial.why,
                "seconds": round(trial.seconds, 2),
                "diff": trial.mutant.diff,
            }
            for trial in lab.trials
        ],
        "not_reached": [f"{mutant.task}/{mutant.id}" for mutant in lab.not_reached],
    }
