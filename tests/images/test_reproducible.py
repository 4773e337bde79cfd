"""The same packages make the same images, and they are the ones the manifest promises."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.images import ImagesError, ImageSet, ensure, manifest
from grader.images.cache import recipe_digest
from grader.images.catalogue import CourseImage
from grader.images.ensuring import differences
from grader.images.recipes import registered
from tests.images.making import recipes, start

_AGAIN = "run: python -m grader.images --architecture {} --write-manifest"


def test_two_builds_under_different_conditions_are_equal(new_cache: Callable[[str], Path]) -> None:
    names = ("busybox", "toolchain")
    odd = {**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7", "PYTHONUTF8": "1"}
    there = start(new_cache("два кэша"), *names, environment=odd)
    here = ensure(new_cache("one"), recipes=recipes(*names))
    *_progress, key, first, second = there.communicate()[0].splitlines()
    archives = [first, second]
    assert key == here.key
    assert [_sha256(Path(path)) for path in archives] == [_sha256(path) for path in here.archives]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_manifest_describes_every_recipe(architecture: str) -> None:
    promised = manifest(architecture)
    assert [image.tags for image in promised] == [recipe.tags for recipe in registered()]
    for image, recipe in zip(promised, registered(), strict=True):
        assert image.official == recipe.official
        assert image.recipe_digest == recipe_digest(recipe), _AGAIN.format(architecture)
        assert image.digest.startswith("sha256:")


def test_manifest_equals_what_is_built(course: ImageSet) -> None:
    # Debian may have moved on since the manifest was written, or another Python runs this; then the record says so.
    # The others: test_on_request.py.
    promised_of = {image.reference: image for image in manifest()}
    for image in course.images:
        assert image == promised_of[image.reference] or any(image.reference in note for note in course.notes)


def test_total_size_stays_small() -> None:
    layers: dict[str, int] = {}
    for archive in ensure().archives:
        layers |= _layers(archive)
    assert sum(layers.values()) < 120e6


def _layers(archive: Path) -> dict[str, int]:
    import tarfile

    with tarfile.open(archive) as tar:
        index = tar.extractfile("manifest.json")
        assert index is not None
        return {name: tar.getmember(name).size for name in json.load(index)[0]["Layers"]}


def _changed(image: CourseImage, **changes: object) -> CourseImage:
    return CourseImage.from_dict({**image.to_dict(), **changes})


def test_other_versions_are_told_and_no_error() -> None:
    image = manifest()[0]
    versions = {**image.packages, "busybox-static": "9"}
    (note,) = differences(_changed(image, packages=versions, digest="sha256:0"))
    assert "busybox-static" in note
    (note,) = differences(_changed(image, architecture="riscv64", digest="sha256:0"))
    assert "riscv64" in note
    (note,) = differences(_changed(image, recipe_digest="0", digest="sha256:0"))
    assert "recipe" in note


def test_same_versions_with_another_digest_are_an_error() -> None:
    with pytest.raises(ImagesError, match="not reproducible"):
        differences(_changed(manifest()[0], digest="sha256:0"))


def test_another_python_here_than_in_the_image_is_told_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    (image,) = (image for image in manifest() if image.name == "python")
    made = _changed(image, digest="sha256:0")
    for version in ("3.12.11", "3.14.0", "3.13.4"):
        monkeypatch.setattr(platform, "python_version", lambda version=version: version)
        (note,) = differences(made)
        assert note == "drydock/python:3 was made by another Python than the one in it."
        # busybox has no Python in it: nothing excuses another digest.
        with pytest.raises(ImagesError, match="not reproducible"):
            differences(_changed(manifest()[0], digest="sha256:0"))
    monkeypatch.setattr(platform, "python_version", lambda: image.packages["libpython3.13-stdlib"].partition("-")[0])
    with pytest.raises(ImagesError, match="not reproducible"):
        differences(made)
