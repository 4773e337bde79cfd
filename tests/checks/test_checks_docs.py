"""docs/checks.md has every expectation, and its examples are right."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest

from grader.checks import CheckFailed, Checks, CouldNotCheck, fingerprint
from grader.checks.answer import Answer
from grader.checks.build import Build, Builder
from grader.checks.card import CardSubject
from grader.checks.container import Container
from grader.checks.daemon import DaemonSettings
from grader.checks.event import Event
from grader.checks.expectation import expectations_of
from grader.checks.folder import Folder, Place
from grader.checks.host import Host, Pod
from grader.checks.image import Image, Images
from grader.checks.kinds import registered
from grader.checks.network import Network
from grader.checks.project import Project, Service
from grader.checks.prometheus import Prometheus, PrometheusAlert
from grader.checks.registry import Registry, RegistryImage
from grader.checks.swarm import Node, Stack, SwarmService
from grader.checks.volume import Volume, Volumes

PAGE_FOLDER = Path(__file__).parents[2] / "docs"
PAGE = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
KINDS = {
    "Containers": (Container, 't.container("web")'),
    "Images": (Image, 't.image("localhost:8100/app:1")'),
    "Compose projects": (Project, 't.project("shop")'),
    "Services of a project": (Service, 't.project("shop").service("web")'),
    "The lab's folder": (Folder, 't.folder(".")'),
    "Builds": (Build, 't.build("yard")'),
    "The build cache": (Builder, "t.builder()"),
    "Networks": (Network, 't.network("front")'),
    "Several images": (Images, 't.images(label="team=blue")'),
    "Volumes": (Volume, 't.volume("data")'),
    "Several volumes": (Volumes, 't.volumes(label="team=blue")'),
    "Registries": (Registry, 't.registry("localhost:8100")'),
    "Images in a registry": (RegistryImage, 't.registry("localhost:8100").image("tide:1")'),
    "A Prometheus": (Prometheus, 't.prometheus("mast")'),
    "Alerts of a Prometheus": (PrometheusAlert, 't.prometheus("mast").alert("ShipLost")'),
    "Hosts inside a lab": (Host, 't.host("node1")'),
    "Nodes of a swarm": (Node, 't.host("node1").node("node2")'),
    "Services of a swarm": (SwarmService, 't.host("node1").service("web")'),
    "Stacks": (Stack, 't.host("node1").stack("shop")'),
    "Podman inside a lab": (Pod, 't.podman("harbour").pod("crew")'),
    "Cards": (CardSubject, 't.card("expose")'),
    "The daemon itself": (DaemonSettings, "t.daemon()"),
    "Answers": (Answer, 't.answer("exit-code")'),
    "The past": (Event, 't.event("container", "die", "web", exitCode="137")'),
}


def test_page_has_every_kind() -> None:
    shown = [set(expectations_of(kind)) for kind, _subject in KINDS.values()]
    ours = {name: kind for name, kind in registered().items() if kind.__module__.startswith("grader.")}
    # A replica is asked as any container is, a Podman as a host.
    assert [name for name, kind in ours.items() if not any(set(expectations_of(kind)) <= of for of in shown)] == []
    assert ours


def examples(heading: str) -> list[str]:
    """All `.call(…)` in the tables under a heading."""
    section = re.search(rf"^## {heading}.*?(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
    assert section, heading
    rows = [line for line in section[0].splitlines() if line.startswith("|")]
    return [text.replace("\\|", "|") for row in rows for text in re.findall(r"`(\.[a-z_0-9]+\(.*?\))`", row)]


@pytest.mark.parametrize("heading", KINDS)
def test_page_has_every_expectation_with_a_valid_example(heading: str) -> None:
    kind, subject = KINDS[heading]
    shown = {re.match(r"\.([a-z_0-9]+)", example)[1] for example in examples(heading)}  # type: ignore[index]
    inherited = set(expectations_of(Container)) if kind is Service else set()
    assert shown == set(expectations_of(kind)) - inherited
    # Against no daemon a right example is "can't be reached"; a wrong one would be the author's mistake.
    check = Checks("unix:///nonexistent/docker.sock", deadline=5, folder=Place(str(PAGE_FOLDER)))
    made = fingerprint.make("exit-code", "137")
    with suppress(CheckFailed, CouldNotCheck), check.task("docs", hint="Read.") as t:
        for example in examples(heading):
            eval(subject + example.replace("scrypt1:…", made), {"t": t})
    verdicts = check.reports["docs"].verdicts
    assert len(verdicts) == len(examples(heading))
    assert [verdict.found for verdict in verdicts if "mistake" in verdict.found] == []
