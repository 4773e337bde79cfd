"""Expectations about the files that something holds: the same for containers, images and volumes."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from grader.checks import arguments
from grader.checks.expectation import Claim, Subject, expectation
from grader.checks.files import Reader, file_claim, no_file_claim, wanted_file


class HoldsFiles(Subject):
    """Something that holds files."""

    #: Whether owners may be named: names stand in its /etc/passwd and /etc/group, if it can have those.
    names_owners: ClassVar[bool] = True

    @expectation
    def has_file(
        self,
        path: str,
        *,
        containing: str | None = None,
        lacking: str | None = None,
        matching: str | None = None,
        equals: str | None = None,
        mode: str | None = None,
        owner: int | str | None = None,
        group: int | str | None = None,
        kind: str = "file",
        links_to: str | None = None,
        sha256: str | None = None,
        executable_by: str | None = None,
    ) -> Claim:
        """It has this file (``kind``: file, folder, link), with this content, mode ("0644") and owner."""
        if not self.names_owners:
            for value, name in ((owner, "owner"), (group, "group")):
                if value is not None:
                    arguments.whole(value, name, low=0, high=2**32)
        wanted = wanted_file(
            path,
            kind,
            containing=containing,
            lacking=lacking,
            matching=matching,
            equals=equals,
            mode=mode,
            owner=owner,
            group=group,
            links_to=links_to,
            sha256=sha256,
            executable_by=executable_by,
        )
        return file_claim(self, wanted, self._reader, self._look_command(path))

    @expectation
    def has_no_file(self, path: str) -> Claim:
        """Nothing is at this path."""
        target = arguments.path(path, "path")
        return no_file_claim(self, target, self._reader, self._look_command(target))

    @abstractmethod
    def _reader(self) -> Reader:
        """What finds the file at a path."""

    @abstractmethod
    def _look_command(self, path: str) -> str:
        """The docker command that shows the file at this path."""
