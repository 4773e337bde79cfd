"""What a container wrote to its log."""

from __future__ import annotations

import ipaddress
import re
import secrets
import shlex
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from grader.checks import arguments
from grader.checks.container.reaching import Reaching
from grader.checks.container.subject import ContainerSubject, has_ended, is_live
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.throwaway import SEALED, helper_image, run
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.errors import Refused
from grader.docker_api.streams import read_logs
from grader.docker_api.words import dig
from grader.i18n import _
from grader.report.plain import excerpt

#: Seconds between two looks at a log that is waited for: no event tells about a new line.
_RETRY = 0.25


class Logs(ContainerSubject):
    """Expectations about a container's log."""

    @expectation
    def logs_contain(self, text: str, within: float | None = None) -> Claim:
        """Its log has this text somewhere, now or within so many seconds."""
        wanted = arguments.text(text, "text")
        sentence = self._says(_("The log of container {name} contains {text!r}"), name=self.name, text=wanted)
        return self._log_claim(sentence, wanted, lambda log: wanted in log, within)

    @expectation
    def logs_match(self, pattern: str, within: float | None = None) -> Claim:
        """A line of its log matches this regular expression, now or within so many seconds."""
        wanted = arguments.pattern(pattern, "pattern")
        sentence = self._says(_("The log of container {name} matches {text!r}"), name=self.name, text=pattern)
        return self._log_claim(sentence, pattern, lambda log: wanted.search(log) is not None, within)

    @expectation
    def logs_lack(self, text: str) -> Claim:
        """Its log has this text nowhere."""
        unwanted = arguments.text(text, "text")
        return self._log_claim(
            self._says(_("The log of container {name} does not contain {text!r}"), name=self.name, text=unwanted),
            _("nowhere in it"),
            lambda log: unwanted not in log,
            None,
            whole=True,
        )

    def _log_claim(
        self, sentence: str, expected: str, right: Callable[[str], bool], within: float | None, *, whole: bool = False
    ) -> Claim:
        limit = None if within is None else arguments.seconds(within, "within")

        def look(attrs: Attrs) -> Finding:
            log = _log_of(self._daemon, self.name, attrs, whole=whole)
            # It is complete when the daemon says so (moby closes the log first, then notes the end).
            return Finding(right(log), excerpt(log) or _("an empty log"), hopeless=has_ended(attrs))

        def judge(attrs: Attrs) -> Finding:
            return look(attrs) if limit is None else self._wait_for_log(look, limit)

        return Claim(
            sentence,
            expected,
            judge,
            f"docker logs {self._shell_name}",
            _("A container's log is what its main process writes to its standard output and error."),
        )

    @expectation
    def logs_at_most(self, times: float, other: str, pattern: str, within: float | None = None) -> Claim:
        """A number in its log is at most so many times the same one in another container's log.

        ``pattern`` has one group, the number. So a machine that is busy slows down both.
        """
        wanted, limit = (
            arguments.pattern(pattern, "pattern"),
            None if within is None else arguments.seconds(within, "within"),
        )
        if wanted.groups != 1:
            raise AuthorError(_("pattern must have one group, the number: {pattern!r}").format(pattern=pattern))
        if isinstance(times, bool) or not isinstance(times, int | float) or not 0 < times < 1e6:
            raise AuthorError(_("times must be a number above 0, not {value!r}").format(value=times))

        def compare(attrs: Attrs, theirs: Attrs) -> Finding:
            mine, its = self._number(attrs, wanted), self._number(theirs, wanted)
            unknown = _("no such number")
            found = _("{name}: {number}; {other}: {other_number}").format(
                name=self.name,
                number=unknown if mine is None else f"{mine:g}",
                other=other,
                other_number=unknown if its is None else f"{its:g}",
            )
            right = mine is not None and its is not None and mine <= times * its
            # A number stays once it is there, and none comes after the end.
            known = [number is not None or has_ended(of) for number, of in ((mine, attrs), (its, theirs))]
            return Finding(right, found, hopeless=all(known))

        judge = self._beside(other, compare)
        return Claim(
            self._says(
                _("The number in the log of container {name} is at most {times:g} times that of {other}"),
                name=self.name,
                times=times,
                other=other,
            ),
            _("at most {times:g} times as much").format(times=times),
            judge if limit is None else lambda _attrs: self._wait_for_log(judge, limit),
            f"docker logs {self._shell_name}; docker logs {shlex.quote(other)}",
            _("A container's log is what its main process writes to its standard output and error."),
        )

    @expectation
    def keeps_no_log(self) -> Claim:
        """The daemon has nothing to read: its log driver sends the lines away, or drops them, and keeps no copy."""

        def judge(attrs: Attrs) -> Finding:
            try:
                log = _log_of(self._daemon, self.name, attrs)
            except Refused as refusal:
                # moby, container/logs: "configured logging driver does not support reading".
                if "does not support reading" in str(refusal):
                    return Finding(True, str(refusal))
                raise
            return Finding(False, excerpt(log) or _("an empty log"))

        return Claim(
            self._says(_("`docker logs` can't read the log of container {name}"), name=self.name),
            _("a log driver that keeps nothing here"),
            judge,
            f"docker logs {self._shell_name}",
            _("Besides the driver's own way to send lines, the daemon keeps a copy, unless it is told not to."),
        )

    def _wait_for_log(self, judge: Callable[[Attrs], Finding], seconds: float) -> Finding:
        # Not the text that is wanted: it may be a regular expression.
        until = _("the log of {name} says it").format(name=self.name)
        return self._wait(judge, seconds, until=until, retry=_RETRY)

    def _number(self, attrs: Attrs, pattern: re.Pattern[str]) -> float | None:
        found = pattern.search(_log_of(self._daemon, str(attrs["Id"]), attrs))
        return float(found[1]) if found and re.fullmatch(r"\d{1,15}(\.\d{1,15})?", found[1] or "") else None

    @expectation
    def has_log_driver(self, driver: str, /, **options: str) -> Claim:
        """Its log driver and options, dashes as underscores: ``has_log_driver("json-file", max_size="10m")``."""
        arguments.text(driver, "driver")
        asked = {name.replace("_", "-"): value for name, value in options.items()}
        if asked:
            arguments.pairs(asked, {}, "the options")
        shown = ", ".join([driver, *(f"{name}={value}" for name, value in asked.items())])

        def right(config: Any) -> bool:
            has = (config or {}).get("Config") or {}
            return (config or {}).get("Type") == driver and asked.items() <= has.items()

        return self._field(
            self._says(_("{what} has the log driver {driver}"), driver=shown),
            shown,
            "HostConfig.LogConfig",
            right=right,
            show=_shown_driver,
            look=_("`docker run --help`, look for log."),
        )


