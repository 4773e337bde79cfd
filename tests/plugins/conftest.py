"""Packages that add something to Drydock, installed for one test: a folder on the path with pip's metadata."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import plugins

#: One that lives outside grader/, as a teacher's own would.
HARBOUR = Path(__file__).parents[1] / "fixtures" / "harbour"

type Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """``install(package, entry_points, module=source)``; the folder that is now first on the path."""
    loaded = set(sys.modules)

    def installed(package: str, entry_points: str, **modules: str) -> Path:
        folder = tmp_path / f"site-{package}"
        metadata = folder / f"{package.replace('-', '_')}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(entry_points)
        for name, source in modules.items():
            (folder / f"{name}.py").write_text(source)
        monkeypatch.syspath_prepend(folder)
        plugins.look_again()
        return folder

    yield installed
    monkeypatch.undo()
    plugins.look_again()
    for name in set(sys.modules) - loaded:
        if str(getattr(sys.modules[name], "__file__", "")).startswith((str(tmp_path), str(HARBOUR))):
            del sys.modules[name]


@pytest.fixture
def harbour(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package of tests/fixtures/harbour, with the entry points that its pyproject.toml names."""
    groups = tomllib.loads((HARBOUR / "pyproject.toml").read_text())["project"]["entry-points"]
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {at}\n" for name, at in some.items()) for group, some in groups.items()
    ]
    monkeypatch.syspath_prepend(HARBOUR / "src")
    install("drydock-harbour", "\n".join(lines))
