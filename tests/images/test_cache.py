"""The cache survives damage, company and sudden death."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.images import ImageSet, ensure
from grader.images.cache import ImageCache
from tests.images.making import recipes, silent, start


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, debs: Path) -> Path:
    """A cache with one image; copy it."""
    cache = tmp_path_factory.mktemp("made")
    (cache / "debs").symlink_to(debs)
    ensure(cache, recipes=recipes("busybox"))
    return cache


@pytest.fixture
def cache(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "cache", symlinks=True)


def _flip_a_byte(archive: Path, record: Path) -> None:
    before = archive.stat()
    with archive.open("r+b") as file:
        file.seek(-2000, os.SEEK_END)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    os.utime(archive, ns=(before.st_atime_ns, before.st_mtime_ns))


def _truncate(archive: Path, record: Path) -> None:
    os.truncate(archive, 1000)


def _remove(archive: Path, record: Path) -> None:
    archive.unlink()


def _garble_record(archive: Path, record: Path) -> None:
    record.write_text(record.read_text()[:50])


@pytest.mark.parametrize("damage", [_flip_a_byte, _truncate, _remove, _garble_record])
def test_damage_is_noticed(cache: Path, damage: Callable[[Path, Path], None]) -> None:
    (archive,), (record,) = cache.glob("archives/*.tar"), cache.glob("archives/*.json")
    damage(archive, record)
    lines: list[str] = []
    assert ImageCache(cache, lines.append).find(recipes("busybox")[0], verify=False) is None
    (line,) = lines
    assert "damaged" in line and "drydock/busybox:1" in line


def test_damage_is_mended_from_packages_that_are_checked_too(cache: Path, debs: Path) -> None:
    before = ensure(cache, silent, recipes=recipes("busybox"))
    (cache / "debs").unlink()
    (cache / "debs").mkdir()
    for deb in debs.glob("busybox-static_*.deb"):
        (cache / "debs" / deb.name).write_bytes(deb.read_bytes()[:-1] + b"!")
    _flip_a_byte(before.archives[0], before.archives[0])
    lines: list[str] = []
    after = ensure(cache, lines.append, recipes=recipes("busybox"))
    assert "damaged" in lines[0]
    assert any("Downloading 1 package" in line for line in lines)
    assert after == before
    assert ensure(cache, silent, recipes=recipes("busybox"), verify=True) == before


def test_a_copied_cache_is_still_good(cache: Path, made: Path) -> None:
    ours, theirs = (ensure(folder, silent, recipes=recipes("busybox")) for folder in (cache, made))
    assert ours.key == theirs.key


def test_two_processes_build_once(new_cache: Callable[[str], Path]) -> None:
    folder = new_cache("cache")
    pair = [start(folder, "busybox", "toolchain") for _number in range(2)]
    said = [process.communicate()[0].splitlines() for process in pair]
    assert [process.returncode for process in pair] == [0, 0]
    assert said[0][-3:] == said[1][-3:]
    assert sum(line.startswith("Built") for lines in said for line in lines) == 2
    assert not list((folder / "tmp").iterdir())


def test_sigkill_leaves_nothing_that_breaks(new_cache: Callable[[str], Path], course: ImageSet) -> None:
    folder = new_cache("cache")
    process = start(folder, "busybox", "toolchain")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Built")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    after = ensure(folder, recipes=recipes("busybox", "toolchain"))
    for image, ours in zip(after.images, (course.images[0], course.images[2]), strict=True):
        assert image == ours or ours.source == "official"
    assert not list((folder / "tmp").iterdir())
    assert sorted(folder.glob("archives/*.tar")) == sorted(after.archives)


def test_only_a_few_old_versions_stay(cache: Path) -> None:
    before = ensure(cache, silent, recipes=recipes("busybox"))
    (record,) = cache.glob("archives/*.json")
    for number in range(5):
        older = record.with_name(f"busybox-1-{number:012}.json")
        shutil.copy(record, older)
        os.utime(older, (number, number))
    (cache / "archives" / "busybox-1-000000000000-0000.tar").touch()
    with ImageCache(cache, silent).locked():
        pass
    assert len(list(cache.glob("archives/*.json"))) == 3
    assert list(cache.glob("archives/*.tar")) == list(before.archives)
