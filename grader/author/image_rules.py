"""A lab uses only images that are there for it: the course's own, and those that its first cell declares."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.author.findings import Finding, where_of
from grader.course.declared import connecting
from grader.course.labs import Lab
from grader.i18n import _
from grader.images import ImagesError, ensuring, recipes

_USED = re.compile(r"(?<![\w./-])drydock/([a-z0-9][a-z0-9._-]*)")
#: Of a file beside the notebook: what is longer is data.
_MOST_BYTES = 1_000_000


def images_are_declared(lab: Lab) -> Iterator[Finding]:
    """An image that nobody declares is not there when the lab is opened, nor when it is graded."""
    try:
        there = set(recipes.known_names())
        made = {recipe.name for recipe in recipes.registered(only=lab.images)}
        base = {recipe.name for recipe in ensuring.wanted()}
    except ImagesError as error:
        yield Finding(lab.name, "", str(error), error.remedy)
        return
    declared = set(lab.images)
    if not _is_list_of_names(lab):
        yield Finding(lab.name, "connect", _("The images must be a list of names that can be read without running it."))
    for name in sorted(declared - made):
        yield Finding(
            lab.name,
            "connect",
            _("It declares the image {name}, which no recipe makes.").format(name=name),
            _("Name one of: {names}").format(names=", ".join(sorted(there - base))),
        )
    for where, name in _used(lab):
        if name in there - base - declared:
            names = ", ".join(f'"{one}"' for one in sorted({name, *declared}))
            yield Finding(
                lab.name,
                where,
                _("It uses the image drydock/{name}, which the lab does not declare.").format(name=name),
                _("In the first code cell: check = connect({lab}, images=[{names}])").format(
                    lab=f'"{lab.name}"', names=names
                ),
            )


def _is_list_of_names(lab: Lab) -> bool:
    call = connecting(lab.connect.source) if lab.connect else None
    for keyword in call.keywords if call else ():
        if keyword.arg == "images":
            try:
                value = ast.literal_eval(keyword.value)
            except ValueError:
                return False
            return isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)
    return True


def _used(lab: Lab) -> Iterator[tuple[str, str]]:
    """Where an image of the course is named, in code and in files, and its name; each once."""
    texts = [(where_of(cell), cell.source) for cell in lab.cells if cell.is_code]
    files = (path for path in sorted(lab.folder.rglob("*")) if path.is_file() and path.suffix != ".ipynb")
    texts += [
        (str(path.relative_to(lab.folder)), path.read_text("utf-8", errors="replace"))
        for path in files
        if path.stat().st_size <= _MOST_BYTES and ".ipynb_checkpoints" not in path.parts
    ]
    seen = set()
    for where, text in texts:
        for name in _USED.findall(text):
            if name not in seen:
                seen.add(name)
                yield where, name
