"""What people read can be translated: the catalogue has every message, and no sentence goes past gettext.

Not asked of texts of `--help`, which are English like the docstrings they come from, and of lines for the log.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

_ROOT = Path(__file__).parents[2]
_CODE = sorted((_ROOT / "grader").rglob("*.py"))
_GETTEXT = {"_", "ngettext"}
#: What is shown to a person without a traceback; classes of ours that are made from these count, too.
_SHOWN_ERRORS = {"ExpectedError", "OneSentence", "_OneLine", "NoDaemon", "_NotThere", "FreezeError", "ClickException"}
_CLICK_ERRORS = {"UsageError", "BadParameter", "BadOptionUsage", "FileError", "NoSuchOption"}
_SAYING = {"echo", "secho", "print", "confirm", "prompt"}
_LOGGING = {"debug", "info", "warning", "error", "exception", "critical", "log"}
#: From a capital letter to a full stop, with words between.
_SENTENCE = re.compile(r"[\"'“`{]?[A-Z{].*\w\W+\w+.*[.?!…][\"'”`]?", re.DOTALL)
#: A comment that nbgrader writes, too: its grades and ours are compared word by word.
_OF_NBGRADER = {"No response."}
#: One word alone may be a name or a key: two in a row are language.
_WORDS = re.compile(r"[^\W\d_]{2,}[,:;]?\s+[^\W\d_]{2,}")
_COLOURS = re.compile(r"\[/?[a-z ]*\]")


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _texts(node: ast.AST) -> Iterator[ast.expr]:
    """The texts in an expression that are not given to gettext, help of options and lines of the log left out."""
    match node:
        case ast.Call() if _called(node) in _GETTEXT:
            return
        case ast.Call(func=ast.Attribute(attr=name)) if name in _LOGGING:
            return
        case ast.keyword(arg="help"):
            return
        case ast.Constant(value=str()):
            yield node
        case ast.JoinedStr():
            yield node
            for value in node.values:
                if isinstance(value, ast.FormattedValue):
                    yield from _texts(value.value)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _texts(child)


def _text(node: ast.expr) -> str:
    """What it says; in an f-string, {} stands for each value."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    assert isinstance(node, ast.Constant)
    return str(node.value)


def _docstrings(tree: ast.AST) -> set[ast.expr]:
    statements = (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))
    return {value for value in statements if isinstance(value, ast.Constant)}


def _shown_errors(trees: list[ast.Module]) -> set[str]:
    """The names of our exceptions whose message a person reads, those made from them included."""
    bases = {
        node.name: {base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    shown = _SHOWN_ERRORS | _CLICK_ERRORS
    while more := {name for name, parents in bases.items() if parents & shown} - shown:
        shown |= more
    return shown


def _said(tree: ast.AST, shown: set[str]) -> Iterator[ast.expr]:
    """What calls print or echo, and the message of errors. (Their second argument is a command to type.)"""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id="print" as name)) if (
                name in _SAYING
            ):
                yield from node.args
            case ast.Call() if _called(node) in shown:
                yield from node.args[:1]


def _plain(said: ast.expr) -> ast.expr:
    """Of Text(…, style="bold") and the like only what stands first is read."""
    match said:
        case ast.Call(func=ast.Name(id="Text"), args=[first, *_rest]):
            return first
    return said


def _untranslatable(tree: ast.Module, shown: set[str]) -> list[tuple[int, str]]:
    """Line and text of what a person would read in English only."""
    found = {text for text in _texts(tree) if _SENTENCE.fullmatch(_text(text).strip())}
    for said in _said(tree, shown):
        found |= {text for text in _texts(_plain(said)) if _WORDS.search(_COLOURS.sub("", _text(text)))}
    return sorted((text.lineno, _text(text)) for text in found - _docstrings(tree) if _text(text) not in _OF_NBGRADER)


def test_the_catalogue_is_what_the_code_says() -> None:
    keywords = {**DEFAULT_KEYWORDS, "ngettext": (1, 2)}
    code = Catalog()
    for _file, _line, message, _comments, context in extract_from_dir(
        _ROOT / "grader", method_map=[("**.py", "python")], keywords=keywords
    ):
        code.add(message, context=context)
    with (_ROOT / "grader/locale/drydock.pot").open("rb") as file:
        kept = read_po(file)
    in_code, in_file = ({message.id for message in catalogue if message.id} for catalogue in (code, kept))
    missing, too_many = sorted(map(str, in_code - in_file)), sorted(map(str, in_file - in_code))
    assert in_code == in_file, f"Run: make messages. Missing: {missing}. In no code any more: {too_many}"


def test_every_sentence_for_people_goes_through_gettext() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _CODE}
    shown = _shown_errors(list(trees.values()))
    assert {"EngineError", "CourseError", "Trouble", "TooLate"} <= shown
    found = [
        f"{path.relative_to(_ROOT)}:{line}: {text}"
        for path, tree in trees.items()
        for line, text in _untranslatable(tree, shown)
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        'click.echo("no lab daemon")',
        'click.echo(f"{count} labs in all")',
        'print("all over", file=sys.stderr)',
        'console.print(Text("all sound", style="bold"))',
        'raise EngineError(f"The folder {path} is gone", "drydock up")',
        'raise EngineError(_("The engine {kind} is gone.").format(kind="of somebody"))',
        'raise click.UsageError("which lab?")',
        'text = "The lab daemon is gone."\nclick.echo(text)',
        'return f"{name} was not there in time."',
    ],
)
def test_a_sentence_past_gettext_is_found(code: str) -> None:
    assert _untranslatable(ast.parse(code), _shown_errors([]) | {"EngineError"})


@pytest.mark.parametrize(
    "code",
    [
        'click.echo(_("No lab daemon is running."))',
        'click.echo(ngettext("{n} lab", "{n} labs", n).format(n=n))',
        'console.print(f"[red]✗[/red] {name}: {what}", highlight=False)',
        'console.print(Text(_("Every lab is sound."), style="bold green"))',
        'raise EngineError(_("The engine is gone."), "drydock up")',
        'raise ValueError("a report must be an object")',
        'raise NotThere(_("It is {state}.").format(state=attrs["State"]))',
        'click.option("--jobs", help="Daemons at once.")',
        'log.error("The daemon ended %s.", when)',
        '"""What this module is for."""',
    ],
)
def test_what_needs_no_translation_is_left_alone(code: str) -> None:
    assert _untranslatable(ast.parse(code), _shown_errors([]) | {"EngineError"}) == []
