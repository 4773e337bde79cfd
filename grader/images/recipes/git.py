"""drydock/git: git without Perl and HTTP, to keep a repository, and to make a Docker host a CI runner (lab 20)."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree

#: By HTTP, by mail, by Perl: none of it is for a repository that one reaches by a path or by ssh.
_NOT_HERE = (
    "etc/bash_completion.d",
    "usr/bin/scalar",
    "usr/lib/git-core/git-daemon",
    "usr/lib/git-core/git-http*",
    "usr/lib/git-core/git-imap-send",
    "usr/lib/git-core/git-remote-*",
    "usr/lib/git-core/mergetools",
    "usr/lib/git-core/scalar",
    "usr/share/git-core/contrib",
    "usr/share/gitweb",
    "usr/share/perl5",
    "var/lib/git",
)


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, *_NOT_HERE])
    # One program under two names.
    tree.link("usr/lib/git-core/git", "../../bin/git")
    # Who commits has a name; the first branch is called as everybody calls it now.
    tree.file("etc/gitconfig", (RECIPE.files / "gitconfig").read_bytes())
    tree.folder("srv/git", uid=1000, gid=1000)


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("git", "--version"), workdir="/srv/git", labels=labels("git", upstream_version(packages, "git"))
    )


RECIPE = Recipe(
    name="git",
    tag="2",
    packages=("git",),
    official="",
    config=_config,
    shape=_shape,
    skip=frozenset({"git-man", "libcurl3t64-gnutls", "liberror-perl", "libexpat1", "perl"}),
    on_request=True,
)
