"""What docker commands of the labs run with: in notebooks, terminals, grading and CI alike."""

from __future__ import annotations

import os

#: Tells whoever asks the daemon how many times longer than elsewhere to be ready to wait (``Engine.patience``).
_PATIENCE = "DRYDOCK_PATIENCE"

#: On the containerd image store buildx adds a note with the time to each image, so that a build whose steps are all
#: cached gives another image ID all the same (docs.docker.com/build/metadata/attestations). A container made from the
#: first one would count as made from an older image.
#: Before 23.0 the docker command builds with BuildKit only when it is told to.
_SETTINGS = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "DOCKER_BUILDKIT": "1"}


def variables(host: str, patience: float = 1.0) -> dict[str, str]:
    """For docker commands and checks that talk to the daemon at ``host`` (a DOCKER_HOST value)."""
    return {"DOCKER_HOST": host, _PATIENCE: f"{patience:g}", **_SETTINGS}


def patience() -> float:
    """What the daemon's engine told this process by ``variables``; 1 where none did."""
    try:
        return max(1.0, float(os.environ.get(_PATIENCE, "")))
    except ValueError:
        return 1.0
