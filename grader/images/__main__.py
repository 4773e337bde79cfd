"""``python -m grader.images``: make the course images on this machine and say what is there."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.i18n import _
from grader.images import ImagesError, ImageSet, ensure, official
from grader.images.catalogue import ARCHITECTURES, write_manifest
from grader.images.recipes import registered


@click.command()
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that are installed, also what only some labs need.")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder to use instead of the user's cache.")
@click.option("--verify", is_flag=True, help="Take the hash of every archive again.")
@click.option("--rebuild", is_flag=True, help="Make all images again, from today's packages.")
@click.option("--official", "from_hub", is_flag=True, help="Make them from Docker Hub's images instead (internet).")
@click.option("--host", help="With --official: the Docker daemon to use (default: DOCKER_HOST or the local one).")
@click.option("--mirror", default=official.HUB, show_default=True, help="With --official: where to pull from.")
@click.option(
    "--architecture",
    type=click.Choice(sorted(ARCHITECTURES.values())),
    help="For this kind of machine, where it is another one: no engine here uses them.",
)
@click.option(
    "--write-manifest", "writes", is_flag=True, help="Maintainers: write what was built here into the manifest."
)
def main(
    *,
    names: tuple[str, ...],
    everything: bool,
    cache: Path | None,
    verify: bool,
    rebuild: bool,
    from_hub: bool,
    host: str | None,
    mirror: str,
    architecture: str | None,
    writes: bool,
) -> None:
    """Make the course images, and NAMES of those that only some labs need, unless they are there; list them."""
    try:
        if everything or writes:
            names = tuple(recipe.name for recipe in registered(click.echo))
        if from_hub:
            images = official.ensure(cache, click.echo, host=host, mirror=mirror, rebuild=rebuild, more=names)
        else:
            images = ensure(
                cache,
                click.echo,
                verify=verify,
                rebuild=rebuild,
                compare=not writes,
                more=names,
                architecture=architecture or "",
            )
        if writes:
            _require_debian(images)
            write_manifest([image for image in images.images if image.recipe.startswith("grader.")])
    except ImagesError as error:
        click.echo(_("Error: {message}").format(message=error), err=True)
        if error.remedy:
            click.echo(_("Try: {remedy}").format(remedy=error.remedy), err=True)
        sys.exit(1)
    _show(images)


def _require_debian(images: ImageSet) -> None:
    if any(image.source != "debian" for image in images.images):
        raise ImagesError(
            _("The manifest is about images made from Debian packages, and these are not."),
            "python -m grader.images --rebuild --write-manifest",
        )


def _show(images: ImageSet) -> None:
    for image in images.images:
        short = image.digest.removeprefix("sha256:")[:12]
        click.echo(f"{image.reference:24} {short}  {image.size / 1e6:6.1f} MB  {image.source}")
    folder = images.archives[0].parent
    click.echo(_("The archives are in {folder}.").format(folder=folder))


if __name__ == "__main__":
    main()
