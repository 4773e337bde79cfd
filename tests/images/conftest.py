"""Caches of a test's own that share the user's downloaded packages, so that nothing is downloaded twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.images import ImageSet, ensure


@pytest.fixture(scope="session")
def course() -> ImageSet:
    """The images in the user's cache, as every engine loads them."""
    return ensure(progress=print)


@pytest.fixture(scope="session")
def debs(course: ImageSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of downloaded packages."""
    folder = course.archives[0].parent.parent / "debs"
    # After the official route there are none yet; they then come into a folder of the tests.
    return folder if folder.is_dir() else tmp_path_factory.mktemp("debs")


@pytest.fixture
def new_cache(tmp_path: Path, debs: Path) -> Callable[[str], Path]:
    """Makes an empty image cache by name."""

    def make(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "debs").symlink_to(debs)
        return folder

    return make
