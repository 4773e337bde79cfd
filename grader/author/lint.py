"""What a check cell may say: it runs in a trusted process that has run nothing else.

So only ``check``, names the cell assigns itself and plain builtins exist there. This is a help for authors,
not a wall: check cells come from the course, never from a submission.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

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
