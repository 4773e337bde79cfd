"""The other route to the course images, for machines without apt: the official images from Docker Hub or a mirror.

Each official image gets what the course relies on (accounts, busybox's tools, a label) by a small Dockerfile,
``recipes/files/NAME/Dockerfile``, and is saved into the same cache that the offline route fills.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.i18n import _
from grader.images.cache import ImageCache, Progress, recipe_digest
from grader.images.catalogue import ARCHITECTURES, CourseImage, ImageSet
from grader.images.ensuring import as_set, wanted
from grader.images.errors import ImagesError
from grader.images.recipes.base import FILES
from grader.images.recipes.outside import module_of
from grader.images.recipes.recipe import Recipe

if TYPE_CHECKING:
    from docker import DockerClient

#: Where official images live. A mirror is written the same way: ``mirror.example/library``.
HUB = "docker.io/library"
# Its one file is static, so it runs in any image whatever C library that has.
TOOLS = "busybox:1-musl"

_PULL_SECONDS = 600.0
_MACHINES = {docker: kernels for kernels, docker in ARCHITECTURES.items()}


def ensure(
    cache: Path | None = None,
    progress: Progress | None = None,
    *,
    host: str | None = None,
    mirror: str = HUB,
    rebuild: bool = False,
    more: Sequence[str] = (),
    recipes: Sequence[Recipe] | None = None,
) -> ImageSet:
    """The course images made from official ones, by the Docker daemon at ``host`` (a DOCKER_HOST value).

    Needs that daemon to reach ``mirror``; the daemon keeps the images, and the cache gets their archives, so that
    ``grader.images.ensure`` finds them. Nothing is pulled for images that the cache already has, unless ``rebuild``.
    Raises ImagesError.
    """
    say = progress or (lambda line: None)
    store = ImageCache(cache, say)
    recipes = wanted(say, more) if recipes is None else recipes
    with store.explained(), store.locked() as scratch:
        missing = [recipe for recipe in recipes if rebuild or store.find(recipe, verify=False) is None]
        if missing:
            store.require_space()
            with _daemon(host) as client:
                _pull(client, f"{mirror}/{TOOLS}", say)
                for recipe in missing:
                    image = make(client, recipe, mirror, say)
                    archive = scratch / f"{recipe.name}.tar"
                    _save(client, recipe, archive)
                    store.put(recipe, archive, _describe(recipe, image, archive), [])
        found = [store.find(recipe, verify=False) for recipe in recipes]
    return as_set([stored for stored in found if stored is not None])


def make(client: DockerClient, recipe: Recipe, mirror: str, say: Progress) -> dict[str, Any]:
    """Pull the official image, add what the course needs, tag it as ours; what ``docker inspect`` says about it."""
    import docker.errors

    if not recipe.official:
        raise ImagesError(
            _("No official image can stand in for {image}: it is made from Debian packages.").format(
                image=recipe.reference
            ),
            _("On a machine with apt: {command}").format(command=f"python -m grader.images {recipe.name}"),
        )
    if recipe.official != TOOLS:
        _pull(client, f"{mirror}/{recipe.official}", say)
    machine = _MACHINES.get(client.version()["Arch"], client.version()["Arch"])
    try:
        built, _log = client.images.build(
            fileobj=_context(recipe),
            custom_context=True,
            dockerfile=f"{recipe.name}/Dockerfile",
            buildargs={"MIRROR": mirror, "MACHINE": machine},
            tag=recipe.reference,
            rm=True,
            forcerm=True,
        )
    except docker.errors.BuildError as error:
        raise ImagesError(
            _("{image} can't be built from {official}: {error}").format(
                image=recipe.reference, official=recipe.official, error=_last_words(error)
            ),
            f"docker build --build-arg MIRROR={mirror} -f {recipe.files}/Dockerfile {FILES}",
        ) from error
    for tag in recipe.tags:
        built.tag(tag)
    say(_("Made {image} from {official}").format(image=recipe.reference, official=recipe.official))
    return dict(client.images.get(recipe.reference).attrs)


def _context(recipe: Recipe) -> io.BytesIO:
    """The build context: our own files, nothing of the user's folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for folder in (FILES / "common", recipe.files):
            for path in sorted(folder.iterdir()):
                tar.add(path, f"{folder.name}/{path.name}")
    buffer.seek(0)
    return buffer


def _pull(client: DockerClient, reference: str, say: Progress) -> None:
    import docker.errors

    say(_("Pulling {image}").format(image=reference))
    try:
        client.images.pull(reference)
    except docker.errors.APIError as error:
        raise explain_pull(reference, str(error.explanation or error)) from error


def explain_pull(reference: str, reason: str) -> ImagesError:
    if re.search("toomanyrequests|rate limit", reason, re.IGNORECASE):
        return ImagesError(
            _("The registry refuses {image}: its limit of pulls is reached.").format(image=reference), "docker login"
        )
    if re.search("no such host|timeout|connection refused|unreachable|i/o|EOF|lookup", reason, re.IGNORECASE):
        return ImagesError(
            _("The Docker daemon can't reach the registry of {image}: {reason}").format(image=reference, reason=reason),
            f"docker pull {reference}",
        )
    return ImagesError(
        _("{image} can't be pulled: {reason}").format(image=reference, reason=reason), f"docker pull {reference}"
    )


@contextmanager
def _daemon(host: str | None) -> Iterator[DockerClient]:
    import docker
    import docker.errors
    from docker.credentials.errors import StoreError
    from requests.exceptions import RequestException

    lost = ImagesError(_("No Docker daemon answers that could pull the official images."), "docker version")
    try:
        client = (
            docker.DockerClient(base_url=host, timeout=_PULL_SECONDS)  # type: ignore[arg-type]
            if host
            else docker.from_env(timeout=_PULL_SECONDS)  # type: ignore[arg-type]
        )
        client.ping()
    except (docker.errors.DockerException, RequestException) as error:
        raise lost from error
    try:
        yield client
    # Before RequestException, which an APIError is, too.
    except docker.errors.APIError as error:
        raise ImagesError(
            _("The Docker daemon refused: {reason}").format(reason=error.explanation or error), "docker info"
        ) from error
    except RequestException as error:
        raise lost from error
    except (docker.errors.DockerException, StoreError) as error:
        # The program that ~/.docker/config.json names as credsStore may be gone, with Docker Desktop for instance.
        raise ImagesError(_("Docker's client can't be used: {reason}").format(reason=error), "docker login") from error
    finally:
        client.close()


def _save(client: DockerClient, recipe: Recipe, archive: Path) -> None:
    # docker-py's own method saves one name only; the daemon's API saves an image with all of its names.
    api = client.api
    answer = api.get(
        f"{api.base_url}/v{api.api_version}/images/get",
        params={"names": list(recipe.tags)},
        stream=True,
        timeout=_PULL_SECONDS,
    )
    answer.raise_for_status()
    with archive.open("wb") as out:
        for chunk in answer.iter_content(1 << 20):
            out.write(chunk)


def _describe(recipe: Recipe, inspected: dict[str, Any], archive: Path) -> CourseImage:
    return CourseImage(
        name=recipe.name,
        tag=recipe.tag,
        recipe=module_of(recipe),
        recipe_digest=recipe_digest(recipe),
        source="official",
        architecture=inspected["Architecture"],
        digest=inspected["Id"],
        size=archive.stat().st_size,
        official=recipe.official,
        packages={},
    )


def _last_words(error: Any) -> str:
    lines = [str(step.get("stream") or step.get("error") or "").strip() for step in error.build_log]
    return " ".join(filter(None, [*lines[-3:], str(error.msg)]))[-300:]
