"""What docker commands of the labs run with: in notebooks, terminals, grading and CI alike."""

from __future__ import annotations

#: On the containerd image store buildx adds a note with the time to each image, so that a build whose steps are all
#: cached gives another image ID all the same (docs.docker.com/build/metadata/attestations). A container made from the
#: first one would count as made from an older image.
#: Before 23.0 the docker command builds with BuildKit only when it is told to.
_SETTINGS = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "DOCKER_BUILDKIT": "1"}


def variables(host: str) -> dict[str, str]:
    """The environment variables for docker commands that talk to the daemon at ``host`` (a DOCKER_HOST value)."""
    return {"DOCKER_HOST": host, **_SETTINGS}
