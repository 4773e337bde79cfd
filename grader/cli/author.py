"""``drydock author``: for those who write labs."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import TextColumn

from grader.author.cases import Kind
from grader.author.proof import Plan, Progress, prove
from grader.author.trial import Outcome
from grader.cli.docker_option import docker_option
from grader.cli.progress import Bar
from grader.course.labs import Course, find_course
from grader.i18n import _
from grader.processes import processors

#: Seconds between two lines of a log.
_QUIET_SECONDS = 15.0

_json_option = click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    default=None,
    help="Write all results here.",
)


@click.group("author")
def command() -> None:
    """Begin a lab or a course, prove a lab sound, make the students' release."""


@command.command("check")
@click.argument("labs", nargs=-1)
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1, 64),
    default=None,
    help="Daemons at once (default: one per CPU, and one where all publish their ports on this machine).",
)
@click.option("--runs", type=click.IntRange(1, 100), default=3, show_default=True, help="Runs of each solution.")
@click.option("--seconds", type=float, default=40.0, show_default=True, help="The most a solution may take.")
@click.option("--task", "tasks", multiple=True, help="Only the answers to this task (may be repeated).")
@click.option("--alone", is_flag=True, help="A daemon for every case, also where several can share one (slower).")
@click.option("--brief", is_flag=True, help="The blank release and the solution, but no other answers.")
@click.option("--solution", is_flag=True, help="The solution alone.")
@click.option("--engine", "kind", default=None, help="The engine to use (default: the best one here).")
@docker_option
@_json_option
def check(
    *,
    labs: tuple[str, ...],
    jobs: int | None,
    runs: int,
    seconds: float,
    tasks: tuple[str, ...],
    alone: bool,
    brief: bool,
    solution: bool,
    kind: str | None,
    json_file: Path | None,
) -> None:
    """Prove LABS sound (default: all): every case on a fresh daemon, shared only by cases that can't meet.

    The blank release passes nothing, the solution passes everything, each wrong answer fails with its
    message, each right alternative passes.
    """
    from grader.author.report import as_json, show
    from grader.engines.choice import seen

    course = find_course()
    names = _chosen(course, labs)
    kinds = (Kind.SOLUTION,) if solution else (Kind.BLANK, Kind.SOLUTION) if brief else ()
    _see_tasks(course, names, tasks, kinds)
    _see_json(json_file)
    chosen = seen(kind)
    plan = Plan(runs=runs, seconds=seconds, jobs=jobs or _jobs(chosen), tasks=tasks, alone=alone, kinds=kinds)
    with _LiveProgress(Console(stderr=True)) as progress:
        proof = prove(course, names, plan, kind=chosen, progress=progress)
    show(proof, Console())
    _write_json(json_file, as_json(proof))
    raise SystemExit(0 if proof.sound else 1)


def _see_json(json_file: Path | None) -> None:
    """Before the proof, which may take an hour: afterwards it is too late to learn that there is no such place."""
    if json_file is None:
        return
    try:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.open("a").close()
    except OSError as error:
        why = _("{path} can't be written: {why}").format(path=json_file, why=error.strerror)
        raise click.BadParameter(why, param_hint="--json") from None


def _write_json(json_file: Path | None, results: object) -> None:
    if json_file is not None:
        json_file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _see_tasks(course: Course, labs: Sequence[str], tasks: Sequence[str], kinds: Sequence[Kind]) -> None:
    """Raises click.UsageError for tasks that no case would be tried for: nothing tried must not pass for sound."""
    if not tasks:
        return
    if kinds:
        raise click.UsageError(_("--brief and --solution try no answers, so they know no --task. Leave it out."))
    if unknown := set(tasks) - {task.id for lab in labs for task in course.lab(lab).tasks}:
        raise click.BadParameter(
            _("No task is called {tasks} in {labs}.").format(tasks=", ".join(sorted(unknown)), labs=", ".join(labs))
        )


def _jobs(kind: str) -> int:
    """How many daemons at once: as many as processors, where their published ports don't meet."""
    from grader.engines import engine_class

    return processors() if engine_class(kind).has_own_ports else 1


def _chosen(course: Course, labs: tuple[str, ...]) -> list[str]:
    if labs:
        return list(dict.fromkeys(course.pick(name) for name in labs))
    # With no argument, an empty course is as wrong as an unknown lab.
    return course.names() or [course.pick("")]


class _LiveProgress(Bar, Progress):
    """Shows how many cases are done and which failed; plain lines where there is no terminal."""

    def __init__(self, console: Console) -> None:
        super().__init__(console, _("proving"), TextColumn("{task.fields[last]}", style="dim"))
        self._bar.update(self._task, last="")
        self._planned = self._done = 0
        self._spoke = 0.0

    def planned(self, cases: int) -> None:
        self._planned = cases
        self._bar.update(self._task, total=cases)
        if not self._console.is_terminal:
            self._console.print(_("{count} cases on fresh daemons …").format(count=cases))

    def finished(self, outcome: Outcome) -> None:
        self._done += 1
        name = f"{outcome.case.lab} {outcome.case.name}"
        self._bar.update(self._task, advance=1, last=name)
        if outcome.findings:
            self._console.print(f"[red]✗[/red] {name}: {outcome.findings[0].what}", highlight=False)
        elif not self._console.is_terminal and time.monotonic() - self._spoke > _QUIET_SECONDS:
            self._spoke = time.monotonic()
            self._console.print(f"{self._done}/{self._planned}", highlight=False)


