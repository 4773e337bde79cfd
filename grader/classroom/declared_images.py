"""The images that labs declare, made for the whole class: in students' walls there is no network."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from grader import images
from grader.classroom.places import ClassFolder
from grader.course.labs import RELEASE, Course
from grader.errors import ExpectedError
from grader.processes import start


def make_in_background(place: ClassFolder, course: Path) -> None:
    """A process that goes on when the Hub ends, below all others in priority; a second when all is there."""
    with (place.hub / "images.log").open("ab") as log:
        start(__name__, str(place.path), str(course), stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def declared(course: Course) -> list[str]:
    """The names of the images that its labs declare beside its own."""
    return sorted({image for lab in course.names(RELEASE) for image in course.lab(lab, RELEASE).images})


def main(folder: str, course: str) -> int:
    os.nice(10)
    os.umask(0o022)
    os.environ["DRYDOCK_CACHE"] = str(ClassFolder(Path(folder)).cache)
    try:
        names = declared(Course(Path(course)))
        if names:
            images.ensure_only(names, lambda line: print(line, flush=True))
    except ExpectedError as error:
        print(error, error.remedy, flush=True)
        return 1
    return 0
