"""The course images, for engines: what goes wrong with them is an engine's trouble."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from grader.engines.protocol import EngineError

if TYPE_CHECKING:
    from grader.images import ImageSet


def course_images(progress: Callable[[str], None] | None) -> ImageSet:
    """All of them, made if they are not there yet. Raises EngineError."""
    from grader import images

    try:
        return images.ensure(progress=progress)
    except images.ImagesError as error:
        raise EngineError(str(error), error.remedy) from error