@command.command("mutate")
@click.argument("lab")
@click.option("--task", "tasks", multiple=True, help="Only the mutants of this task (may be repeated).")
@click.option("--since", default="", metavar="COMMIT", help="Only tasks whose cells were changed since this commit.")
@click.option("--mutant", "only", multiple=True, metavar="ID", help="Only this mutant (may be repeated).")
@click.option("--seconds", type=float, default=300.0, show_default=True, help="After so long no further one is begun.")
@click.option("--jobs", "-j", type=click.IntRange(1, 64), default=None, help="Daemons at once (default: as for check).")
@click.option("--record", is_flag=True, help="Add what was found to answers/mutants.json beside the lab.")
@click.option("--list", "only_list", is_flag=True, help="Run nothing; say which mutants there are.")
@click.option("--engine", "kind", default=None, help="The engine to use (default: the best one here).")
@docker_option
@_json_option
def mutate(
    *,
    lab: str,
    tasks: tuple[str, ...],
    since: str,
    only: tuple[str, ...],
    seconds: float,
    jobs: int | None,
    record: bool,
    only_list: bool,
    kind: str | None,
    json_file: Path | None,
) -> None:
    """Change LAB's solutions in one place each, and see whether the checks notice.

    A mutant that passes survives: a hole in the check, or a right answer to be kept in answers/mutants.toml.
    Those that are on record already come last.
    """
    from grader.engines.choice import seen
    from grader.extras import needed

    with needed():
        from grader.author import mutants_report, mutation
    from grader.author.mutants.record import Fate, path_of, write_record

    course = find_course()
    name = course.pick(lab)
    _see_tasks(course, [name], tasks, ())
    if since:
        changed = mutation.changed_tasks(course.lab(name), since)
        tasks = tuple(task for task in changed if not tasks or task in tasks)
        if not tasks:
            click.echo(_("{lab}: no task's cells were changed since {commit}.").format(lab=name, commit=since))
            return
    mutants = mutation.in_turn(course.lab(name), tasks)
    if unknown := set(only) - {mutant.id for mutant in mutants}:
        words = _("No mutant is called {ids} in {lab}. All of them: drydock author mutate {lab} --list")
        raise click.BadParameter(words.format(ids=", ".join(sorted(unknown)), lab=name))
    if only_list:
        for mutant in mutants:
            click.echo(f"{mutant.task}  {mutant.id}  {mutant.operator}: {mutant.what}")
        return
    _see_json(json_file)
    chosen = seen(kind)
    with _LiveProgress(Console(stderr=True)) as progress:
        found = mutation.mutate(
            course,
            name,
            kind=chosen,
            seconds=seconds,
            jobs=jobs or _jobs(chosen),
            tasks=tasks,
            only=only,
            progress=progress,
        )
    mutants_report.show(found, Console())
    _write_json(json_file, mutants_report.as_json(found))
    if record and found.trials:
        write_record(course.lab(name), mutation.with_found(found))
        click.echo(_("recorded in {path}").format(path=path_of(course.lab(name)).relative_to(course.root)))
    raise SystemExit(1 if found.of(Fate.SURVIVED) else 0)


@command.command("release")
@click.argument("labs", nargs=-1)
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 when labs/ is out of date.")
def release(labs: tuple[str, ...], only_check: bool) -> None:
    """Make labs/ from solutions/ with nbgrader (default: all labs)."""
    from grader.author.release import remove_orphans, stale, write_release

    course = find_course()
    names = _chosen(course, labs)
    if only_check:
        old = stale(course, names)
        for finding in old:
            click.echo(f"{finding.where}: {finding.what}")
        click.echo(_("Run: drydock author release") if old else _("labs/ is current."))
        raise SystemExit(1 if old else 0)
    changed = write_release(course, names)
    for name in changed:
        click.echo(_("made   {lab}").format(lab=f"labs/{name}"))
    for name in [] if labs else remove_orphans(course):
        click.echo(_("removed {lab}: it has no source any more").format(lab=f"labs/{name}"))
    if not changed:
        click.echo(_("labs/ was current."))


@command.command("new")
@click.argument("name", metavar="NN-NAME")
@click.option("--title", default="", help="The lab's title (default: made of its name).")
def new(name: str, title: str) -> None:
    """Begin a lab: a small one in solutions/ that is sound already. Change it from there."""
    from grader.author.skeleton import new_lab

    course = find_course()
    notebook = new_lab(course, name, title)
    click.echo(_("made   {lab}").format(lab=notebook.relative_to(course.root)))
    click.echo(_("Next: drydock author check {number}").format(number=name.split("-", maxsplit=1)[0]))


@command.command("course")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--title", default="", help="The course's title (default: made of the folder's name).")
def new_course(folder: Path, title: str) -> None:
    """Begin a course of your own in a new folder DIR, with one lab that is sound already."""
    from grader.author import skeleton
    from grader.cli.machine import packages

    names = list(dict.fromkeys(package.name for package in packages("lab")))
    course = skeleton.new_course(folder, names, title)
    click.echo(_("made   {folder}").format(folder=course.root))
    click.echo(_("Next: cd {folder} && drydock author check").format(folder=shlex.quote(str(folder))))
