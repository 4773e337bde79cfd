"""How a container is looked up, what it was made from, and what it was told at its creation."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from functools import partial
from typing import Any

from grader.checks import arguments
from grader.checks.configured import Configured
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.throwaway import is_own
from grader.checks.waiting import Awaited
from grader.docker_api.daemon import Attrs
from grader.docker_api.errors import Unavailable
from grader.docker_api.words import dig, full_reference, inspect_command, listed_name, short_id, shown_words
from grader.i18n import _
from grader.report.plain import listed


class ContainerSubject(Awaited):
    """A container by name."""

    kind = events = "container"

    @property
    def what(self) -> str:
        return _("Container {name}").format(name=self.name)

    def _fetch(self) -> Attrs | None:
        attrs = self._daemon.find(lambda client: client.inspect_container(self.name))
        # The daemon also accepts the beginning of an ID as a name; only the name counts here.
        return attrs if attrs and str(attrs.get("Name", "")).removeprefix("/") == self.name else None

    def _missing(self) -> Finding:
        names = self._names()
        found = (
            _("there is no container named {name}; the containers here: {names}")
            if names
            else _("there is no container named {name} yet, nor any other")
        )
        return Finding(
            False,
            found.format(name=self.name, names=listed(names, empty="")),
            "docker ps --all",
            self._where_to_begin(),
        )

    def _fitting(self, look: str) -> str:
        state = dig(self._attrs or {}, "State", "Status")
        # The command is the same in every language.
        if state == "created" and "docker logs" in look:
            never = _("It was never started, so it has no log. `docker inspect {name}` has under State what is known.")
            return never.format(name=self.name)
        return look

    def _names(self) -> list[str]:
        containers = self._daemon.ask(lambda client: client.containers(all=True))
        return sorted(listed_name(one) for one in containers if one.get("Names") and not is_own(one))

    def _beside(self, other: str, compare: Callable[[Attrs, Attrs], Finding]) -> Callable[[Attrs], Finding]:
        """A judge that compares this container with another one; it fails when there is no other."""
        arguments.text(other, "other")

        def judge(attrs: Attrs) -> Finding:
            theirs = self._daemon.find(lambda client: client.inspect_container(other))
            if theirs is None:
                return Finding(False, _("there is no container named {name}").format(name=other))
            return compare(attrs, theirs)

        return judge

    def _becomes(
        self,
        sentence: str,
        expected: str,
        judge: Callable[[Attrs], Finding],
        *,
        within: float,
        until: str = "",
        retry: float | None = None,
    ) -> Claim:
        limit = arguments.seconds(within, "within")
        until = until or _("{name} is {state}").format(name=self.name, state=expected)

        def judged(_attrs: Attrs) -> Finding:
            return self._wait(judge, limit, until=until, retry=retry)

        return Claim(
            sentence,
            expected,
            judged,
            inspect_command("container", self.name, ".State"),
            _("`docker logs {name}` shows what its main process said, `docker inspect {name}` its state.").format(
                name=self.name
            ),
            absent=lambda: judged({}),
        )

    def _must_be_able_to_run(self, attrs: Attrs) -> None:
        """Raises Unavailable for a container that can't start on this machine, whoever makes it.

        Only where the task has asked for the network's driver: a student who takes another one has no excuse.
        """
        error = str(dig(attrs, "State", "Error") or "")
        for network, driver in self._context.wanted_drivers.items():
            if lacks_interface(error, self.name, network, driver):
                found = self._daemon.find(partial(_inspect_network, network)) or {}
                if found.get("Driver") == driver:
                    raise Unavailable(_("this machine's kernel has no {kind} interfaces").format(kind=driver))

    @property
    def _shell_name(self) -> str:
        return shlex.quote(self.name)

    @property
    def _ps_command(self) -> str:
        return f"docker ps --all --filter {shlex.quote(f'name=^{self.name}$')}"


#: The fault that makes all that asks a living container fail.
NOT_RUNNING = "not running"


def is_live(attrs: Attrs) -> bool:
    """Whether commands can run in it: running, not paused, and not between two restarts."""
    state = attrs.get("State") or {}
    # Between two restarts the daemon says Running and Restarting at once.
    return state.get("Running") is True and not state.get("Paused") and not state.get("Restarting")


def has_ended(attrs: Attrs) -> bool:
    """Whether its main process is over and the daemon doesn't start it again by itself."""
    # Between two restarts the daemon says "restarting".
    return dig(attrs, "State", "Status") in ("exited", "dead")


