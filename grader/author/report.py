"""A proof told to a person, and as JSON for machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.author.cases import Kind
from grader.author.findings import Finding
from grader.author.mutants.record import Fate, Figures
from grader.author.proof import LabProof, Proof
from grader.author.trial import Outcome
from grader.i18n import _, ngettext


def show(proof: Proof, console: Console) -> None:
    """Print the findings, then one line a lab, then another about its mutants, then the sum."""
    for lab in proof.labs:
        for finding in lab.findings:
            console.print(_finding(finding))
    console.print(_table(proof))
    for lab in proof.labs:
        if lab.mutants is not None:
            words = _("{lab}: mutants: {figures}").format(lab=lab.name, figures=_of_mutants(lab.mutants))
            console.print(Text(words, style="yellow" if lab.mutants.fates[Fate.SURVIVED] else ""))
    count = sum(len(lab.findings) for lab in proof.labs)
    if count:
        words = ngettext("{count} thing to mend.", "{count} things to mend.", count).format(count=count)
        console.print(Text(words, style="bold red"))
        for lab in proof.labs:
            if not lab.sound:
                console.print(Text(_("Then run: {command}").format(command=_again(lab)), style="cyan"))
    else:
        console.print(Text(_("Every lab is sound."), style="bold green"))


def _again(lab: LabProof) -> str:
    """The shortest command that tries again what did not hold."""
    wrong = [outcome.case for outcome in lab.outcomes if outcome.findings]
    only_answers = len(wrong) > 0 and all(case.kind in (Kind.WRONG, Kind.RIGHT) for case in wrong)
    from_cases = sum(len(outcome.findings) for outcome in lab.outcomes)
    if not only_answers or from_cases < len(lab.findings):
        return f"drydock author check {lab.name}"
    tasks = dict.fromkeys(case.name.split("/")[0] for case in wrong)
    return " ".join([f"drydock author check {lab.name}", *(f"--task {task}" for task in tasks)])


def _finding(finding: Finding) -> RenderableType:
    head = Text.assemble(
        ("✗ ", "red"),
        (finding.lab, "bold"),
        (f"  {finding.where}" if finding.where else ""),
        "\n  ",
        finding.what,
    )
    if finding.remedy:
        head.append(f"\n  → {finding.remedy}", style="cyan")
    if not finding.detail:
        return head
    return Group(head, Padding(Text.from_ansi(finding.detail, style="dim"), (0, 0, 0, 4)))


def _table(proof: Proof) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in (_("lab"), _("tasks"), _("wrong"), _("right"), _("solution"), _("daemons"), ""):
        table.add_column(heading, justify="left" if heading in (_("lab"), "") else "right")
    for lab in proof.labs:
        table.add_row(
            escape(lab.name),
            str(lab.tasks),
            _share(lab.cases(Kind.WRONG)),
            _share(lab.cases(Kind.RIGHT)),
            _("{runs} × {seconds:.1f} s").format(runs=len(lab.cases(Kind.SOLUTION)), seconds=lab.solution_seconds),
            _("{count} in {seconds:.0f} s").format(count=len(lab.daemons), seconds=sum(lab.daemons)),
            Text(_("sound"), style="green") if lab.sound else Text(_("not sound"), style="red"),
        )
    table.caption = _("{seconds:.0f} s in all").format(seconds=proof.seconds)
    table.caption_justify = "left"
    return table


def _of_mutants(figures: Figures) -> str:
    if figures.outdated:
        return _("what is on record is older than the lab's checks")
    if not figures.run:
        return _("none on record")
    words = _("{good} of {judged} killed or justified ({run} of {made} run, {date})").format(
        good=figures.good, judged=figures.judged, run=figures.run, made=figures.made, date=figures.record.day
    )
    if not figures.newer:
        return words
    newer = ngettext("{count} task is newer", "{count} tasks are newer", figures.newer).format(count=figures.newer)
    return f"{words}; {newer}"


def _share(outcomes: list[Outcome]) -> str:
    return f"{sum(not outcome.findings for outcome in outcomes)}/{len(outcomes)}"


def as_json(proof: Proof) -> dict[str, Any]:
    """Everything the proof found, with seconds, as plain data."""
    return {
        "sound": proof.sound,
        "seconds": round(proof.seconds, 2),
        "labs": [_lab_json(lab) for lab in proof.labs],
    }


def _lab_json(lab: LabProof) -> dict[str, Any]:
    return {
        "name": lab.name,
        "sound": lab.sound,
        "tasks": lab.tasks,
        "daemons": len(lab.daemons),
        "findings": [asdict(finding) for finding in lab.findings],
        "cases": list(_cases_json(lab)),
        "mutants": lab.mutants.as_json() if lab.mutants else None,
    }


def _cases_json(lab: LabProof) -> Iterator[dict[str, Any]]:
    for outcome in sorted(lab.outcomes, key=lambda one: (one.case.kind, one.case.name)):
        yield {
            "kind": outcome.case.kind.value,
            "name": outcome.case.name,
            "holds": not outcome.findings,
            "seconds": round(outcome.seconds, 2),
        }
