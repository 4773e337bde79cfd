"""What a package outside of grader/ adds is really used: a daemon, its image there, and a kind that is checked."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from grader.checks import CheckFailed, Checks
from grader.engines import engine_named
from grader.images import ensure
from grader.images.recipes import registered

pytestmark = [pytest.mark.daemon, pytest.mark.timeout(600)]

_CHECK = """
with check.task("lights", hint="Look at `docker config --help`.") as t:
    t.config("lights").exists().contains("red")
"""


def test_its_engine_runs_its_image_and_its_kind_is_checked_there(harbour: None, tmp_path: Path) -> None:
    lantern = [recipe for recipe in registered(pytest.fail) if recipe.name == "lantern"]
    made = ensure(tmp_path / "cache", recipes=lantern)
    assert [image.reference for image in made.images] == ["drydock/lantern:1"]
    assert made.images[0].recipe == "harbour.lantern" and made.notes == ()
    with (
        engine_named("harbour", images=False) as engine,
        closing(engine.endpoint.client(300)) as client,
        made.archives[0].open("rb") as archive,
    ):
        assert engine.kind == "harbour" and engine._limits.memory_bytes == 2**30
        client.images.load(archive)
        said = client.containers.run("drydock/lantern:1", environment={"LANTERN": "red"}, remove=True)
        assert said == b"The lantern is red.\n"

        check = Checks(engine.endpoint.host)
        with pytest.raises(CheckFailed, match="there is no config lights"):
            exec(_CHECK, {"check": check})
        client.swarm.init(advertise_addr="127.0.0.1")
        old = client.configs.create(name="lights", data=b"green, green")
        with pytest.raises(CheckFailed) as told:
            exec(_CHECK, {"check": check})
        assert told.value.report.verdicts[1].found == "green, green"
        old.remove()
        client.configs.create(name="lights", data=b"green, red")
        exec(_CHECK, {"check": check})
        assert check.reports["lights"].status == "passed"
        check.close()
