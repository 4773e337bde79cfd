"""A lab's static rules, and first what a check cell may say: it runs in a trusted process that has run nothing else.

So only ``check``, names the cell assigns itself and plain builtins exist there. This is a help for authors,
not a wall: check cells come from the course, never from a submission.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Callable, Iterator

from grader.author.answer_rules import answers_are_enough, answers_are_filed, reasons_are_given
from grader.author.declared_rules import (
    asks_for_prediction,
    images_are_declared,
    planted_scripts_are_there,
    predictions_can_be_made,
    values_are_the_same_everywhere,
)
from grader.author.findings import Finding, about
from grader.author.pattern_rules import pattern_is_kept
from grader.course.declared import connecting
from grader.course.labs import Lab
from grader.i18n import _

# Builtins that reach out of the cell: files, the interpreter's insides, the terminal.
_REACHES_OUT = ("open", "exec", "eval", "compile", "input", "globals", "locals", "vars", "dir", "print")
_INTERACTIVE = ("breakpoint", "exit", "quit", "help", "copyright", "credits", "license")
_AROUND_NAMES = ("getattr", "setattr", "delattr", "memoryview")
_OUTSIDE = frozenset((*_REACHES_OUT, *_INTERACTIVE, *_AROUND_NAMES))
ALLOWED_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_") and name not in _OUTSIDE)


def problems(source: str) -> list[str]:
    """What is wrong with a check cell's source, in sentences; empty when all is well."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        line = (error.text or "").strip()
        return [
            _("line {line} is not plain Python (magics and ! commands don't work here): {text}").format(
                line=error.lineno, text=line
            )
        ]
    assigned = set(_assigned(tree))
    found = [*_forbidden(tree), *_unknown_names(tree, assigned)]
    return list(dict.fromkeys(found))


