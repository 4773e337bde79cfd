"""Checks of lab 20 move what the tag today names. It is put back, also after a check that was cut off."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from papermill_run import engine_for

pytestmark = [pytest.mark.daemon, pytest.mark.deep]

LAB = Path(__file__).resolve().parents[2] / "solutions" / "20-delivery"
#: ``post WORDS``: an image with them becomes today. ``today``: which one that is now.
TOOLS = r"""
image=store.local:5000/tables
post() {
    printf 'FROM drydock/busybox:1\nRUN echo "edition: %s" >/tables.txt\n' "$1" | docker build -q -t $image:today -
    docker push -q $image:today
}
today() { docker rmi -f $image:today; docker run --rm $image:today cat /tables.txt | grep edition; }
"""


@pytest.fixture(scope="module")
def printery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Runs a script on the lab's own printery; its last line."""
    folder = tmp_path_factory.mktemp("lab") / LAB.name
    shutil.copytree(LAB, folder)
    with engine_for(folder / f"{LAB.name}.ipynb") as engine:
        environment = {**os.environ, **engine.variables(), "DOCKER_HOST": engine.endpoint.host}

        def run(*words: str) -> str:
            done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout.strip().splitlines()[-1]

        run("sh", "harbour/begin.sh")
        yield lambda script: run("docker", "exec", "printery", "sh", "-ec", TOOLS + script)


KEEP, BACK = "sh /srv/today.sh keep tables\n", "sh /srv/today.sh back tables\n"


@pytest.mark.parametrize(
    ("script", "edition"),
    [
        (KEEP + "post 'check 1'\n" + BACK, "mine"),
        # Cut off once, and once more.
        (KEEP + "post 'check 1'\n" + KEEP + "post bad\n" + KEEP + "post forged\n" + BACK, "mine"),
        (KEEP + "post 'check 1'\n" + "post newer\n" + KEEP + "post neap\n" + BACK, "newer"),
        (KEEP + "post newer\n" + BACK, "newer"),
        # A check on a runner that has forgotten everything.
        (KEEP + "post 'check 1'\ndocker image rm -f $(docker image ls -q $image)\n" + BACK, "mine"),
    ],
    ids=["to its end", "cut off", "published since", "published meanwhile", "forgotten"],
)
def test_today_is_the_students_again(printery: Callable[[str], str], script: str, edition: str) -> None:
    assert printery(f"post mine\n{script}today") == f"edition: {edition}"
    assert "kept" not in printery("echo $(ls /srv)")
