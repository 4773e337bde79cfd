"""What a container was made from, and what it was told at its creation."""

from __future__ import annotations

from grader.checks import arguments
from grader.checks.configured import Configured
from grader.checks.container.subject import ContainerSubject
from grader.checks.expectation import Claim, Finding, expectation
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig, full_reference, inspect_command, short_id, shown_words
from grader.i18n import _


class Creation(Configured, ContainerSubject):
    """Expectations about a container's image, name and terminal; most of its Config is in ``Configured``."""

    @expectation
    def made_from(self, image: str) -> Claim:
        """It was made from this image: any of its tags counts, an older image of that name doesn't.

        A name of the course's means the course's image, whatever has that name now.
        """
        wanted = full_reference(arguments.text(image, "image"))

        def judge(attrs: Attrs) -> Finding:
            used, used_id = str(dig(attrs, "Config", "Image")), str(attrs.get("Image"))
            course = self._daemon.course_image(wanted)
            now = course or self._daemon.find(lambda client: client.inspect_image(wanted))
            if now is None:
                return Finding(full_reference(used) == wanted, used)
            if now.get("Id") == used_id:
                return Finding(True, used)
            if full_reference(used) == wanted and course:
                other = _("an image that had this name ({id}), but is not the course's")
                return Finding(False, other.format(id=short_id(used_id)))
            if full_reference(used) == wanted:
                older = _("an older image of that name ({id}), which was made anew since")
                return Finding(False, older.format(id=short_id(used_id)))
            return Finding(False, used)

        return Claim(
            self._says(_("{what} was made from {image}"), image=image),
            wanted,
            judge,
            inspect_command("container", self.name, ".Config.Image", ".Image"),
            _("A container keeps the image it was made from; another image needs another container."),
        )

    @expectation
    def has_same_command_as(self, other: str) -> Claim:
        """It runs the same program with the same arguments as another container, whatever these are."""

        def compare(attrs: Attrs, theirs: Attrs) -> Finding:
            mine, others = _running_words(attrs), _running_words(theirs)
            found = _("{name}: {words}; {other}: {other_words}").format(
                name=self.name, words=shown_words(mine), other=other, other_words=shown_words(others)
            )
            return Finding(mine == others, found)

        return Claim(
            self._says(_("{what} has the same command as {other}"), other=other),
            _("the command of {other}").format(other=other),
            self._beside(other, compare),
            inspect_command("container", self.name, ".Path", ".Args"),
            _("Give both the same words after the image's name."),
        )

    @expectation
    def has_hostname(self, hostname: str) -> Claim:
        """The name it calls itself."""
        wanted = arguments.text(hostname, "hostname")
        return self._field(
            self._says(_("{what} has the hostname {hostname}"), hostname=wanted),
            wanted,
            "Config",
            "Hostname",
            right=lambda has: has == wanted,
            look=_("A container's hostname is its own (UTS namespace): `docker run --help`, look for host name."),
        )

    @expectation
    def has_tty(self, yes: bool = True) -> Claim:
        """It was made with a terminal (``-t``)."""
        return self._switch(_("{what} has a terminal"), _("{what} has no terminal"), yes, "Config", "Tty")

    @expectation
    def is_interactive(self, yes: bool = True) -> Claim:
        """Its standard input stays open (``-i``)."""
        return self._switch(
            _("{what} keeps its input open"),
            _("{what} does not keep its input open"),
            yes,
            "Config",
            "OpenStdin",
        )

    @expectation
    def removes_itself(self, yes: bool = True) -> Claim:
        """It is removed when it ends (``--rm``)."""
        return self._switch(
            _("{what} is removed when it ends"),
            _("{what} stays when it ends"),
            yes,
            "HostConfig",
            "AutoRemove",
        )

    @expectation
    def has_init(self, yes: bool = True) -> Claim:
        """A small init is its process 1 (``--init``)."""
        return self._switch(_("{what} has an init process"), _("{what} has no init process"), yes, "HostConfig", "Init")

    def _switch(self, sentence: str, opposite: str, yes: bool, *path: str) -> Claim:
        """A claim about something that is on or off."""
        wanted = arguments.yes(yes, "yes")
        words = {True: _("yes"), False: _("no")}
        return self._field(
            self._says(sentence if wanted else opposite),
            words[wanted],
            *path,
            right=lambda has: (has is True) is wanted,
            show=lambda has: words[has is True],
            look=_("It is decided when a container is made: `docker run --help` has a line on it."),
        )


def _running_words(attrs: Attrs) -> list[str]:
    """Entrypoint and command as one: what the container really starts."""
    return [str(attrs.get("Path")), *map(str, attrs.get("Args") or [])]