def _assigned(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                yield name
            case ast.ExceptHandler(name=str(name)):
                yield name


def _forbidden(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                yield _("line {line} imports something: a check cell may not").format(line=node.lineno)
            case ast.Attribute(attr=attr) if attr.startswith("__"):
                yield _("line {line} reaches for {name}: a check cell may not").format(line=node.lineno, name=attr)
            case ast.Try():
                yield _("line {line} catches exceptions: a lost daemon would then pass for a wrong answer").format(
                    line=node.lineno
                )


def _unknown_names(tree: ast.AST, assigned: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
            continue
        if node.id == "check" or node.id in assigned or node.id in ALLOWED_BUILTINS:
            continue
        yield _("line {line} uses “{name}”, which does not exist where check cells run").format(
            line=node.lineno, name=node.id
        )


# -- The rules of a lab that can be seen without running it: each is a function from a lab to its findings.

Rule = Callable[[Lab], Iterator[Finding]]


def findings(lab: Lab) -> list[Finding]:
    """What all rules have to say about a lab."""
    return [finding for rule in RULES for finding in rule(lab)]


def connects_first(lab: Lab) -> Iterator[Finding]:
    """The first code cell is the locked ``connect`` cell, and it names this lab."""
    first = next((cell for cell in lab.cells if cell.is_code), None)
    remedy = _('The first code cell: check = connect("{lab}"), grade_id “connect”, locked.').format(lab=lab.name)
    if first is None or not first.is_connect:
        yield about(lab, first, _("The first code cell is not the “connect” cell."), remedy)
        return
    if not first.locked or first.grade or first.solution:
        yield about(lab, first, _("The “connect” cell must be locked, and neither graded nor a solution."), remedy)
    call = connecting(first.source)
    if call is None or not call.args or ast.unparse(call.args[0]) != repr(lab.name):
        yield about(lab, first, _("The “connect” cell names another lab."), remedy)


def cells_are_named(lab: Lab) -> Iterator[Finding]:
    """Every cell has an id of its own and no two cells share a grade_id: nbgrader's books go by them."""
    for cell in lab.cells:
        if not cell.id:
            yield about(lab, cell, _("The cell has no id."), _("Save the notebook in JupyterLab once."))
    for label, names in (
        (_("cell id"), Counter(cell.id for cell in lab.cells if cell.id)),
        ("grade_id", Counter(cell.grade_id for cell in lab.cells if cell.grade_id)),
    ):
        for name, count in names.items():
            if count > 1:
                yield Finding(
                    lab.name,
                    name,
                    _("{count} cells share the {label} “{name}”.").format(count=count, label=label, name=name),
                    _("Rename all but one."),
                )


def tasks_are_declared(lab: Lab) -> Iterator[Finding]:
    """A graded cell is one locked code cell whose ``check.task(…)`` has its grade_id, a hint and points."""
    if not lab.tasks:
        yield about(lab, None, _("The lab has no graded task."), _("Add a check cell: see CONTRIBUTING.md."))
    for cell in lab.cells:
        if cell.grade and not cell.is_code:
            yield about(lab, cell, _("A graded cell must be a code cell: nobody grades by hand here."))
    for task in lab.tasks:
        if task.declared_id != task.id:
            yield about(
                lab,
                task.check,
                _("The cell's grade_id is “{grade_id}”, but it says check.task(“{task}”).").format(
                    grade_id=task.id, task=task.declared_id
                ),
                _("Make both the same."),
            )
        if not task.hint.strip():
            yield about(lab, task.check, _("The task has no hint."), _('Write check.task("…", hint="…").'))
        if task.points <= 0:
            yield about(lab, task.check, _("The task has no points."), _("Set points in the cell's metadata."))
        if task.check.solution or not task.check.locked:
            yield about(lab, task.check, _("A check cell must be locked and no solution cell."))


def needs_come_before(lab: Lab) -> Iterator[Finding]:
    """A task builds only on tasks above it; so there are no circles either."""
    above: set[str] = set()
    for task in lab.tasks:
        for need in task.needs:
            if need not in above:
                yield about(
                    lab, task.check, _("“{need}” in needs= or after= is not a task above this one.").format(need=need)
                )
        above.add(task.id)


def checks_use_allowed_names(lab: Lab) -> Iterator[Finding]:
    for task in lab.tasks:
        for problem in problems(task.check.source):
            yield about(
                lab,
                task.check,
                _("In the check cell, {problem}.").format(problem=problem),
                _("A check cell may use “check”, names it assigns itself, and plain builtins."),
            )
    for cell in filter(asks_for_prediction, lab.cells):
        for problem in problems(cell.source):
            yield about(lab, cell, _("In the prediction's cell, {problem}.").format(problem=problem))


def regions_are_closed(lab: Lab) -> Iterator[Finding]:
    """nbgrader cuts between BEGIN and END; an open region would leave a solution in the students' copy."""
    for cell in lab.cells:
        for region in ("SOLUTION", "HIDDEN TESTS"):
            marks = [line.split()[1] for line in cell.source.splitlines() if _is_mark(line, region)]
            if marks != ["BEGIN", "END"] * (len(marks) // 2):
                yield about(
                    lab,
                    cell,
                    _("### BEGIN {region} and ### END {region} don't pair up.").format(region=region),
                )
            elif marks and region == "SOLUTION" and not cell.solution:
                yield about(lab, cell, _("It holds a solution but is not marked as a solution cell."))


def _is_mark(line: str, region: str) -> bool:
    return line.strip() in {f"### BEGIN {region}", f"### END {region}"}


def answers_can_be_typed(lab: Lab) -> Iterator[Finding]:
    """Each task has an answer cell above its check, with the solution between nbgrader's marks."""
    for task in lab.tasks:
        wanted = f"{task.id}-answer"
        if task.answer is None:
            yield about(
                lab,
                task.check,
                _("The task has no answer cell."),
                _("Give its solution cell the grade_id “{grade_id}”.").format(grade_id=wanted),
            )
            continue
        if not task.answer.solution or task.answer.grade or task.answer.locked:
            yield about(lab, task.answer, _("An answer cell must be a solution, not graded and not locked."))
        if not any(_is_mark(line, "SOLUTION") for line in task.answer.source.splitlines()):
            yield about(lab, task.answer, _("The answer cell has no ### BEGIN SOLUTION … ### END SOLUTION."))
        if task.answer.index > task.check.index:
            yield about(lab, task.answer, _("The answer cell comes after its check."))


def setups_are_locked(lab: Lab) -> Iterator[Finding]:
    for task in lab.tasks:
        for cell in task.setups:
            if not cell.locked or cell.grade or cell.solution:
                yield about(lab, cell, _("A setup cell must be locked, and neither graded nor a solution."))
            if task.answer is not None and cell.index > task.answer.index:
                yield about(lab, cell, _("The setup cell comes after the answer it prepares."))
    known = {cell.index for task in lab.tasks for cell in task.setups}
    for cell in lab.cells:
        # Where one fails by our fault, the tasks it prepares are not checked: by its name we know them.
        if cell.is_code and "-setup" in cell.grade_id and cell.index not in known:
            yield about(lab, cell, _("The setup cell is named after no task."), _("Name it TASK-setup."))


RULES: tuple[Rule, ...] = (
    connects_first,
    cells_are_named,
    tasks_are_declared,
    needs_come_before,
    checks_use_allowed_names,
    predictions_can_be_made,
    pattern_is_kept,
    values_are_the_same_everywhere,
    planted_scripts_are_there,
    regions_are_closed,
    answers_can_be_typed,
    setups_are_locked,
    answers_are_filed,
    answers_are_enough,
    reasons_are_given,
    images_are_declared,
)
