"""Throwaway native engines' own ids, and what is done where they can't be had."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from engine_tests import ought_to_be_shifted

from grader.engines import engine_named, native, template
from grader.engines.native import FIRST_ID, NativeEngine

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.skipif(os.geteuid() != 0, reason="the native engine is root's"),
]


def started() -> NativeEngine:
    engine = engine_named("native")
    assert isinstance(engine, NativeEngine)
    return engine


def test_two_engines_have_not_the_same_where_the_template_can_be_shown_so() -> None:
    if not native._can_be_shifted(str(template.ensure(NativeEngine))):
        assert not ought_to_be_shifted()
        pytest.skip("not on this file system")
    with started() as one, started() as other:
        assert len({one._owner, other._owner, FIRST_ID}) == 3
        assert Path("/proc", str(one.endpoint.netns_pid)).stat().st_uid == one._owner


def test_an_engine_starts_where_its_template_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "_can_be_shifted", lambda _template: False)
    with started() as engine, closing(engine.endpoint.client(timeout=200)) as client:
        assert engine._owner == FIRST_ID
        assert client.containers.run("drydock/busybox:1", ["echo", "well"], remove=True) == b"well\n"


def test_a_mount_that_takes_the_option_for_a_comment_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """util-linux before 2.39."""
    old = tmp_path / "mount"
    old.write_text(
        f'#!/bin/sh\nfor w; do shift; case $w in X-*) w=rw ;; esac; set -- "$@" "$w"; done\n'
        f'exec {shutil.which("mount")} "$@"\n'
    )
    old.chmod(0o755)
    place = str(template.ensure(NativeEngine))
    native._can_be_shifted.cache_clear()
    assert native._can_be_shifted(place) or not ought_to_be_shifted(), "or what follows shows nothing"
    native._can_be_shifted.cache_clear()
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    try:
        assert not native._can_be_shifted(place)
    finally:
        native._can_be_shifted.cache_clear()
