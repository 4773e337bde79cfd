"""Engines, image recipes and kinds to check come by entry point, ours too; one that is broken costs itself."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import plugins
from grader.checks import Checks, CouldNotCheck, Status, kinds
from grader.checks.looking import trace_of
from grader.cli import main
from grader.course.labs import COURSE_VARIABLE
from grader.engines import EngineError, best_kind, choice, engine_class
from grader.images import ImagesError, manifest, recipes
from grader.images.cache import recipe_digest
from grader.images.ensuring import wanted
from grader.images.recipes.outside import OutsideRecipe
from tests.plugins.conftest import Install

_ROOT = Path(__file__).parents[2]
_GROUPS = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]["entry-points"]


def test_ours_are_registered_as_others_are_and_can_all_be_used() -> None:
    assert set(choice.kinds()) == set(_GROUPS["drydock.engines"])
    assert [engine_class(kind).kind for kind in choice.kinds()] == ["native", "rootless", "microvm", "dind", "host"]
    assert [recipe.name for recipe in recipes.registered(pytest.fail)] == [image.name for image in manifest()]
    assert set(kinds.registered(pytest.fail)) == set(_GROUPS["drydock.kinds"])


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_nothing_imports_the_microvm_but_itself() -> None:
    room = _ROOT / "grader" / "engines" / "microvm"
    assert any(name.startswith("grader.engines.microvm.") for name in _imports(room / "engine.py"))
    for path in (_ROOT / "grader").rglob("*.py"):
        if not path.is_relative_to(room):
            assert not [name for name in _imports(path) if name.startswith("grader.engines.microvm")], path


def test_nobody_pays_for_what_he_does_not_ask_for() -> None:
    for module in ("grader.engines.supervisor", "grader.cli.up", "grader.checks.task"):
        code = f"import sys, {module}; print('importlib.metadata' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "False", module


def test_registering_costs_no_import() -> None:
    code = (
        "import sys, grader.checks, grader.engines, grader.images\n"
        "from grader.engines import kinds\n"
        "kinds()\n"
        "unwanted = ('grader.engines.microvm', 'grader.engines.native', 'grader.images.recipes.redis',"
        " 'grader.checks.container')\n"
        "print(*(name for name in unwanted if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def _checked(source: str) -> CouldNotCheck:
    with pytest.raises(CouldNotCheck) as told:
        exec(source, {"check": Checks("unix:///nonexistent/docker.sock")})
    return told.value


_CHECK = 'with check.task("t", hint="Look.") as t:\n    t.{kind}("x").exists()\n'


def test_a_broken_plug_in_is_a_sentence_with_its_package_and_takes_down_nothing(install: Install) -> None:
    entry_points = "\n".join(f"[{group}]\nleaky = leaky:thing" for group in _GROUPS)
    install("drydock-leaky", entry_points, leaky="import a_module_that_nobody_has\n")
    sentence = "of the package drydock-leaky can't be used: ModuleNotFoundError: No module named"
    with pytest.raises(EngineError, match=sentence) as told:
        engine_class("leaky")
    assert "pip uninstall drydock-leaky" in told.value.remedy
    assert best_kind() in ("native", "rootless", "microvm")
    said: list[str] = []
    assert [recipe.name for recipe in recipes.registered(said.append)] == [image.name for image in manifest()]
    assert set(kinds.registered(said.append)) == set(_GROUPS["drydock.kinds"])
    assert [sentence in line for line in said] == [True, True]
    report = _checked(_CHECK.format(kind="leaky")).report
    assert report.status is Status.COULD_NOT_CHECK
    assert "drydock-leaky" in report.verdicts[0].found
    # And a person sees it where faults are looked for.
    shown = json.loads(CliRunner().invoke(main, ["doctor", "--json"]).stdout)
    engine = next(engine for engine in shown["engines"] if engine["kind"] == "leaky")
    assert not engine["works"] and sentence in engine["reason"]
    assert sum(sentence in fact["what"] for fact in shown["facts"]) == 2


@pytest.mark.parametrize(
    ("group", "source", "why"),
    [
        ("drydock.engines", "thing = 3", "it is no subclass of Engine"),
        (
            "drydock.engines",
            "from grader.engines.native import NativeEngine as thing",
            "its class has another kind than its entry point has a name",
        ),
        ("drydock.recipes", "class thing: name = 'odd'", "it is no Recipe"),
        ("drydock.recipes", "from grader.images.recipes.redis import RECIPE as thing", "another name than its entry"),
        ("drydock.kinds", "thing = dict", "it is no subclass of Subject"),
        ("drydock.kinds", "raise SystemExit('bye')", "SystemExit: bye"),
        ("drydock.kinds", "", "AttributeError: module 'odd' has no attribute 'thing'"),
    ],
)
def test_what_is_no_such_thing_is_told(install: Install, group: str, source: str, why: str) -> None:
    install("drydock-odd", f"[{group}]\nodd = odd:thing", odd=source)
    said: list[str] = []
    if group == "drydock.engines":
        with pytest.raises(EngineError) as told:
            engine_class("odd")
        said.append(str(told.value))
    elif group == "drydock.recipes":
        recipes.registered(said.append)
    else:
        kinds.registered(said.append)
    assert len(said) == 1
    assert "package drydock-odd" in said[0] and why in said[0] and "\n" not in said[0]


def test_entry_points_that_cannot_be_read_are_told_and_cost_nobody_else(install: Install) -> None:
    folder = install("drydock-torn", "[drydock.engines]\nthis is no entry\n")
    (folder / "drydock_torn-1.0.dist-info" / "entry_points.txt").write_bytes(b"[drydock.engines]\n\xff\xfe = \xff\n")
    plugins.look_again()
    assert best_kind() in choice.unasked()
    shown = json.loads(CliRunner().invoke(main, ["doctor", "--json"]).stdout)
    assert any("entry points of the package drydock-torn" in fact["what"] for fact in shown["facts"])


def test_ours_cannot_be_replaced_and_contenders_are_named(install: Install) -> None:
    install("drydock-first", "[drydock.engines]\nnative = first:thing\nours = first:thing", first="thing = 1")
    install("drydock-second", "[drydock.engines]\nours = second:thing", second="thing = 2")
    assert engine_class("native").__module__ == "grader.engines.native"
    with pytest.raises(EngineError, match="packages drydock-first, drydock-second both offer the engine “ours”"):
        engine_class("ours")


def test_an_engine_of_another_package_is_never_chosen_unasked(harbour: None) -> None:
    assert engine_class("harbour").kind == "harbour"
    assert "harbour" not in choice.unasked() and "host" not in choice.unasked()


def test_what_another_package_brings_is_neither_imported_nor_used_before_somebody_names_it(
    harbour: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "solutions").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    monkeypatch.setenv(COURSE_VARIABLE, str(tmp_path))
    ours = [recipe.name for recipe in wanted()]
    assert ours and set(ours) < {image.name for image in manifest()}
    kinds.preload()
    assert trace_of(_CHECK.format(kind="config")) == "config"
    assert not [name for name in sys.modules if name.startswith("harbour")]
    assert [recipe.name for recipe in wanted(more=["lantern"])] == [*ours, "lantern"]
    (tmp_path / "course.toml").write_text('images = ["lantern"]\n')
    assert [recipe.name for recipe in wanted()] == ["busybox", "lantern"]
    assert kinds.kind_named("config").__module__ == "harbour.config"


def test_sources_that_are_not_installed_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.distributions", lambda: iter(()))
    plugins.look_again()
    try:
        with pytest.raises(EngineError, match="drydock-course is not installed with its entry points") as told:
            best_kind()
        assert "make setup" in told.value.remedy
        with pytest.raises(ImagesError, match="drydock-course is not installed"):
            recipes.registered()
        assert "drydock-course is not installed" in _checked(_CHECK.format(kind="volume")).report.verdicts[0].found
        done = CliRunner().invoke(main, ["doctor"])
        assert done.exit_code == 3 and "Next: In a clone of the course: make setup" in done.output
    finally:
        monkeypatch.undo()
        plugins.look_again()


def test_a_kind_that_nobody_has_is_the_authors_slip() -> None:
    report = _checked(_CHECK.format(kind="contanier")).report
    assert "no kind of thing is called contanier; there are answer, build, builder" in report.verdicts[0].found


def test_a_recipe_of_another_package_is_known_by_its_own_files(harbour: None, tmp_path: Path) -> None:
    lantern = next(recipe for recipe in recipes.registered(pytest.fail) if recipe.name == "lantern")
    assert (lantern.files / "lantern").is_file()
    copied = tmp_path / "lantern.py"
    copied.write_text("# another\n")
    assert isinstance(lantern, OutsideRecipe)
    assert recipe_digest(lantern) != recipe_digest(replace(lantern, module=str(copied)))
