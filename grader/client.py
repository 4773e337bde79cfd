"""What docker commands of the labs run with, besides DOCKER_HOST: in notebooks, terminals, grading and CI alike."""

from __future__ import annotations

#: On the containerd image store buildx adds a note with the time to each image, so that a build whose steps are all
#: cached gives another image ID all the same (docs.docker.com/build/metadata/attestations). A container made from the
#: first one would count as made from an older image.
SETTINGS = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