def _inspect_network(name: str, client: Any) -> Any:
    return client.inspect_network(name)


def lacks_interface(error: str, container: str, network: str, driver: str) -> bool:
    """Whether a start failed because the kernel has no interfaces of this kind (macvlan, ipvlan).

    The whole text must be the daemon's own: a command, a mount or a log option can put these words into an error, too.
    """
    # Newer engines say first what they were about to do.
    endpoint = rf"failed to create endpoint {re.escape(container)} on network {re.escape(network)}: "
    words = rf"failed to create the {re.escape(driver)} port: operation not supported"
    return re.fullmatch(rf"(failed to set up container networking: )?({endpoint})?{words}", error) is not None


def state_in_words(attrs: Attrs) -> str:
    """A container's state as a person would say it: ``exited with code 1``."""
    state = attrs.get("State") or {}
    status = str(state.get("Status", "unknown"))
    if status == "exited":
        words = _("exited with code {code}").format(code=state.get("ExitCode"))
        words += _(", a process in it was killed for want of memory") if state.get("OOMKilled") else ""
    elif status == "created":
        words = _("created, never started")
    else:
        words = status
    error = dig(attrs, "State", "Error")
    return f"{words} ({error})" if error else words


# -- What a container was made from, and what it was told at its creation.


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
    def has_same_environment_as(self, other: str) -> Claim:
        """It has the same variables as another container, those of their images included."""

        def compare(attrs: Attrs, theirs: Attrs) -> Finding:
            mine, others = (set(dig(one, "Config", "Env") or ()) for one in (attrs, theirs))
            differ = [*(f"+ {one}" for one in sorted(mine - others)), *(f"- {one}" for one in sorted(others - mine))]
            return Finding(mine == others, listed(differ, empty=_("no difference")))

        return Claim(
            self._says(_("{what} has the same environment as {other}"), other=other),
            _("the environment of {other}").format(other=other),
            self._beside(other, compare),
            inspect_command("container", self.name, ".Config.Env"),
            _("Give both the same variables, or none."),
        )

    @expectation
    def has_hostname(self, hostname: str) -> Claim:
        """The name it calls itself."""
        wanted = arguments.text(hostname, "hostname")
        return self._field(
            self._says(_("{what} has the hostname {hostname}"), hostname=wanted),
            wanted,
            "Config.Hostname",
            right=lambda has: has == wanted,
            look=_("A container's hostname is its own (UTS namespace): `docker run --help`, look for host name."),
        )

    @expectation
    def has_tty(self, yes: bool = True) -> Claim:
        """It was made with a terminal (``-t``)."""
        return self._switch(_("{what} has a terminal"), _("{what} has no terminal"), yes, "Config.Tty")

    @expectation
    def is_interactive(self, yes: bool = True) -> Claim:
        """Its standard input stays open (``-i``)."""
        return self._switch(
            _("{what} keeps its input open"),
            _("{what} does not keep its input open"),
            yes,
            "Config.OpenStdin",
        )

    @expectation
    def removes_itself(self, yes: bool = True) -> Claim:
        """It is removed when it ends (``--rm``)."""
        return self._switch(
            _("{what} is removed when it ends"),
            _("{what} stays when it ends"),
            yes,
            "HostConfig.AutoRemove",
        )

    @expectation
    def has_init(self, yes: bool = True) -> Claim:
        """A small init is its process 1 (``--init``)."""
        return self._switch(_("{what} has an init process"), _("{what} has no init process"), yes, "HostConfig.Init")


def _running_words(attrs: Attrs) -> list[str]:
    """Entrypoint and command as one: what the container really starts."""
    return [str(attrs.get("Path")), *map(str, attrs.get("Args") or [])]
