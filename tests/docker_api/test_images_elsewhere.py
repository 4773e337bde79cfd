"""A course image on two daemons: the same one whatever its ID is, and another one whatever its name is."""

from __future__ import annotations

from typing import Any

import pytest

from grader.docker_api.course_images import as_there, look

TAG = "drydock/busybox:1"
LAYERS = {"Type": "layers", "Layers": ["sha256:aa"]}
SETTINGS = {"Cmd": ["sh"], "Env": ["PATH=/bin"]}
STEPS = [{"CreatedBy": 'CMD ["sh"]', "Comment": ""}]


class Images:
    """A daemon with one image of this name."""

    def __init__(self, identifier: str, layers: Any = LAYERS, settings: Any = SETTINGS, steps: Any = STEPS) -> None:
        self._id, self._steps = identifier, steps
        self._attrs = {"RootFS": layers, "Config": settings}

    def images(self) -> list[dict[str, Any]]:
        return [{"Id": self._id, "RepoTags": [TAG]}]

    def inspect_image(self, _identifier: str) -> dict[str, Any]:
        return self._attrs

    def history(self, _identifier: str) -> list[dict[str, str]]:
        return list(self._steps)


def test_it_has_the_id_that_it_has_there() -> None:
    there = Images("config", settings={**SETTINGS, "Labels": {}, "Hostname": ""})
    assert as_there(look(Images("manifest")), look(there))[TAG]["Id"] == "config"


@pytest.mark.parametrize(
    "other",
    [
        Images("config", layers={**LAYERS, "Layers": ["sha256:bb"]}),
        Images("config", settings={**SETTINGS, "Cmd": ["true"]}),
        Images("config", steps=[{"CreatedBy": "LABEL a=b"}, *STEPS]),
    ],
    ids=["layers", "settings", "steps"],
)
def test_another_image_of_that_name_is_not_it(other: Images) -> None:
    assert as_there(look(Images("manifest")), look(other))[TAG]["Id"] == "manifest"


def test_one_that_is_not_there_keeps_its_id() -> None:
    assert as_there(look(Images("manifest")), {})[TAG]["Id"] == "manifest"