def _log_of(daemon: Daemon, container: str, attrs: Attrs, *, whole: bool = False) -> str:
    """The log of a container, by name or ID; ``attrs`` tell whether it has a terminal."""
    return read_logs(daemon, container, tty=dig(attrs, "Config", "Tty") is True, whole=whole)


def _shown_driver(config: Any) -> str:
    options = (config or {}).get("Config") or {}
    return ", ".join([str((config or {}).get("Type")), *(f"{key}={value}" for key, value in options.items())])


# -- Visits that a web server's log tells of, held against one of the check's own.

_HOST = "host"
#: Seconds for the check's own visit.
_VISIT_SECONDS = 8.0
#: Seconds in which the server may begin to listen, and write its line when it has answered.
_VISITED_SECONDS = 5.0


class Visits(Reaching):
    """Expectations about who has visited a container's web server."""

    @expectation
    def was_visited(
        self,
        path: str,
        *,
        network: str = _HOST,
        status: int = 404,
        port: int = 80,
        published: bool = False,
        ipv6: bool = False,
        address: str = "",
    ) -> Claim:
        """Its access log has a visit of this page, made as from ``docker run --network NETWORK``.

        ``network``: "host", "container:NAME" or a network's name. The check makes a visit of its own from there to a
        page that nobody can know, and a log without that is not believed; the visit asked for must come from the same
        address (in a network: of another member). ``published``: at the published port ``port``, from anywhere.
        ``ipv6``: at its IPv6 address. ``address``: where its server listens, if at none of its own there.
        """
        page, number = arguments.path(path, "path"), arguments.port(port, "port")
        arguments.whole(status, "status", low=100, high=599)
        arguments.text(network, "network")
        arguments.yes(published, "published")
        key = "GlobalIPv6Address" if arguments.yes(ipv6, "ipv6") else "IPAddress"
        told = arguments.text(address, "address") if address else "127.0.0.1" if published else ""

        def judge(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                return self._not_reachable(attrs)
            token = f"/drydock-{secrets.token_hex(8)}"
            addresses = [told] if told else _addresses(attrs, network, key)
            said, log = self._visited(addresses, _HOST if published else network, number, token, attrs)
            fresh = _visitors(log, token, None)
            if not fresh:
                unseen = _("its log tells nothing of a visit that the check has just made from there ({why}): {log}")
                return Finding(False, unseen.format(why=said, log=excerpt(log) or _("an empty log")))
            counts = self._counts(_addresses(attrs, network, key), network, fresh[-1], published=published)
            visitors = sorted(set(_visitors(log, page, status)))
            if visitors:
                found = _(
                    "visits of {path} with status {status} came from: {visitors}; the check's own came from {own}"
                )
            else:
                found = _("nobody has got status {status} for {path} yet; the check's own visit came from {own}")
            return Finding(
                any(map(counts, visitors)),
                found.format(path=page, status=status, visitors=", ".join(visitors), own=fresh[-1]),
            )

        where = _("at its published port {port}").format(port=number) if published else _from(network)
        sentence = _("{what} was visited {where}: {path}, status {status}")
        return Claim(
            self._says(sentence, where=where, path=page, status=status),
            _("a visit of {path} in its log").format(path=page),
            judge,
            f"docker logs {self._shell_name}",
            _("`docker logs` shows who asked a web server for what: the address it begins with is the visitor's."),
        )

    def _visit(self, addresses: list[str], network: str, port: int, page: str) -> str:
        """Ask for the page at each of its addresses; what the last one said."""
        kind, _colon, other = network.partition(":")
        if kind == "container" and other:
            theirs = self._daemon.find(lambda client: client.inspect_container(other))
            network = f"container:{theirs['Id']}" if theirs else network
        said = _("it has no address there")
        for address in addresses:
            url = f"http://{f'[{address}]' if ':' in address else address}:{port}{page}"
            command = ["wget", "-q", "-T", "3", "-O", "-", url]
            host = {"NetworkMode": network, **SEALED}
            outcome = run(self._daemon, helper_image(self._daemon), command, seconds=_VISIT_SECONDS, host=host)
            said = excerpt(outcome.errors or outcome.output) or _("an answer")
        return said

    def _visited(self, addresses: list[str], network: str, port: int, page: str, attrs: Attrs) -> tuple[str, str]:
        """Ask for the page until its log has the visit: what the server said last, and the log.

        A server that has only just been started may not listen yet, and it writes its line when it has answered.
        """
        said = ""

        def look() -> Finding:
            nonlocal said
            said = self._visit(addresses, network, port, page)
            log = _log_of(self._daemon, self.name, attrs)
            return Finding(page in log, log)

        until = _("the log of {name} has the visit").format(name=self.name)
        return said, self._until(until, _VISITED_SECONDS, look).found

    def _counts(self, addresses: list[str], network: str, own: str, *, published: bool) -> Callable[[str], bool]:
        """Whether a visitor's address is one that the task asks for; ``own``: of the check's visit."""
        if published:
            inside = {"127.0.0.1", "::1", *addresses}
            return lambda visitor: visitor not in inside
        if network == _HOST or network.startswith("container:"):
            return lambda visitor: visitor == own
        configs = dig(self._daemon.find(lambda client: client.inspect_network(network)) or {}, "IPAM", "Config") or ()
        not_members = {*addresses, *(str(config.get("Gateway")) for config in configs)}
        subnets = [str(config["Subnet"]) for config in configs if config.get("Subnet")]
        # An engine may keep it as it was typed: one of the range's addresses.
        ranges = [ipaddress.ip_network(subnet, strict=False) for subnet in subnets]

        def member(visitor: str) -> bool:
            with suppress(ValueError):
                address = ipaddress.ip_address(visitor)
                same_kind = address.version == ipaddress.ip_address(own).version
                return same_kind and visitor not in not_members and any(address in one for one in ranges)
            return False

        return member


def _from(network: str) -> str:
    if network == _HOST:
        return _("from the engine's machine")
    kind, _colon, name = network.partition(":")
    if kind == "container" and name:
        return _("from container {name}").format(name=name)
    return _("from another container on network {name}").format(name=network)


def _addresses(attrs: Attrs, network: str, key: str) -> list[str]:
    """Its addresses: in that one of its networks, or in all of them."""
    networks = dig(attrs, "NetworkSettings", "Networks") or {}
    chosen = [networks[network]] if network in networks else list(networks.values())
    return [str(one[key]) for one in chosen if one.get(key)]


def _visitors(log: str, page: str, status: int | None) -> list[str]:
    """Where visits of a page came from, in the common log format."""
    code = r"\d+" if status is None else str(status)
    return re.findall(rf'^(\S+) .*"GET {re.escape(page)} [^"]*" {code} ', log, re.MULTILINE)
