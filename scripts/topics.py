#!/usr/bin/env python3
"""Write what docs/topics.md and docs/mutants.md say of the labs, from what lies beside them.

    scripts/topics.py [--check] [COURSE]

The one is made of the labs' tables, solutions/*/topics.md, the other of their answers/mutants.json. What is written by
hand, above and below the two marks, stays. Exit code 1 with ``--check`` if a page isn't what would be made; nothing is
changed then.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.author.mutants.record import Fate, counted, read_kept, read_record
from grader.course.claims import claims_of
from grader.course.lab_cards import card_of
from grader.course.labs import Course, Lab

TABLE = "topics.md"
BEGIN, END = "<!-- from here on: make topics -->", "<!-- up to here -->"

#: A row about a sentence that people say: the sentence, and what is in it.
_CLAIM = re.compile(r"“(?P<words>.+)”: (?P<verdict>.+)")
_ID = re.compile(r"`([a-z0-9-]+)`")
_SECTION = re.compile(r"^## +(.+)$", re.MULTILINE)
_PIPE = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Row:
    """One line of a lab's table: a topic, the cells that teach it, the tasks that grade it."""

    topic: str
    cells: tuple[str, ...]
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class Claim:
    """A sentence, and what is in it; that is empty where only the lab tells."""

    words: str
    verdict: str
    tasks: tuple[str, ...]


def rows(table: str) -> list[Row]:
    """Raises ValueError for a line that has not three columns."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    found = []
    for line in lines[2:]:
        fields = [field.strip() for field in _PIPE.split(line.strip().removeprefix("|").removesuffix("|"))]
        if len(fields) != 3:
            raise ValueError(f"not three columns: {line}")
        found.append(Row(fields[0], tuple(_ID.findall(fields[1])), tuple(_ID.findall(fields[2]))))
    return found


def claims(lab: Lab, table: list[Row]) -> list[Claim]:
    """Those of the table, and those of the notebook about whose task the table has none."""
    named = [Claim(found["words"], found["verdict"], row.tasks) for row in table if (found := _CLAIM.match(row.topic))]
    told = {task for claim in named for task in claim.tasks}
    return [*named, *(Claim(claim.words, "", (claim.task,)) for claim in claims_of(lab) if claim.task not in told)]


def sections(lab: Lab) -> dict[str, tuple[str, ...]]:
    """For each cell the headings that its text stands under: often it ends one section and begins the next."""
    under, heading = {}, "the beginning"
    for cell in lab.cells:
        found = _SECTION.findall(cell.source) if cell.cell_type == "markdown" else []
        before = [] if cell.source.lstrip().startswith("## ") else [heading]
        under[cell.id] = (*before, *found)
        heading = found[-1] if found else heading
    return under


def places(row: Row, lab: Lab, under: dict[str, tuple[str, ...]]) -> list[str]:
    """The sections that teach a row, each once. Of a cell's two the one that has the task, too."""
    graded = {heading for task in lab.tasks if task.id in row.tasks for heading in under[task.check.id]}
    found: dict[str, None] = {}
    for cell in row.cells:
        found.update(dict.fromkeys([name for name in under[cell] if name in graded] or under[cell]))
    return list(found)


def topics_part(course: Course) -> str:
    """The generated part of docs/topics.md."""
    labs = [
        (course.lab(name), rows((course.source / name / TABLE).read_text(encoding="utf-8")))
        for name in course.names()
        if (course.source / name / TABLE).exists()
    ]
    lines = ["## Popular claims", "", "| they say | so it is | lab | task |", "|---|---|---|---|"]
    for lab, table in labs:
        for claim in claims(lab, table):
            what = claim.verdict or "try it"
            lines.append(_line(f"“{claim.words}”", what, _link(lab, lab.name[:2]), _ticked(claim.tasks)))
    for lab, table in labs:
        lines += ["", *_of_one_lab(lab, table)]
    return "\n".join(lines)


def _of_one_lab(lab: Lab, table: list[Row]) -> Iterator[str]:
    under = sections(lab)
    yield f"## {lab.name[:2]} · {card_of(lab, [lab.name]).title}"
    yield ""
    yield f"{_link(lab, lab.name)}, {len(lab.tasks)} tasks."
    yield ""
    yield from ("| topic | section | task |", "|---|---|---|")
    for row in table:
        yield _line(row.topic, "; ".join(places(row, lab, under)), _ticked(row.tasks))


def mutants_part(course: Course) -> str:
    """The generated part of docs/mutants.md: what was found, whether or not a lab has changed since."""
    told = ("killed", "limit", "justified", "survived", "not checked")
    fates = (Fate.KILLED, Fate.OVERRAN, Fate.JUSTIFIED, Fate.SURVIVED, Fate.NOT_JUDGED)
    heads = ("lab", "made", "run", *told, "killed or justified", "last run", "Docker", "minutes")
    lines = [_line(*heads), "|---" * len(heads) + "|"]
    for name in course.names():
        lab = course.lab(name)
        record = read_record(lab)
        found = counted(record, read_kept(lab))
        if not found.run:
            lines.append(_line(_link(lab, name), "none on record", *[""] * (len(heads) - 2)))
            continue
        share = f"{found.good / found.judged:.1%}" if found.judged else ""
        numbers = (found.made, found.run, *(found.fates[fate] for fate in fates))
        about = (share, record.day, ", ".join(record.docker), f"{record.seconds / 60:.0f}")
        lines.append(_line(_link(lab, name), *map(str, numbers), *about))
    return "\n".join(lines)


def _link(lab: Lab, text: str) -> str:
    return f"[{text}](../labs/{lab.name}/{lab.name}.ipynb)"


def _ticked(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _line(*fields: str) -> str:
    return "| " + " | ".join(_PIPE.sub(r"\\|", field) for field in fields) + " |"


PAGES = {Path("docs") / "topics.md": topics_part, Path("docs") / "mutants.md": mutants_part}


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("course", nargs="?", type=Path, default=Path(__file__).resolve().parents[1])
    arguments.add_argument("--check", action="store_true", help="Change nothing.")
    given = arguments.parse_args()
    course = Course(given.course)
    return max([made_anew(course.root / page, part(course), given.check) for page, part in PAGES.items()])


def made_anew(page: Path, part: str, only_check: bool) -> int:
    """The exit code for one page, written anew where it isn't current."""
    old = page.read_text(encoding="utf-8")
    above, begin, rest = old.partition(BEGIN)
    _, end, below = rest.partition(END)
    if not (begin and end):
        print(f"{page} lacks one of the marks: {BEGIN} and {END}")
        return 1
    new = f"{above}{BEGIN}\n\n{part}\n\n{END}{below}"
    if new == old:
        return 0
    if only_check:
        print(f"{page} isn't what is made of what lies beside the labs. Run: make topics")
        return 1
    page.write_text(new, encoding="utf-8")
    print(f"{page}: written anew")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
