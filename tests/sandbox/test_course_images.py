"""What the course's names mean to a check, whatever a student gave them to."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import docker
import pytest

from grader.engines import best_engine
from grader.engines.protocol import Engine
from grader.report.render import report_as_text
from grader.report.verdicts import Status, TaskReport
from grader.sandbox import checker
from grader.sandbox.restored import CourseImages

pytestmark = [pytest.mark.daemon, pytest.mark.deep]

NAMES = ("drydock/nginx:1", "drydock/nginx:latest")
CHECK = 'with check.task("job", hint="Look.") as t:\n    {}'
BUILD = "printf 'FROM {base}\\nLABEL mine={tag}\\n' | docker build -q -t {tag} - >/dev/null"


@pytest.fixture
def engine() -> Iterator[Engine]:
    with best_engine() as made:
        yield made


@pytest.fixture
def images(engine: Engine) -> Iterator[CourseImages]:
    made = CourseImages(engine.endpoint)
    yield made
    made.close()


def shell(engine: Engine, script: str) -> str:
    done = subprocess.run(
        ["bash", "-ec", script], env={"PATH": "/usr/bin:/bin", "DOCKER_HOST": engine.endpoint.host},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def asked(engine: Engine, images: CourseImages, *expectations: str) -> list[TaskReport]:
    """By a process that begins only now, as after one that was killed: it must not look for itself."""
    with checker(engine, course_images=images.known) as checks:
        return [checks.check("job", CHECK.format(what), 60) for what in expectations]


FALSE_NAME = f"""
    {BUILD.format(base="drydock/busybox:1", tag="mine:1")}
    docker rmi -f {" ".join(NAMES)} >/dev/null
    docker tag mine:1 drydock/nginx:1
    docker rmi mine:1 >/dev/null
"""


def test_a_course_image_that_is_gone_has_no_look_alike(engine: Engine, images: CourseImages) -> None:
    shell(engine, f"{FALSE_NAME}\ndocker run -d --name web drydock/nginx:1 sleep 600")
    made_from, there = asked(
        engine, images, 't.container("web").made_from("drydock/nginx:1")', 't.image("drydock/nginx:1").exists()'
    )
    assert made_from.status is Status.FAILED, report_as_text(made_from)
    assert "is not the course's" in report_as_text(made_from)
    assert there.status is Status.FAILED, report_as_text(there)
    assert "means another image now" in report_as_text(there)
    # The name is taken away, the student's image and container stay.
    mine = shell(engine, "docker inspect --format '{{.Image}}' web")
    assert images.restore() == ["drydock/nginx:1"]
    assert "drydock/nginx" not in shell(engine, "docker image ls --format '{{.Repository}}'")
    assert "mine" in shell(engine, f"docker image inspect --format '{{{{json .Config.Labels}}}}' {mine}")
    assert images.restore() == []
    assert "true" in shell(engine, "docker inspect --format '{{.State.Running}}' web")


def test_nor_when_the_look_alike_is_gone_too(engine: Engine, images: CourseImages) -> None:
    shell(
        engine,
        f"{FALSE_NAME}\ndocker run --name web drydock/nginx:1 true; docker rmi -f drydock/nginx:1",
    )
    (report,) = asked(engine, images, 't.container("web").made_from("drydock/nginx:1")')
    assert report.status is Status.FAILED, report_as_text(report)


def test_what_was_made_of_a_course_image_before_it_was_removed_counts(engine: Engine, images: CourseImages) -> None:
    shell(
        engine,
        f"""
        docker run --name web drydock/nginx:1 true
        {BUILD.format(base="drydock/nginx:1", tag="site:1")}
        docker rmi -f {" ".join(NAMES)} >/dev/null
        """,
    )
    reports = asked(
        engine,
        images,
        't.container("web").made_from("drydock/nginx:1")',
        't.image("site:1").builds_on("drydock/nginx:1").history_contains("mine", above="drydock/nginx:1")',
        't.image("site:1").history_contains("mine", above="drydock/python:3")',
        't.image("site:1").layers_lack(containing="<title>")',
    )
    assert [r.status for r in reports] == [Status.PASSED, Status.PASSED, Status.FAILED, Status.PASSED], reports


def test_one_name_that_can_not_be_put_back_does_not_save_the_others(
    engine: Engine, images: CourseImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    false = ("drydock/python:3", "drydock/redis:8", "drydock/toolchain:1")
    shell(engine, BUILD.format(base="drydock/busybox:1", tag="mine:1"))
    shell(engine, "\n".join(f"docker tag mine:1 {tag}" for tag in false))
    client, tag = images._client, images._client.tag

    def refuses(image: str, repository: str, *words: object, **more: object) -> bool:
        if repository == "drydock/python":
            raise docker.errors.APIError("no")
        return tag(image, repository, *words, **more)

    monkeypatch.setattr(client, "tag", refuses)
    assert set(images.restore()) == {"drydock/redis:8", "drydock/toolchain:1"}
    (report,) = asked(engine, images, 't.image("drydock/python:3").exists()')
    assert report.status is Status.FAILED, report_as_text(report)
