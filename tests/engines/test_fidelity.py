"""The native engine answers as plain dockerd does, question by question; docs/fidelity.md says where not, and why."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docker
import fidelity_containers  # noqa: F401 (its questions are among QUESTIONS)
import fidelity_things  # noqa: F401
import pytest
from fidelity import QUESTIONS, answer, differences

from grader.engines import engine_named

REPO = Path(__file__).resolve().parents[2]
sys.path.append(str(REPO / "benchmarks"))
from plain_docker import plain_docker  # noqa: E402

pytestmark = [pytest.mark.daemon, pytest.mark.deep, pytest.mark.timeout(900)]

PAGE = (REPO / "docs" / "fidelity.md").read_text(encoding="utf-8")
#: Where they differ, by the first cells of the page's table: "inspect/GraphDriver/Data/LowerDir".
KNOWN = {place for cell in re.findall(r"^\| (`.*?`) \|", PAGE, re.MULTILINE) for place in re.findall("`([^`]+)`", cell)}


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[docker.DockerClient, docker.DockerClient]]:
    with plain_docker() as plain, engine_named("native") as engine:
        plain.load_images()
        ours = engine.endpoint.client()
        other = docker.DockerClient(base_url=plain.host, timeout=120, version=ours.api.api_version)
        yield ours, other
        ours.close()
        other.close()


@pytest.mark.parametrize("name", QUESTIONS)
def test_both_say_the_same(both: tuple[docker.DockerClient, docker.DockerClient], name: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        ours, plain = pool.map(lambda client: answer(name, client), both)
    assert len(ours) > 0
    # What is meant to be refused says so itself. Else two equal errors would be the same, and show nothing.
    assert [at for at in ours if at.startswith(f"{name}/error")] == [], ours
    found = {one.place: one for one in differences(ours, plain)}
    assert [one for place, one in found.items() if place not in KNOWN] == []
    assert {place for place in KNOWN if place.startswith(f"{name}/")} - set(found) == set(), "no difference any more"


def test_the_page_names_only_what_is_asked() -> None:
    assert {place.partition("/")[0] for place in KNOWN} <= set(QUESTIONS)
