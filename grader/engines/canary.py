"""A container that runs on an engine before anybody's work does: what fails there is the machine's fault.

It is an ordinary one, with a network, as `docker run` makes them. Nothing is left of it but events, which the checks
know by its label and its name (docker_api/words.py).
"""

from __future__ import annotations

import secrets
from contextlib import closing
from typing import TYPE_CHECKING

from grader.docker_api.words import OWN_LABEL, OWN_NAME
from grader.engines.protocol import Endpoint, EngineError
from grader.i18n import _

if TYPE_CHECKING:
    from docker import APIClient

#: Seconds for each request: a daemon's first container, on a busy machine.
_PATIENCE = 120.0


def prove(endpoint: Endpoint, patience: float = 1.0) -> None:
    """Return when a container of a course image has run to its end. Raises EngineError that says why none does.

    In a kept engine the images may be a student's: a name on another image, or gone, all of them. One that runs is
    enough, and where none is left there is nothing to run.
    """
    from docker.errors import APIError, DockerException, ImageNotFound
    from requests.exceptions import RequestException

    from grader import images

    trouble = ""
    try:
        with closing(endpoint.client(timeout=_PATIENCE * patience)) as client:
            for image in images.manifest():
                try:
                    code = _run(client.api, image.reference)
                except ImageNotFound:
                    continue
                except APIError as error:
                    trouble = trouble or str(error.explanation or error)
                else:
                    if code == 0:
                        return
                    trouble = trouble or _("it ended with exit code {code}").format(code=code)
    except (DockerException, RequestException, OSError) as error:
        trouble = trouble or str(error)
    if trouble:
        sentence = _("No container runs on this engine: {why}.").format(why=trouble.rstrip("."))
        raise EngineError(sentence)


def _run(api: APIClient, image: str) -> int:
    """Its exit code."""
    name, labels = f"{OWN_NAME}canary-{secrets.token_hex(4)}", {OWN_LABEL: "canary"}
    made = api.create_container(image, entrypoint=["true"], name=name, labels=labels, healthcheck={"test": ["NONE"]})
    try:
        api.start(made)
        return int(api.wait(made)["StatusCode"])
    finally:
        api.remove_container(made, v=True, force=True)
