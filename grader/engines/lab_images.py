"""The images that a lab declares, brought into a daemon that runs already: nothing in it is lost for them.

A lab daemon is kept from lab to lab, and starts with the course's own images only. An engine for one lab alone
(grading, the author's proof) has all from its start: ``Engine.more_images``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from grader.engines.protocol import Endpoint, EngineError
from grader.i18n import _, ngettext

if TYPE_CHECKING:
    from docker import DockerClient

    from grader import images

#: Seconds for each request: an emulated daemon takes minutes for a large image.
_PATIENCE = 900.0


def bring(endpoint: Endpoint, names: Sequence[str], say: Callable[[str], None]) -> None:
    """Make what isn't made yet of these images, and load what the daemon lacks. ``say`` gets a sentence on each step,
    none where all is there. Raises EngineError; what was brought before stays.
    """
    if not names:
        return
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    from grader import images

    try:
        with closing(endpoint.client(timeout=_PATIENCE)) as client:
            lacking = [reference for reference in images.references(names) if not has(client, reference)]
            if not lacking:
                return
            say(_announced([need for need in images.needs(names) if need.reference in lacking]))
            made = images.ensure_only(names, say)
            for image, archive in zip(made.images, made.archives, strict=True):
                if image.reference in lacking:
                    size = image.size / 1e6
                    say(_("Loading {image} into Docker ({size:.0f} MB) …").format(image=image.reference, size=size))
                    with archive.open("rb") as stream:
                        client.images.load(stream)
    except images.ImagesError as error:
        raise EngineError(str(error), error.remedy) from error
    except (DockerException, RequestException, OSError) as error:
        raise EngineError(
            _("The images of this lab can't be brought into its Docker: {why}.").format(why=str(error).rstrip(".")),
            "docker images",
        ) from error


def has(client: DockerClient, reference: str) -> bool:
    from docker.errors import ImageNotFound

    try:
        client.images.get(reference)
    except ImageNotFound:
        return False
    return True


def _announced(lacking: Sequence[images.Need]) -> str:
    names = ", ".join(need.text for need in lacking)
    sentence = ngettext(
        "This lab needs {count} more image: {images}.", "This lab needs {count} more images: {images}.", len(lacking)
    ).format(count=len(lacking), images=names)
    if all(need.is_made for need in lacking):
        return sentence
    return _("{sentence} What is not there yet is made now, once on this machine.").format(sentence=sentence)
