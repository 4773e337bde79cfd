"""What a lab daemon keeps outlives the cache that the course's layers are in."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from docker import DockerClient
from engine_tests import empty_at_the_end

from grader.engines import EngineError, releases, template
from grader.engines.choice import best_kind, engine_class
from grader.engines.folders import EngineFolder
from grader.engines.namespaces import NamespaceEngine
from grader.files import cache_folder
from grader.images import ImageSet

pytestmark = [pytest.mark.daemon, pytest.mark.deep]

#: All files of an image, by content.
_LOOK = "find /bin /usr /mine -type f 2>/dev/null | sort | xargs sha256sum | sha256sum"


class Lab(NamedTuple):
    """A lab daemon on which somebody has worked; it does not run."""

    kind: type[NamespaceEngine]
    folder: EngineFolder
    #: What they saw at the end.
    before: dict[str, object]
    #: The course's images are the last of these. Before the cache was the test's own, all were here:
    courses: list[ImageSet]
    whole: ImageSet

    @property
    def noted(self) -> Path:
        return Path(self.folder.template_note.read_text())

    def remove_templates(self) -> None:
        self.kind.remove_tree(cache_folder() / "templates")

    def now(self) -> dict[str, object]:
        """What they see after another start."""
        with self.kind(folder=self.folder.path) as engine, closing(engine.endpoint.client()) as client:
            return _seen(client)


@pytest.fixture(scope="module", params=["graph driver", "containerd"])
def worked_on(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    kind = engine_class(best_kind())
    if not issubclass(kind, NamespaceEngine):
        pytest.skip("no engine here has a template")
    whole = template.course_images(None)
    courses = [_small(whole)]
    cache = tmp_path_factory.mktemp("cache")
    store = releases.STORE if request.param == "containerd" else ""
    with (
        empty_at_the_end("kept") as runtime,
        pytest.MonkeyPatch.context() as patch,
        releases.using(f"{releases.HERE}{store}"),
    ):
        patch.setenv("DRYDOCK_CACHE", str(cache))
        patch.setattr(template, "course_images", lambda progress, more=(): courses[-1])
        folder = EngineFolder(runtime / "lab")
        with kind(folder=folder.path) as engine, closing(engine.endpoint.client()) as client:
            _work(client)
            before = _seen(client)
        made = Lab(kind, folder, before, courses, whole)
        yield made
        kind.forget(folder.path)
        made.remove_templates()


@pytest.fixture
def lab(worked_on: Lab) -> Lab:
    """The cache has just been removed."""
    worked_on.remove_templates()
    return worked_on


def _small(whole: ImageSet) -> ImageSet:
    """A course of three images. Its key, and with it the path of its template, says nothing of what is in it."""
    names = [image.name for image in whole.images]
    chosen = [whole.archives[names.index(name)] for name in ("busybox", "redis", "nginx")]
    return dataclasses.replace(whole, key="a small course", archives=tuple(chosen))


def _work(client: DockerClient) -> None:
    """As a student does: a container of a course image, an image of their own on another, a volume."""
    client.containers.run("drydock/nginx:1", "touch /mine", name="web")
    made = client.containers.run("drydock/redis:8", "touch /mine", name="built", detach=True)
    made.wait()
    made.commit("mine", "1")
    client.containers.run("drydock/busybox:1", "touch /data/mine", volumes=["work:/data"], name="wrote")


def _seen(client: DockerClient) -> dict[str, object]:
    """All that the student sees of it, each container started, and what is in each image's layers."""
    containers = client.containers.list(all=True)
    for container in containers:
        container.start()
        assert container.wait()["StatusCode"] == 0, container.logs()
    images = client.images.list()
    run = client.containers.run
    return {
        "containers": {container.name: container.diff() for container in containers},
        "images": {tag: image.id for image in images for tag in image.tags},
        "content": {image.id: run(image.id, ["sh", "-c", _LOOK], remove=True) for image in images},
        "volume": run("drydock/busybox:1", "ls /data", volumes=["work:/data"], remove=True),
    }


def test_the_cache_was_removed(lab: Lab) -> None:
    assert {"web", "built", "wrote"} == lab.before["containers"].keys()  # type: ignore[attr-defined]
    assert lab.before["volume"] == b"mine\n"
    assert lab.now() == lab.before
    # From now on this template is kept for this data.
    assert template._is_used(lab.noted)


def test_the_cache_was_removed_and_made_again_by_somebody_else(lab: Lab) -> None:
    assert template.ensure(lab.kind) == lab.noted
    assert lab.now() == lab.before


def test_only_the_data_came_to_another_machine_and_the_course_has_more_images(lab: Lab) -> None:
    lab.folder.template_note.unlink()
    lab.courses.append(dataclasses.replace(lab.whole, key="a larger course"))
    assert lab.now() == lab.before
    lab.courses.pop()


def test_data_never_starts_on_other_layers(lab: Lab) -> None:
    """The template of another course lies where this one's lay, or elsewhere."""
    other = dataclasses.replace(lab.courses[0], archives=lab.courses[0].archives[:2])
    for key in (other.key, "another course"):
        lab.courses.append(dataclasses.replace(other, key=key))
        with pytest.raises(EngineError, match="can't be made again") as raised:
            lab.now()
        assert raised.value.remedy == "drydock reset"
        assert lab.courses.pop().key == key
    # Nothing is lost by that: with the right images in the cache all of it is there again.
    lab.remove_templates()
    assert lab.now() == lab.before
