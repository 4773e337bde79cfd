"""A lab declares its images in its first cell; only then they are made, and only its daemons have them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from grader import notebook
from grader.author.declared_rules import images_are_declared
from grader.author.trial import StoppableSandboxes
from grader.course.declared import images_of
from grader.course.lab_cards import card_of
from grader.course.labs import Course, Lab
from grader.course.release import release_in
from grader.engines import Engine, EngineError, best_kind, engine_named, template
from grader.engines.lab_images import bring
from grader.engines.namespaces import NamespaceEngine
from grader.images import ImagesError, ensuring, needs
from grader.images.ensuring import wanted
from grader.images.recipes import registered
from grader.lab_daemon import NoDaemon
from grader.panel.index_page import Index
from grader.report.progress import ProgressFolder
from grader.sandbox.bounds import Bounds
from grader.sandbox.fork_client import ForkServer
from grader.sandbox.sandbox import SandboxSupply

_TESTS = Path(__file__).parents[1]
_TOOLCHAIN = "drydock/toolchain:1"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """The tiny course, whose labs have busybox and nothing else of their own accord."""
    root = tmp_path_factory.mktemp("declared") / "course"
    shutil.copytree(_TESTS / "fixtures" / "course", root)
    shutil.copy(_TESTS.parent / "nbgrader_config.py", root)
    (root / "course.toml").write_text('images = ["busybox"]\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRYDOCK_COURSE", str(root))
        yield Course(root)


@pytest.fixture(scope="module")
def base(course: Course) -> Iterator[Engine]:
    with engine_named(best_kind()) as engine:
        yield engine


def _lab(course: Course, connect: str, **answers: str) -> Lab:
    """The tiny lab with another first cell, and files beside it."""
    source = course.source / "00-tiny"
    folder = course.root / "other" / "00-tiny"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)
    path = folder / "00-tiny.ipynb"
    content = json.loads(path.read_text())
    cell = next(c for c in content["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "connect")
    cell["source"] = connect
    path.write_text(json.dumps(content))
    for name, text in answers.items():
        (folder / name).write_text(text)
    return Course(course.root).lab("00-tiny", "other")


def _tags(engine: Engine) -> set[str]:
    with closing(engine.endpoint.client()) as client:
        return {tag for image in client.images.list() for tag in image.tags}


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        (
            'from grader.notebook import connect\ncheck = connect("12-x", images=["skopeo", "cosign"])',
            ("cosign", "skopeo"),
        ),
        ('check = connect("12-x")', ()),
        ('check = connect("12-x", images=some())', ()),
        ("check = connect(", ()),
    ],
)
def test_the_first_cell_is_read_without_running_it(cell: str, names: tuple[str, ...]) -> None:
    assert images_of(cell) == names


def test_the_lab_its_release_and_its_card_say_the_same(course: Course) -> None:
    lab = _lab(course, 'check = connect("00-tiny", images=("toolchain",))')
    assert lab.images == release_in(lab.notebook).images == card_of(lab, ["00-tiny"]).images == ("toolchain",)


def test_what_is_made_on_request_only_is_no_part_of_any_other_course(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [recipe.name for recipe in wanted()] == ["busybox"]
    assert [recipe.name for recipe in wanted(more=["toolchain"])] == ["busybox", "toolchain"]
    monkeypatch.setenv("DRYDOCK_COURSE", str(tmp_path))
    on_request = {recipe.name for recipe in registered() if recipe.on_request}
    assert {recipe.name for recipe in wanted()} == {recipe.name for recipe in registered()} - on_request
    with pytest.raises(ImagesError, match="No recipe makes buoy, which the lab's first cell names; there are busybox"):
        wanted(more=["buoy"])


def test_an_author_reads_which_image_is_not_declared(course: Course) -> None:
    lab = _lab(course, 'check = connect("00-tiny")', Dockerfile="FROM drydock/toolchain:1 AS build\n")
    (found,) = images_are_declared(lab)
    assert (found.where, found.what) == (
        "Dockerfile",
        "It uses the image drydock/toolchain, which the lab does not declare.",
    )
    assert found.remedy == 'In the first code cell: check = connect("00-tiny", images=["toolchain"])'
    lab = _lab(course, 'check = connect("00-tiny", images=["toolchain"])', Dockerfile="FROM drydock/toolchain\n")
    assert list(images_are_declared(lab)) == []
    lab = _lab(course, 'check = connect("00-tiny", images=["buoy"])')
    assert [found.what for found in images_are_declared(lab)] == ["It declares the image buoy, which no recipe makes."]
    lab = _lab(course, 'check = connect("00-tiny", images=[name for name in "ab"])')
    assert "must be a list of names" in next(images_are_declared(lab)).what
    lab = _lab(course, 'check = connect("00-tiny")', note="See https://example.org/drydock/toolchain and drydock/mine.")
    assert list(images_are_declared(lab)) == []


def test_the_index_tells_what_is_not_made_yet(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = card_of(_lab(course, 'check = connect("00-tiny", images=["toolchain"])'), ["00-tiny"])
    ensuring.ensure_only(["toolchain"])
    assert "toolchain" not in Index([card], ProgressFolder(tmp_path)).text
    monkeypatch.setenv("DRYDOCK_CACHE", str(tmp_path / "empty"))
    (need,) = needs(["toolchain"])
    assert (need.reference, need.is_made) == (_TOOLCHAIN, False) and need.size > 1e6
    index = Index([card], ProgressFolder(tmp_path))
    wanted_sentence = f"When it is opened, these images are made once, from packages: {need.text}."
    assert wanted_sentence in index.text and wanted_sentence in index.as_html()


@pytest.mark.daemon
@pytest.mark.deep
def test_an_engine_for_one_lab_has_its_images_from_the_start(course: Course, base: Engine) -> None:
    engine = engine_named(best_kind())
    engine.more_images = ["toolchain"]
    with engine:
        assert _TOOLCHAIN in _tags(engine)
        assert _TOOLCHAIN not in _tags(base)
    if isinstance(engine, NamespaceEngine):
        kind = type(engine)
        assert template.ensure(kind) != template.ensure(kind, more=["toolchain"])


@pytest.mark.daemon
@pytest.mark.deep
def test_a_running_daemon_gets_what_it_lacks_and_loses_nothing(
    base: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", base.endpoint.host)
    with closing(base.endpoint.client()) as client:
        mine = client.containers.run("drydock/busybox:1", "true", detach=True)
        # As the lab's first cell does it.
        notebook.connect("00-tiny", images=["toolchain"])
        said = capsys.readouterr().out.splitlines()
        assert said[0].startswith(f"This lab needs 1 more image: {_TOOLCHAIN} (12 MB).")
        assert any(line.startswith(f"Loading {_TOOLCHAIN} into Docker") for line in said)
        assert client.containers.get(mine.id).attrs["Image"] == mine.attrs["Image"]
        assert client.containers.run(_TOOLCHAIN, "tcc -v", remove=True).startswith(b"tcc version")
        bring(base.endpoint, ["toolchain"], lambda line: pytest.fail(f"said: {line}"))
        # Whoever threw it away and begins the lab again gets it again.
        for tag in (_TOOLCHAIN, "drydock/toolchain:latest"):
            client.images.remove(tag)
        bring(base.endpoint, ["toolchain"], said.append)
        assert client.images.get(_TOOLCHAIN).tags
        with pytest.raises(EngineError, match="No recipe makes buoy"):
            bring(base.endpoint, ["buoy"], said.append)
        with pytest.raises(NoDaemon, match="No recipe makes buoy"):
            notebook.connect("00-tiny", images=["buoy"])
        # One that can't be made here.
        client.images.remove("drydock/toolchain:latest")
        client.images.remove(_TOOLCHAIN)
        (tmp_path / "file").touch()
        monkeypatch.setenv("DRYDOCK_CACHE", str(tmp_path / "file"))
        with pytest.raises(NoDaemon, match="In a terminal, then run this cell again"):
            notebook.connect("00-tiny", images=["toolchain"])
        mine.remove()


@pytest.mark.daemon
@pytest.mark.deep
def test_grading_and_the_proof_give_each_lab_its_own(course: Course, base: Engine) -> None:
    kind = best_kind()
    with closing(ForkServer()) as fork_server, closing(SandboxSupply(Bounds(), kind)) as supply:
        # As a worker does, before anybody has told it a lab.
        supply.prepare()
        with supply.take(["toolchain"]) as sandbox:
            assert _TOOLCHAIN in _tags(sandbox.engine)
            assert _TOOLCHAIN in sandbox.images.known
        with supply.take() as sandbox:
            assert _TOOLCHAIN not in _tags(sandbox.engine)
        with StoppableSandboxes(kind, fork_server, Bounds()).opened(("toolchain",)) as sandbox:
            assert _TOOLCHAIN in _tags(sandbox.engine)
