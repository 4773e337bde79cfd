"""What a check makes of an image's layer whose headers somebody wrote by hand."""

from __future__ import annotations

import io
import tarfile
import tracemalloc
from collections.abc import Callable, Mapping

import pytest

from grader.checks.image import buried

_COMMENT = {"comment": "x" * 900_000}


def layer(entries: int, headers: Mapping[str, str], kind: bytes = tarfile.REGTYPE, content: bytes = b"") -> io.BytesIO:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for number in range(entries):
            about = tarfile.TarInfo(f"file-{number}")
            about.type, about.pax_headers, about.size = kind, headers, len(content)
            archive.addfile(about, io.BytesIO(content))
    packed.seek(0)
    return packed


def everywhere(name: str) -> Callable[[tarfile.TarInfo, tarfile.TarFile], bool]:
    return lambda member, _layer: member.name == name


def test_what_was_read_of_a_layer_is_not_kept() -> None:
    packed = layer(60, _COMMENT)
    tracemalloc.start()
    try:
        assert buried._in_layer(packed, everywhere("file-59")) == "/file-59"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000, "of 54 MB in headers"


def test_headers_have_a_size_in_all() -> None:
    assert buried._in_layer(layer(80, _COMMENT), everywhere("file-79")) is None


def test_headers_for_all_that_follows_have_a_size_in_all() -> None:
    packed = io.BytesIO()
    for number in range(80):
        packed.write(tarfile.TarInfo.create_pax_global_header({f"comment-{number}": "x" * 900_000}))
        packed.write(tarfile.TarInfo(f"file-{number}").tobuf())
    packed.write(bytes(1024))
    packed.seek(0)
    assert buried._in_layer(packed, everywhere("file-79")) is None


@pytest.mark.parametrize(
    "odd",
    [
        layer(1, {"GNU.sparse.major": "2", "GNU.sparse.map": "x"}),
        layer(1, {"GNU.sparse.size": "x"}),
        layer(1, {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}, content=b"3\n" + b"0\n1\n" * 3),
        layer(1, {}, tarfile.GNUTYPE_SPARSE),
    ],
    ids=["map", "size", "map-in-the-file", "old"],
)
def test_a_layer_with_maps_of_holes_is_none_that_can_be_read(odd: io.BytesIO) -> None:
    assert buried._in_layer(odd, everywhere("file-0")) is None
